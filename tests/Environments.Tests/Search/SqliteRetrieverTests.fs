module Levee.Environments.Tests.SqliteRetrieverTests

open System
open System.IO
open System.Threading
open System.Threading.Tasks
open FsCheck
open FsCheck.FSharp
open Levee
open Xunit

let private document id title text = { Id = id; Title = title; Text = text }

let private countries = [
    document "fr" "\"France\"" "The capital of France is Paris"
    document "de" "\"Germany\"" "The capital of Germany is Berlin"
    document "tr" "\"Türkiye\"" "The capital of Türkiye is Ankara"
    document "ao" "\"Angola\"" "Angola borders Namibia"
]

let private ask (retriever: SqliteRetriever) topK queries =
    (retriever :> IRetriever).Retrieve(queries, topK, CancellationToken.None).GetAwaiter().GetResult()
    |> Array.map(function
        | Ok documents -> documents
        | Error failure -> failwith failure)

let private ids = Array.map(fun (document: Document) -> document.Id)
let private find retriever topK query = ask retriever topK [| query |] |> Array.head |> ids

[<Fact>]
let ``The document about what is asked comes first, whole`` () =
    use retriever = SqliteRetriever.InMemory countries
    Assert.Equal(countries[1], ask retriever 3 [| "Germany capital" |] |> Array.concat |> Array.head)
    Assert.Equal<string[]>([| "tr" |], find retriever 1 "ankara turkiye")
    Assert.Equal(2, (find retriever 2 "capital").Length)

[<Fact>]
let ``Results come in the order of the queries`` () =
    use retriever = SqliteRetriever.InMemory countries
    let found = ask retriever 1 [| "Paris"; "Namibia"; "nothing"; "Berlin"; "Paris" |] |> Array.map ids
    Assert.Equal<string[][]>([| [| "fr" |]; [| "ao" |]; [||]; [| "de" |]; [| "fr" |] |], found)

[<Fact>]
let ``Documents of equal score keep the corpus's order`` () =
    use retriever = SqliteRetriever.InMemory [ for i in 1..20 -> document $"d{i}" "same" "the very same words" ]
    Assert.Equal<string[]>([| for i in 1..10 -> $"d{i}" |], find retriever 10 "words same")

[<Theory>]
[<InlineData("\" OR * NEAR(", 0)>]
[<InlineData("AND OR NOT NEAR", 0)>]
[<InlineData("title:Paris", 1)>]
[<InlineData("{title body}: ^Paris*", 1)>]
[<InlineData("-Paris", 1)>]
[<InlineData("Paris\" OR \"Berlin", 2)>]
[<InlineData("'; DROP TABLE documents; --", 0)>]
[<InlineData("", 0)>]
[<InlineData(" \n\t", 0)>]
[<InlineData("?!()\"'", 0)>]
[<InlineData("東京 \U0001F600", 0)>]
[<InlineData("Paris\000Berlin", 2)>]
[<InlineData("\uD800 Paris", 1)>]
let ``No query is FTS5 syntax`` (query: string, found: int) =
    use retriever = SqliteRetriever.InMemory countries
    Assert.Equal(found, (find retriever 10 query).Length)
    Assert.Equal<string[]>([| "fr" |], find retriever 1 "Paris")

[<Fact>]
let ``No query of any letters fails`` () =
    use retriever = SqliteRetriever.InMemory countries
    let marks = Gen.elements [ "\""; "'"; "*"; "("; ")"; "^"; ":"; "-"; "+"; "NEAR"; "OR"; "{"; "\\"; ";"; "é"; " "; "Paris" ]
    let syntax = Gen.listOf marks |> Gen.map(String.concat "")
    let queries = Gen.oneof [ syntax; ArbMap.defaults |> ArbMap.generate<string> |> Gen.map string ]
    Prop.forAll (Arb.fromGen queries) (fun query -> (find retriever 3 query).Length <= 3) |> Check.QuickThrowOnFailure

[<Fact>]
let ``A query of thousands of words is searched by its first words`` () =
    use retriever = SqliteRetriever.InMemory countries
    let many = String.Join(' ', [ for i in 1..5000 -> $"word{i}" ])
    Assert.Equal<string[]>([| "fr" |], find retriever 1 $"Paris {many}")

/// bm25 by its formula, as FTS5 documents it (k1 = 1.2, b = 0.75; the idf of a word of more than half the documents is 1e-6).
let private bm25 (documents: string[][]) (query: string[]) =
    let count = float documents.Length
    let averageLength = documents |> Array.averageBy(Array.length >> float)
    let idf word =
        let hits = documents |> Array.filter(Array.contains word) |> Array.length |> float
        let value = log((count - hits + 0.5) / (hits + 0.5))
        if value <= 0.0 then 1e-6 else value
    documents
    |> Array.map(fun document ->
        query
        |> Array.distinct
        |> Array.sumBy(fun word ->
            let frequency = document |> Array.filter((=) word) |> Array.length |> float
            idf word * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * float document.Length / averageLength))))

[<Fact>]
let ``The ranking is bm25's`` () =
    let word = Gen.elements [ "oak"; "elm"; "ash"; "fir"; "yew"; "box"; "may"; "bay" ]
    let texts = Gen.listOf word |> Gen.map List.toArray |> Gen.listOfLength 12 |> Gen.map List.toArray
    let query = Gen.nonEmptyListOf word |> Gen.map List.toArray
    Prop.forAll (Gen.zip texts query |> Arb.fromGen) (fun (texts, query) ->
        let documents = texts |> Array.mapi(fun i words -> document (string i) "" (String.Join(' ', words)))
        use retriever = SqliteRetriever.InMemory documents
        let scores = bm25 texts query
        let best = scores |> Array.filter(fun score -> score > 0.0) |> Array.sortDescending |> Array.truncate 5
        let found = find retriever 5 (String.Join(' ', query)) |> Array.map(fun id -> scores[int id])
        found.Length = best.Length && Array.forall2 (fun a b -> abs(a - b) < 1e-9) found best)
    |> Check.QuickThrowOnFailure

