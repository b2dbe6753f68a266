namespace Levee.Environments.Search

open System
open System.Threading
open System.Threading.Tasks
open Levee
open Levee.Environments

/// A source of answers that tells which data it answers from.
type IFingerprinted =
    /// A SHA-256 in hexadecimal, which differs when the data differ; empty where it is not known.
    abstract Fingerprint: string

[<RequireQualifiedAccess>]
module Fingerprinted =
    /// The fingerprint of the data behind a search engine or an environment; empty where it tells none.
    let ofSource (source: objnull) =
        match source with
        | :? IFingerprinted as known -> known.Fingerprint
        | _ -> ""

/// A search engine: finds documents for several queries at once. Safe to share between threads.
type IRetriever =
    /// For each query, in order, gives up to `topK` documents, best first, or the reason why that query failed. May also throw where no query could be asked
    /// at all (`Retriever.resilient` survives that).
    abstract Retrieve: queries: string[] * topK: int * cancellation: CancellationToken -> Task<Result<Document[], string>[]>

/// A retriever that survives failures of another: an error or time-out becomes the failure of the queries it concerns. A batch that
/// fails as a whole is asked again query by query, so that one query cannot spoil the others. Only cancellation still throws.
type ResilientRetriever internal (inner: IRetriever, timeOut: TimeSpan) =
    let mutable queryCount = 0L
    let mutable failureCount = 0L

    let ask (queries: string[]) topK (cancellation: CancellationToken) =
        backgroundTask {
            use limited = CancellationTokenSource.CreateLinkedTokenSource cancellation
            limited.CancelAfter timeOut
            try
                let asked = Task.Run<Result<Document[], string>[]>((fun () -> inner.Retrieve(queries, topK, limited.Token)), limited.Token)
                let! found = asked.WaitAsync limited.Token
                return
                    if found.Length = queries.Length then
                        Ok found
                    else
                        Error $"The retriever answered {queries.Length} queries with {found.Length} results."
            with
            | _ when cancellation.IsCancellationRequested -> return raise(OperationCanceledException cancellation)
            | _ when limited.IsCancellationRequested -> return Error $"No answer within {timeOut.TotalSeconds} s."
            | error -> return Error error.Message
        }

    let askAlone topK cancellation query =
        backgroundTask {
            let! found = ask [| query |] topK cancellation
            return found |> Result.bind Array.exactlyOne
        }

    /// Queries asked so far.
    member _.Queries = Interlocked.Read &queryCount

    /// The number of those queries that failed.
    member _.Failures = Interlocked.Read &failureCount

    interface IFingerprinted with
        member _.Fingerprint = Fingerprinted.ofSource inner

    interface IRetriever with
        member _.Retrieve(queries, topK, cancellation) =
            backgroundTask {
                let! batch = ask queries topK cancellation
                let! found =
                    match batch with
                    | Ok found -> Task.FromResult found
                    | Error failure when queries.Length = 1 -> Task.FromResult [| Error failure |]
                    | Error _ -> queries |> Array.map(askAlone topK cancellation) |> Task.WhenAll
                Interlocked.Add(&queryCount, int64 queries.Length) |> ignore
                Interlocked.Add(&failureCount, found |> Seq.filter _.IsError |> Seq.length |> int64) |> ignore
                return found
            }

[<RequireQualifiedAccess>]
module Retriever =
    /// A retriever that survives the failures of `inner`, and its silence beyond `timeOut` (above zero), and counts them.
    let resilient (timeOut: TimeSpan) (inner: IRetriever) =
        if timeOut <= TimeSpan.Zero then
            Setting.refuse $"A time-out of {timeOut} is out of range: give one longer than zero."
        ResilientRetriever(inner, timeOut)
