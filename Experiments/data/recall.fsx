// Prints how often SQLite's FTS5 finds the supporting documents of Atlas' questions among its first one, two and three results.
//
//     dotnet fsi Experiments/data/recall.fsx

#r "nuget: SQLitePCLRaw.bundle_e_sqlite3, 3.0.3"
#r "nuget: Microsoft.Data.Sqlite, 10.0.14"

open System
open System.IO
open System.Text.Json.Nodes
open Microsoft.Data.Sqlite

let lines name = File.ReadLines(Path.Combine(__SOURCE_DIRECTORY__, name)) |> Seq.map JsonNode.Parse |> List.ofSeq

let connection = new SqliteConnection("Data Source=:memory:")
connection.Open()

let execute (sql: string) (parameters: (string * string) list) =
    use command = connection.CreateCommand(CommandText = sql)
    for name, value in parameters do
        command.Parameters.AddWithValue(name, value) |> ignore
    use reader = command.ExecuteReader()
    [
        while reader.Read() do
            reader.GetString 0
    ]

execute "CREATE VIRTUAL TABLE document USING fts5 (id UNINDEXED, contents, tokenize = 'unicode61')" [] |> ignore

for document in lines "corpus.jsonl" do
    execute "INSERT INTO document VALUES ($id, $contents)" [ "$id", string document["id"]; "$contents", string document["contents"] ]
    |> ignore

let retrieve (query: string) =
    let anyWord = query.Split ' ' |> Array.map(fun word -> $"\"{word}\"") |> String.concat " OR "
    execute "SELECT id FROM document WHERE document MATCH $query ORDER BY bm25(document), rowid LIMIT 3" [ ("$query", anyWord) ]

/// The rank (from 0) of each supporting document under the query that a good agent would write for it.
let ranks (question: JsonNode) =
    let metadata = question["metadata"]
    let support = metadata["support"].AsArray() |> Seq.map string |> List.ofSeq
    let last = $"""{metadata["asked"]} {metadata["country"]}"""
    let queries =
        if support.Length = 2 then
            [ $"""{metadata["key"]} {metadata["value"]}"""; last ]
        else
            [ last ]
    List.map2 (fun query id -> retrieve query |> List.tryFindIndex((=) id) |> Option.defaultValue Int32.MaxValue) queries support

for split in [ "train"; "dev"; "test" ] do
    let worst = lines $"{split}.jsonl" |> List.map(ranks >> List.max)
    for top in 1..3 do
        let found = worst |> List.filter(fun rank -> rank < top) |> List.length
        printfn "%-5s top %d: %.1f%%" split top (100.0 * float found / float worst.Length)
