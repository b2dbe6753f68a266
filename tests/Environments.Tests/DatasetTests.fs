module Levee.Environments.Tests.DatasetTests

open System
open System.IO
open Levee
open Xunit

let private withFile (content: string) (work: string -> 'a) =
    let path = Path.GetTempFileName()
    try
        File.WriteAllText(path, content)
        work path
    finally
        File.Delete path

let private fails read line (part: string) content =
    withFile content (fun path ->
        let error = Assert.Throws<DatasetException>(fun () -> read path |> Seq.length |> ignore)
        Assert.Equal(path, error.Path)
        Assert.Equal(line, error.Line)
        Assert.Contains(path, error.Message)
        Assert.Contains($"line {line}", error.Message)
        Assert.Contains(part, error.Message))

let private goodDocument = """{"id":"1","contents":"\"Oman\"\nOman borders Yemen\nand others"}"""
let private goodQuestion = """{"id":"t_0","question":"who","golden_answers":["a","b"],"metadata":{"hops":2}}"""

[<Fact>]
let ``A corpus line gives title and text`` () =
    withFile $"{goodDocument}\n\n{{\"id\":2,\"contents\":\"Fiji\"}}\n" (fun path ->
        Assert.Equal<Document list>(
            [
                { Id = "1"; Title = "\"Oman\""; Text = "Oman borders Yemen\nand others" }
                { Id = "2"; Title = "Fiji"; Text = "" }
            ],
            Dataset.readCorpus path |> Seq.toList
        ))

[<Fact>]
let ``A question line gives the question, with its mark, and its metadata`` () =
    withFile (goodQuestion + "\n" + """{"id":"t_1","question":"Why? ","golden_answers":["c"]}""") (fun path ->
        Assert.Equal<Question list>(
            [
                { Id = "t_0"; Text = "who?"; GoldenAnswers = [ "a"; "b" ]; Metadata = """{"hops":2}""" }
                { Id = "t_1"; Text = "Why?"; GoldenAnswers = [ "c" ]; Metadata = "" }
            ],
            Dataset.readQuestions path |> Seq.toList
        ))

[<Theory>]
[<InlineData("not json", "no JSON")>]
[<InlineData("[1]", "no JSON object")>]
[<InlineData("""{"id":"2"}""", "\"contents\" is missing")>]
[<InlineData("""{"contents":"x"}""", "\"id\" is missing")>]
[<InlineData("""{"id":"2","contents":7}""", "\"contents\" is no text")>]
[<InlineData("""{"id":"2","contents":null}""", "\"contents\" is no text")>]
[<InlineData("""{"id":"2","contents":" "}""", "\"contents\" is no text")>]
[<InlineData("""{"id":"1","contents":"x"}""", "stands on an earlier line")>]
[<InlineData("""{"id":"2","contents":"x" """, "no JSON")>]
[<InlineData("""{"id":"2","contents":"one \udbff two"}""", "half of a surrogate pair")>]
[<InlineData("""{"id":"\udbff","contents":"x"}""", "half of a surrogate pair")>]
[<InlineData("""{"id":"2","contents":"x","more":[{"\udc00":0}]}""", "half of a surrogate pair")>]
[<InlineData("""{"id":"2","contents":"x","contents":"y"}""", "\"contents\" is given twice")>]
[<InlineData("{\"id\":\"2\",\"contents\":\"x\000\"}", "no JSON")>]
let ``A corpus line that cannot be used is named`` (line: string, part: string) =
    fails Dataset.readCorpus 3 part $"{goodDocument}\n\n{line}\n"

[<Theory>]
[<InlineData("""{"id":"2","question":"q?"}""", "\"golden_answers\" is missing")>]
[<InlineData("""{"id":"2","question":"q?","golden_answers":[]}""", "or empty")>]
[<InlineData("""{"id":"2","question":"q?","golden_answers":"a"}""", "no array")>]
[<InlineData("""{"id":"2","question":"q?","golden_answers":["a",""]}""", "no text")>]
[<InlineData("""{"id":"2","question":"q?","golden_answers":[3]}""", "no text")>]
[<InlineData("""{"id":"2","golden_answers":["a"]}""", "\"question\" is missing")>]
[<InlineData("""{"id":"2","question":"q\ud801","golden_answers":["a"]}""", "half of a surrogate pair")>]
[<InlineData("""{"id":"2","question":"q","golden_answers":["a","\ud801"]}""", "half of a surrogate pair")>]
[<InlineData("""{"id":"2","question":"q","golden_answers":["a"],"metadata":["\ud801"]}""", "half of a surrogate pair")>]
[<InlineData("""{"id":"2","question":"q","golden_answers":["a"],"metadata":{"\ud801":1}}""", "half of a surrogate pair")>]
[<InlineData("""{"id":"2","question":"q","golden_answers":["a"],"metadata":{"b":1,"b":1}}""", "\"b\" is given twice")>]
[<InlineData("""{"id":"t_0","question":"q?","golden_answers":["a"]}""", "stands on an earlier line")>]
let ``A question line that cannot be used is named`` (line: string, part: string) =
    fails Dataset.readQuestions 2 part $"{goodQuestion}\n{line}\n"

[<Fact>]
let ``Bytes that are no UTF-8 are an error with their line`` () =
    withFile "" (fun path ->
        let lines = Text.Encoding.UTF8.GetBytes $"{goodDocument}\n\n{{\"id\":\"2\",\"contents\":\"~\"}}\n"
        File.WriteAllBytes(path, lines |> Array.map(fun letter -> if letter = byte '~' then 0xFFuy else letter))
        let error = Assert.Throws<DatasetException>(fun () -> Dataset.readCorpus path |> Seq.length |> ignore)
        Assert.Equal(3, error.Line)
        Assert.Contains("UTF-8", error.Message))

[<Fact>]
let ``A byte order mark, carriage returns and blank lines are passed over`` () =
    withFile $"\ufeff{goodDocument}\r\n \t\r\n{{\"id\":1e999,\"contents\":\"Fiji\"}}\r\n\r\n" (fun path ->
        Assert.Equal<string list>([ "1"; "1e999" ], Dataset.readCorpus path |> Seq.map _.Id |> Seq.toList))

[<Theory>]
[<InlineData("")>]
[<InlineData("\n \n\r\n")>]
let ``An empty file is refused with its path and a remedy`` (content: string) =
    withFile content (fun path ->
        let refused (read: string -> int) = Assert.Throws<DatasetException>(fun () -> read path |> ignore).Message
        Assert.Contains($"{path}: The file is empty: it has no documents. Check the path", refused(Dataset.readCorpus >> Seq.length))
        Assert.Contains($"{path}: The file is empty: it has no questions. Check the path", refused(Dataset.readQuestions >> Seq.length)))

[<Fact>]
let ``Golden answers that normalise to nothing are told, how many and where`` () =
    let line number answers = $"{{\"id\":{number},\"question\":\"q\",\"golden_answers\":[{answers}]}}"
    withFile
        (String.Join('\n', [ line 1 "\"b\""; line 2 "\"A\",\"x\""; ""; line 3 "\"x\",\"!?\",\"The\""; line 4 "\"an a\"" ]))
        (fun path ->
            let questions, notices = Dataset.loadQuestions path
            Assert.Equal<Question[]>(Array.ofSeq(Dataset.readQuestions path), questions)
            let notice = Assert.Single notices
            Assert.StartsWith(path, notice)
            Assert.Contains("4; line 2 (\"A\"), line 4 (\"!?\"), line 4 (\"The\"), ...", notice))
    withFile (line 1 "\"b\",\"a b\",\"+1\"") (fun path -> Assert.Empty(snd(Dataset.loadQuestions path)))

[<Fact>]
let ``A missing file is an error that names it`` () =
    let path = Path.Combine(Path.GetTempPath(), $"levee-{Guid.NewGuid()}.jsonl")
    let error = Assert.Throws<DatasetException>(fun () -> Dataset.readCorpus path |> Seq.length |> ignore)
    Assert.Equal(0, error.Line)
    Assert.Contains(path, error.Message)

[<Fact>]
let ``Lines before the bad one are read`` () =
    withFile $"{goodDocument}\nnonsense" (fun path -> Assert.Equal("1", (Seq.head(Dataset.readCorpus path)).Id))
