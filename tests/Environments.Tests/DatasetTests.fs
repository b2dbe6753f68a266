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
let ``A corpus line that cannot be used is named`` (line: string, part: string) =
    fails Dataset.readCorpus 3 part $"{goodDocument}\n\n{line}\n"

[<Theory>]
[<InlineData("""{"id":"2","question":"q?"}""", "\"golden_answers\" is missing")>]
[<InlineData("""{"id":"2","question":"q?","golden_answers":[]}""", "or empty")>]
[<InlineData("""{"id":"2","question":"q?","golden_answers":"a"}""", "no array")>]
[<InlineData("""{"id":"2","question":"q?","golden_answers":["a",""]}""", "no text")>]
[<InlineData("""{"id":"2","question":"q?","golden_answers":[3]}""", "no text")>]
[<InlineData("""{"id":"2","golden_answers":["a"]}""", "\"question\" is missing")>]
[<InlineData("""{"id":"t_0","question":"q?","golden_answers":["a"]}""", "stands on an earlier line")>]
let ``A question line that cannot be used is named`` (line: string, part: string) =
    fails Dataset.readQuestions 2 part $"{goodQuestion}\n{line}\n"

[<Fact>]
let ``Bytes that are no UTF-8 are an error`` () =
    withFile "" (fun path ->
        File.WriteAllBytes(path, [| 0x7Buy; 0xFFuy; 0x7Duy |])
        let error = Assert.Throws<DatasetException>(fun () -> Dataset.readCorpus path |> Seq.length |> ignore)
        Assert.Contains("UTF-8", error.Message))

[<Fact>]
let ``A missing file is an error that names it`` () =
    let path = Path.Combine(Path.GetTempPath(), $"levee-{Guid.NewGuid()}.jsonl")
    let error = Assert.Throws<DatasetException>(fun () -> Dataset.readCorpus path |> Seq.length |> ignore)
    Assert.Equal(0, error.Line)
    Assert.Contains(path, error.Message)

[<Fact>]
let ``Lines before the bad one are read`` () =
    withFile $"{goodDocument}\nnonsense" (fun path -> Assert.Equal("1", (Seq.head(Dataset.readCorpus path)).Id))