let private corpus =
    let words = [| for i in 0..199 -> $"word{i}" |]
    let text seed = String.Join(' ', Array.init 12 (fun i -> Seed.pick words (Seed.derive i seed)))
    [|
        for i in 0..799 -> document $"d{i}" (text(Seed.derive i (Seed.ofInt 1))) (text(Seed.derive i (Seed.ofInt 2)))
    |]

let private queries = [| for i in 0..299 -> $"word{i % 200} word{(i * 7) % 200} word{(i * 31) % 200}" |]

[<Fact>]
let ``Eight threads get what one thread gets`` () =
    use alone = SqliteRetriever.InMemory corpus
    let expected = queries |> Array.map(find alone 4)
    use shared = SqliteRetriever.InMemory corpus
    let found =
        Array.init 8 (fun number ->
            Task.Factory.StartNew(
                (fun () ->
                    let order = Seed.shuffle [| 0 .. queries.Length - 1 |] (Seed.ofInt number)
                    order |> Array.map(fun i -> i, find shared 4 queries[i]) |> Array.sortBy fst |> Array.map snd),
                TaskCreationOptions.LongRunning
            ))
        |> Task.WhenAll
    for result in found.GetAwaiter().GetResult() do
        Assert.Equal<string[][]>(expected, result)

[<Fact>]
let ``Memory, file, batch and repetition give the same`` () =
    let folder = Directory.CreateTempSubdirectory "levee-"
    try
        let path = Path.Combine(folder.FullName, "deeper", "index.db")
        use memory = SqliteRetriever.InMemory corpus
        let expected = ask memory 3 queries |> Array.map ids
        Assert.Equal<string[][]>(expected, ask memory 3 queries |> Array.map ids)
        (use file = SqliteRetriever.Cached(path, corpus)
         Assert.Equal<string[][]>(expected, queries |> Array.map(find file 3)))
        let written = File.GetLastWriteTimeUtc path
        (use again = SqliteRetriever.Cached(path, corpus)
         Assert.Equal<string[][]>(expected, ask again 3 queries |> Array.map ids))
        Assert.Equal(written, File.GetLastWriteTimeUtc path)
        (use other = SqliteRetriever.Cached(path, countries)
         Assert.Equal<string[]>([| "fr" |], find other 1 "Paris"))
        File.WriteAllText(path, "no database at all, and long enough not to be taken for an empty one")
        (use rebuilt = SqliteRetriever.Cached(path, countries)
         Assert.Equal<string[]>([| "fr" |], find rebuilt 1 "Paris"))
        Assert.Equal<string[]>([| "index.db" |], folder.GetFiles("*", SearchOption.AllDirectories) |> Array.map _.Name)
    finally
        folder.Delete true

[<Fact>]
let ``An index that cannot be written is named`` () =
    let folder = Directory.CreateTempSubdirectory "levee-"
    try
        let file = Path.Combine(folder.FullName, "file")
        File.WriteAllText(file, "")
        let path = Path.Combine(file, "index.db")
        let error = Assert.Throws<IOException>(fun () -> SqliteRetriever.Cached(path, countries) |> ignore)
        Assert.Contains(path, error.Message)
    finally
        folder.Delete true

[<Fact>]
let ``A cancelled search throws`` () =
    use retriever = SqliteRetriever.InMemory countries
    let search () =
        (retriever :> IRetriever).Retrieve([| "Paris" |], 1, CancellationToken true).GetAwaiter().GetResult() |> ignore
    Assert.ThrowsAny<OperationCanceledException>(search) |> ignore

[<Fact>]
let ``Fewer than one document is out of range`` () =
    use retriever = SqliteRetriever.InMemory countries
    Assert.Throws<ArgumentException>(fun () -> find retriever 0 "Paris" |> ignore) |> ignore

[<Fact>]
let ``The fingerprint is the corpus's, wherever the index lies, and an environment passes it on`` () =
    let folder = Directory.CreateTempSubdirectory "levee-test-"
    try
        let fingerprint (retriever: SqliteRetriever) = Fingerprinted.ofSource retriever
        use inMemory = SqliteRetriever.InMemory countries
        use inFile = SqliteRetriever.Cached(Path.Combine(folder.FullName, "a.sqlite"), countries)
        Assert.Matches("^[0-9A-Fa-f]{64}$", fingerprint inMemory)
        Assert.Equal(fingerprint inMemory, fingerprint inFile)
        Assert.Equal(fingerprint inMemory, Fingerprinted.ofSource(SearchEnvironment(SearchOptions.defaults, inMemory)))
        for others in [ List.rev countries; countries.Tail; { countries.Head with Text = "" } :: countries.Tail ] do
            use other = SqliteRetriever.InMemory others
            Assert.NotEqual<string>(fingerprint inMemory, fingerprint other)
    finally
        folder.Delete true

[<Fact>]
let ``A search engine of one's own has no fingerprint`` () =
    let own = {
        new IRetriever with
            member _.Retrieve(queries, _, _) = Task.FromResult(queries |> Array.map(fun _ -> Ok [||]))
    }
    Assert.Equal("", Fingerprinted.ofSource(SearchEnvironment(SearchOptions.defaults, own)))
