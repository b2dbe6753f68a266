namespace Levee.Environments.Search

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.IO
open System.Threading
open System.Threading.Tasks
open Microsoft.Data.Sqlite
open Levee
open Levee.Environments
open SQLitePCL

/// Results of the queries asked last: at least `capacity` of them, at most twice as many. Safe to share between threads.
type private Memo<'key, 'value when 'key: equality and 'key: not null>(capacity: int) =
    let gate = obj()
    let mutable young = Dictionary<'key, 'value>()
    let mutable old = Dictionary<'key, 'value>()

    let put key value =
        if young.Count >= capacity then
            old <- young
            young <- Dictionary<'key, 'value>()
        young[key] <- value

    member _.TryFind key =
        lock gate (fun () ->
            match young.TryGetValue key, old.TryGetValue key with
            | (true, value), _ -> Some value
            | _, (true, value) ->
                put key value
                Some value
            | _ -> None)

    member _.Add(key, value) = lock gate (fun () -> put key value)

/// A read-only connection with its search command; used by one thread at a time.
[<Sealed>]
type private SqliteReader(connection: SqliteConnection) =
    let command = SqliteIndex.searchCommand connection

    // SQLite asks every so many virtual instructions whether to go on.
    let instructionsBetweenChecks = 10_000

    let connectionHandle =
        match connection.Handle with
        | null -> invalidOp "The connection is closed."
        | handle -> handle

    member _.Search(expression: string, count: int, cancellation: CancellationToken) =
        let stop = delegate_progress(fun _ -> if cancellation.IsCancellationRequested then 1 else 0)
        raw.sqlite3_progress_handler(connectionHandle, instructionsBetweenChecks, stop, null)
        command.Parameters["$expression"].Value <- expression
        command.Parameters["$count"].Value <- count
        use rows = command.ExecuteReader()
        [|
            while rows.Read() do
                { Id = rows.GetString 0; Title = rows.GetString 1; Text = rows.GetString 2 }
        |]

    interface IDisposable with
        member _.Dispose() =
            command.Dispose()
            connection.Dispose()

/// A source of connections to an index.
[<Sealed>]
type private SqliteSource(connect: unit -> SqliteConnection, release: unit -> unit) =
    member _.Connect() = connect()
    member _.Release() = release()

/// Full-text search over a corpus in SQLite: FTS5, ranked by bm25 over title and text; documents of equal score in the corpus's
/// order, so that the same corpus and query always give the same result. A query's words (as `Analysis` takes it apart) are looked
/// for, any of them, wherever they stand, in no order; whatever else a query holds is ignored, so that no query is FTS5 syntax, and
/// so are its words beyond the 64th. A query without words finds nothing.
///
/// The analysis is the one that is asked for, or else the one that suits the corpus: `Pairs` where one document in a hundred or more holds
/// a script without blanks between words, or letters of Arabic or Hebrew with points; `Words` for all others. It is kept in an index
/// file; another analysis than the file's builds it anew.
///
/// Safe to share between threads: each search has a read-only connection of its own over one copy of the index. Repeated queries
/// are answered from memory. Dispose it when no search is under way any more.
[<Sealed>]
type SqliteRetriever private (source: SqliteSource, analysis: TextAnalysis) =
    // A policy under training repeats far fewer searches than this; one entry holds a reference to a few documents.
    let memo = Memo<struct (string * int), Document[]>(50_000)
    let idle = ConcurrentBag<SqliteReader>()

    let withReader (work: SqliteReader -> 'a) =
        let reader =
            match idle.TryTake() with
            | true, reader -> reader
            | false, _ -> new SqliteReader(source.Connect())
        try
            work reader
        finally
            idle.Add reader

    let search topK (cancellation: CancellationToken) expression =
        try
            let documents = withReader(fun reader -> reader.Search(expression, topK, cancellation))
            memo.Add(struct (expression, topK), documents)
            Ok documents
        with :? SqliteException as error ->
            cancellation.ThrowIfCancellationRequested()
            Error $"SQLite: {error.Message}"

    let fingerprint =
        lazy
            (use connection = source.Connect()
             SqliteIndex.fingerprintIn connection)

    let known topK expression =
        if expression = "" then
            Some [||]
        else
            memo.TryFind(struct (expression, topK))

    /// The way in which documents and queries are taken apart into words.
    member _.Analysis = analysis

    /// A description of what the index can do, in one sentence.
    member _.Description = $"SQLite FTS5, bm25, analysis {analysis}: {TextAnalysis.describe analysis}"

    /// An index in memory; building takes seconds for some ten thousand documents. `ArgumentException` where there are none.
    static member InMemory(documents: Document seq, ?analysis: TextAnalysis) =
        SqliteNative.initialise()
        use builder = SqliteIndex.openFile ":memory:" SqliteOpenMode.Memory
        let analysis = SqliteIndex.build builder "" analysis documents
        let mutable size = 0L
        let image = raw.sqlite3_serialize(builder.Handle, "main", &size, 0)
        if image = 0n then
            raise(OutOfMemoryException "SQLite found no memory for the index; use an index file instead (`SqliteRetriever.Cached`).")
        let length = size
        // All connections read the one image: it is never copied, and never written.
        let connect () =
            let connection = SqliteIndex.openFile ":memory:" SqliteOpenMode.Memory
            let code = raw.sqlite3_deserialize(connection.Handle, "main", image, length, length, raw.SQLITE_DESERIALIZE_READONLY)
            SqliteException.ThrowExceptionForRC(code, connection.Handle)
            connection
        new SqliteRetriever(SqliteSource(connect, (fun () -> raw.sqlite3_free image)), analysis)

    /// An index in a file: built when it is missing or belongs to other documents, else opened. The documents are enumerated once,
    /// or twice when the index is built. `IOException` where the file cannot be written, `ArgumentException` where there are no documents.
    static member Cached(path: string, documents: Document seq, ?analysis: TextAnalysis) =
        SqliteNative.initialise()
        let identity = SqliteIndex.identify analysis documents
        if SqliteIndex.identityOf path <> Some identity then
            SqliteIndex.buildFile path identity documents
        new SqliteRetriever(SqliteSource((fun () -> SqliteIndex.openFile path SqliteOpenMode.ReadOnly), ignore), identity.Analysis)

    interface IFingerprinted with
        member _.Fingerprint = fingerprint.Value

    interface IRetriever with
        member _.Retrieve(queries, topK, cancellation) =
            if topK < 1 then
                Setting.refuse $"topK {topK} is out of range: at least one document is to be found, give 1 or more."
            let expressions = queries |> Array.map(TextAnalysis.query analysis >> SqliteIndex.expression)
            let found = expressions |> Array.map(known topK >> Option.map Ok)
            let missing = Seq.zip expressions found |> Seq.filter(snd >> Option.isNone) |> Seq.map fst |> Seq.distinct |> Seq.toArray
            if missing.Length = 0 then
                found |> Array.map Option.get |> Task.FromResult
            else
                Task.Run(
                    (fun () ->
                        let options =
                            ParallelOptions(CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount)
                        let results = ConcurrentDictionary<string, Result<Document[], string>>()
                        Parallel.ForEach(missing, options, fun expression -> results[expression] <- search topK cancellation expression)
                        |> ignore
                        Array.map2 (fun expression result -> result |> Option.defaultWith(fun () -> results[expression])) expressions found),
                    cancellation
                )

    interface IDisposable with
        member _.Dispose() =
            for reader in idle do
                (reader :> IDisposable).Dispose()
            idle.Clear()
            source.Release()
