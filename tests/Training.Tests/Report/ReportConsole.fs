module Levee.Tests.ReportConsole

open System
open System.IO
open System.Threading.Tasks
open Levee
open Spectre.Console
open Xunit

let private seconds = float >> TimeSpan.FromSeconds
let private id seed = { Arm = "GRPO + [LLDS]"; Seed = seed }

let private line seed step = {
    Step = step
    Arm = "GRPO + [LLDS]"
    Seed = seed
    Values =
        Map.ofList [
            MetricName.reward, 0.5
            MetricName.correct, -0.45
            MetricName.gradientNorm, 123456.0
            if step = 1 then
                MetricName.heldOutSampled, 0.25
        ]
}

let private progressed =
    StudyProgress.start [ for seed in 0..3 -> id seed, 10 ]
    |> StudyProgress.started (seconds 0) (id 0) 10
    |> StudyProgress.started (seconds 0) (id 1) 10
    |> StudyProgress.step (seconds 2) (line 0 1)
    |> StudyProgress.step (seconds 4) (line 0 2)

[<Fact>]
let ``time left goes by the pace so far`` () =
    let run = progressed.Runs |> List.find(fun run -> run.Run.Seed = 0)
    Assert.Equal(Some(seconds 16), run.Left)
    // Two steps in four seconds; 8 + 10 + 10 + 10 are left.
    Assert.Equal(Some(seconds 76), StudyProgress.left (seconds 4) progressed)
    Assert.Equal(None, StudyProgress.left (seconds 4) (StudyProgress.start []))

[<Fact>]
let ``the display keeps the last known value of a metric that is not measured at every step`` () =
    let text = ProgressView.render true 120 30 (seconds 4) progressed |> String.concat "\n"
    Assert.Contains("0.25", text)
    Assert.Contains("2/10", text)

[<Theory>]
[<InlineData(40, 24)>]
[<InlineData(79, 23)>]
[<InlineData(200, 60)>]
[<InlineData(80, 8)>]
let ``the display fits the terminal`` (width: int, height: int) =
    let many =
        [ 0..20 ]
        |> List.fold
            (fun study seed ->
                let study = StudyProgress.started (seconds 0) (id seed) 1000 study |> StudyProgress.step (seconds 1) (line seed 1)
                if seed < 19 then
                    StudyProgress.finished (id seed) study
                else
                    study)
            (StudyProgress.start [])
    let lines = ProgressView.render true width height (seconds 1) many
    Assert.True(lines.Length <= height)
    for line in lines do
        Assert.True((Markup.Remove line).Length <= width, line)
    let text = lines |> List.map Markup.Remove |> String.concat "\n"
    Assert.Contains("seed 19", text)
    Assert.Contains("seed 20", text)

[<Theory>]
[<InlineData(0, "finished after")>]
[<InlineData(7, "stopped at step 7/10 after")>]
[<InlineData(10, "finished after")>]
let ``plain progress tells a run that stopped from one that finished`` (steps: int, expected: string) =
    use output = new StringWriter()
    use sink: IProgressSink = new PlainProgress(output, fun _ -> 4)
    sink.Started(id 0, 10)
    for step in 1..steps do
        sink.Step(line 0 step)
    sink.Finished(id 0)
    Assert.Contains(expected, Array.last(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)))

[<Fact>]
let ``plain progress is lines: start, first, every n-th, last, messages and end, from any thread`` () =
    use output = new StringWriter()
    let sink: IProgressSink = new PlainProgress(output, fun _ -> 4)
    Parallel.For(
        0,
        4,
        fun seed ->
            sink.Started(id seed, 10)
            for step in 1..10 do
                sink.Step(line seed step)
            sink.Finished(id seed)
    )
    |> ignore
    sink.Message "an update was skipped"
    sink.Dispose()
    let lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
    // Started; steps 1, 4, 8, 10; finished.
    Assert.Equal(4 * 6 + 1, lines.Length)
    Assert.Contains("an update was skipped", Array.last lines)
    let own = lines |> Array.filter _.Contains("seed 2:")
    Assert.Contains("step 1/10, reward 0.50, held-out 0.25, log p correct \u22120.45", own[1])
    Assert.Contains("step 10/10", own[4])

[<Fact>]
let ``a live display writes its last state and messages and can be ended twice`` () =
    use output = new StringWriter()
    let console =
        AnsiConsole.Create(
            AnsiConsoleSettings(Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = AnsiConsoleOutput output)
        )
    console.Profile.Width <- 80
    console.Profile.Height <- 24
    let sink: IProgressSink = new LiveProgress(console, [ id 0, 2 ])
    sink.Started(id 0, 2)
    sink.Step(line 0 1)
    sink.Message "markup [is] left alone"
    sink.Step(line 0 2)
    sink.Finished(id 0)
    sink.Dispose()
    sink.Dispose()
    let text = output.ToString()
    Assert.Contains("markup [is] left alone", text)
    Assert.Contains("1 of 1 runs done", text)
    Assert.Contains("2/2", text)
    // The cursor is shown again.
    Assert.Contains("\u001b[?25h", text)

[<Fact>]
let ``the plain table is aligned and breaks its arms into blocks that fit`` () =
    let arms = [
        for name in [ "one"; "another arm"; "a third arm with a long name" ] ->
            { Arm = name; Runs = [ Summary.run 1 { Arm = name; Seed = 0 } [| line 0 1 |] ] }
    ]
    let lines = StudyConsole.plainTable 80 arms
    Assert.All(lines, fun line -> Assert.True(line.Length <= 80, line))
    let blocks = String.concat "\n" lines
    for arm in arms do
        Assert.Contains(arm.Arm, blocks)
    Assert.Equal(2, lines |> List.filter _.StartsWith("Collapsed") |> List.length)
