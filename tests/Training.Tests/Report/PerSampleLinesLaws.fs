/// The bars of the per-sample measure, in their file.
module Levee.Tests.PerSampleLinesLaws

open System
open System.IO
open FsCheck
open FsCheck.FSharp
open Levee
open Levee.Tests.World
open Xunit

let private bar step id change : PerSampleLine = {
    Step = step
    Arm = "GRPO"
    Seed = 1
    QuestionId = id
    Question = "Where is it?"
    Correct = 3
    Incorrect = 5
    Change = change
}

let private anyBar =
    gen {
        let! text = ArbMap.defaults |> ArbMap.generate<char list>
        let! step = Gen.choose(0, 1_000_000)
        let! seed = Gen.choose(-5, 100)
        let! correct = Gen.choose(1, 16)
        let! change = ArbMap.defaults |> ArbMap.generate<float>
        // A lone surrogate is no text and cannot be kept by UTF-8.
        let text = text |> List.filter(Char.IsSurrogate >> not) |> Array.ofList |> String
        return {
            bar step $"{text}/1" (Some change |> Option.filter Double.IsFinite) with
                Arm = text + "\""
                Seed = seed
                Question = text + "?"
                Correct = correct
        }
    }

[<Fact>]
let ``a bar is read back as it was written, bit for bit`` () =
    Check.QuickThrowOnFailure(Prop.forAll (Arb.fromGen anyBar) (fun bar -> PerSampleLines.parse(PerSampleLines.format bar) = bar))

[<Fact>]
let ``a bar's line has these fields, and null where the update was not finite`` () =
    let text =
        """{"step":50,"arm":"GRPO","seed":1,"question_id":"a/b","question":"Where is it?","correct":3,"incorrect":5,"change":"""
    Assert.Equal(text + "-0.42}", PerSampleLines.format(bar 50 "a/b" (Some -0.42)))
    Assert.Equal(text + "null}", PerSampleLines.format(bar 50 "a/b" None))

let private whole = PerSampleLines.format(bar 1 "a" (Some 0.5))

let private written (folder: TemporaryFolder) (content: string) =
    let path = Path.Combine(folder.Path, "per_sample.jsonl")
    File.WriteAllText(path, content)
    path

[<Fact>]
let ``a last line that was cut off is dropped and counted, and a writer goes on after it`` () =
    use folder = new TemporaryFolder()
    let path = written folder (whole + "\n" + whole.Substring(0, 30))
    let file = PerSampleLines.read path
    Assert.Equal((1, 1), (file.Lines.Length, file.Truncated))
    using (new PerSampleWriter(path)) (fun writer -> writer.Write(bar 2 "b" None))
    let mended = PerSampleLines.read path
    Assert.Equal<PerSampleLine list>([ bar 1 "a" (Some 0.5); bar 2 "b" None ], mended.Lines)
    Assert.Equal(0, mended.Truncated)

[<Theory>]
[<InlineData("[]", "no JSON object")>]
[<InlineData("{", "no JSON")>]
[<InlineData("{\"arm\":\"a\",\"seed\":1,\"step\":2}", "\"question_id\" is missing")>]
let ``any other bad line is an error that names file, line, fault and remedy`` (bad: string, fault: string) =
    use folder = new TemporaryFolder()
    let path = written folder (whole + "\n" + bad + "\n" + whole + "\n")
    let error = Assert.Throws<InvalidDataException>(fun () -> PerSampleLines.read path |> ignore)
    for part in [ path + ":2:"; fault; "Remove or mend" ] do
        Assert.Contains(part, error.Message)

[<Fact>]
let ``a change that is no number is refused`` () =
    let error = Assert.Throws<FormatException>(fun () -> PerSampleLines.parse(whole.Replace("0.5", "\"much\"")) |> ignore)
    Assert.Contains("\"change\" must be a number or null", error.Message)

[<Fact>]
let ``of a step that was done twice the later bars stand`` () =
    let bars = [ bar 1 "a" (Some 1.0); bar 1 "b" (Some 2.0); bar 1 "a" (Some 3.0); bar 2 "a" None ]
    Assert.Equal<PerSampleLine list>(List.tail bars, PerSampleLines.latest bars)

[<Fact>]
let ``a folder that an earlier version began keeps its file's name`` () =
    use folder = new TemporaryFolder()
    let run: RunFolder = { Path = folder.Path }
    Assert.Equal("per_sample.jsonl", Path.GetFileName run.PerSample)
    File.WriteAllText(Path.Combine(folder.Path, "lld_probe.jsonl"), "")
    Assert.Equal("lld_probe.jsonl", Path.GetFileName run.PerSample)

[<Fact>]
let ``bars below zero are counted among those known`` () =
    Assert.Equal((1, 3), PerSampleLines.displaced [ bar 1 "a" (Some -1.0); bar 1 "b" (Some 0.0); bar 1 "c" None; bar 1 "d" (Some 2.0) ])
