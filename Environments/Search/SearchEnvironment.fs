namespace Levee.Environments.Search

open System
open System.Threading.Tasks
open Levee
open Levee.Environments

/// Settings for searching.
type SearchOptions = {
    /// Documents shown for a search, best first; at least 1.
    TopK: int
    Wording: Wording
    /// The longest that a search may take before the episode goes on without documents; above zero.
    TimeOut: TimeSpan
}

[<RequireQualifiedAccess>]
module SearchOptions =
    /// Three documents, as in Search-R1; the full instruction; 30 s.
    let defaults = { TopK = 3; Wording = Wording.Full; TimeOut = TimeSpan.FromSeconds 30.0 }

/// Question answering with a search engine, by Search-R1's protocol. A search that fails is answered with no documents, and its
/// failure is kept in the `SearchCall`.
[<Sealed>]
type SearchEnvironment(options: SearchOptions, retriever: IRetriever) =
    do
        if options.TopK < 1 then
            Setting.refuse $"TopK {options.TopK} is out of range: show at least 1 document for a search."

    let retriever = Retriever.resilient options.TimeOut retriever
    let notice = SearchProtocol.notice options.Wording

    let feedback turn query span found =
        let documents = found |> Result.defaultValue [||]
        let call = {
            Turn = turn
            Query = query
            Documents = [ for document in documents -> document.Id ]
            Failure =
                match found with
                | Ok _ -> None
                | Error failure -> Some failure
        }
        Outcome.Feedback(SearchProtocol.information documents, [ call ], span)

    let retrieve (queries: string[]) cancellation =
        if queries.Length = 0 then
            Task.FromResult [||]
        else
            (retriever :> IRetriever).Retrieve(queries, options.TopK, cancellation)

    /// The retriever with its counts of queries and failures.
    member _.Retriever = retriever

    interface IFingerprinted with
        member _.Fingerprint = Fingerprinted.ofSource retriever

    interface IEnvironment with
        member _.Prompt question = SearchProtocol.prompt options.Wording question.Text
        member _.StopTexts = SearchProtocol.stopTexts

        member _.Act(actions, cancellation) =
            backgroundTask {
                let read = actions |> Array.map(fun action -> action, SearchProtocol.parse action.Text)
                let searches =
                    read
                    |> Array.indexed
                    |> Array.choose(function
                        | index, (action, Intent.Search(query, _)) when not action.IsLast -> Some(index, query)
                        | _ -> None)
                let! found = retrieve (Array.map snd searches) cancellation
                let foundAt = Seq.zip (Seq.map fst searches) found |> dict
                return
                    read
                    |> Array.mapi(fun index (action, meaning) ->
                        match meaning with
                        | Intent.Answer(answer, span) -> Outcome.Answer(answer, span)
                        | Intent.Search(query, span) when not action.IsLast -> feedback action.Turn query span foundAt[index]
                        | Intent.Search(_, span) -> Outcome.Feedback([], [], span)
                        | Intent.Invalid -> Outcome.Invalid notice)
            }
