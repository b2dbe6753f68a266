/// A study whose process is killed again and again, without warning, comes to the same end.
module Levee.Tests.KilledJourney

open System
open System.Diagnostics
open System.IO
open System.Threading
open Levee
open Levee.Tests
open Xunit
open Levee.Tests.World

/// The study in a process of its own: a new one, or what was begun in the folder.
let private start (out: string) =
    let program = Path.Combine(AppContext.BaseDirectory, "Training.Killed.dll")
    let info = ProcessStartInfo("dotnet", [ program; out ], RedirectStandardOutput = true, RedirectStandardError = true)
    match Process.Start info with
    | null -> failwith "dotnet did not start"
    | started -> started

let private files out (pattern: string) = Directory.GetFiles(out, pattern, SearchOption.AllDirectories)

let private written out = files out "metrics.jsonl" |> Array.sumBy(fun path -> FileInfo(path).Length)

/// True when the process is writing a state: there is an unfinished folder that is younger than the process.
let private isSaving out (started: DateTime) =
    Directory.GetDirectories(out, "step-*.tmp", SearchOption.AllDirectories)
    |> Array.exists(fun folder -> Directory.GetLastWriteTimeUtc folder > started)

/// Lets a process live up to a moment: while it gets ready, at work, or while it saves a state.
let private live out (started: DateTime) (child: Process) moment seed =
    let before = written out
    let rec until isSo =
        if not(child.HasExited || isSo()) then
            Thread.Sleep 1
            until isSo
    let wait milliseconds = Thread.Sleep(Seed.below milliseconds seed)
    match moment % 4 with
    | 0 -> wait 1000
    | 1 ->
        until(fun () -> written out > before)
        wait 100
    | _ -> until(fun () -> isSaving out started)

/// Kills the study at a moment; whether that was while it saved a state.
let private kill out moment =
    let started = DateTime.UtcNow
    use child = start out
    live out started child moment (Seed.ofInt 1 |> Seed.derive moment)
    Assert.False(child.HasExited, "the study was over before it was killed for the last time")
    child.Kill()
    child.WaitForExit()
    isSaving out started

let private finish out =
    use child = start out
    let output = child.StandardOutput.ReadToEndAsync()
    let errors = child.StandardError.ReadToEnd()
    child.WaitForExit()
    Assert.True((child.ExitCode = 0), output.Result + errors)
    output.Result

/// Everything that a study leaves, by name: metrics without timings, and the bytes of what else does not tell the time.
let private outcome (out: string) =
    let folder = Killed.begun out |> Option.get
    let isTiming (name: string) = name.StartsWith "timing_s/" || name.StartsWith "perf/"
    let lines =
        (Metrics.read folder.Metrics).Lines
        |> List.map(fun line -> { line with Values = line.Values |> Map.filter(fun name _ -> not(isTiming name)) })
        |> List.sortBy(fun line -> line.Arm, line.Seed, line.Step)
    let kept = [ "policies"; "states"; "trajectories"; "warm-start" ]
    let contents = [
        for place in kept do
            for path in files (Path.Combine(folder.Path, place)) "*" |> Array.sort ->
                Path.GetRelativePath(folder.Path, path), Convert.ToHexString(File.ReadAllBytes path)
    ]
    lines, contents

[<Fact>]
let ``a study killed at 20 moments, during saves too, comes to the same metrics and weights`` () =
    use whole = new TemporaryFolder()
    use broken = new TemporaryFolder()
    let uninterrupted = Study.run (TinyWorld.options whole.Path) (TinyWorld.study Killed.steps) CancellationToken.None
    Assert.Empty uninterrupted.Failed
    let inSaves = [ 1..20 ] |> List.filter(kill broken.Path) |> List.length
    Assert.True(inSaves > 0, "no kill came while a state was being saved")
    Assert.Contains("goes on from step", finish broken.Path)
    let lines, contents = outcome whole.Path
    let linesThen, contentsThen = outcome broken.Path
    Assert.Equal<MetricLine list>(lines, linesThen)
    Assert.Equal<(string * string) list>(contents, contentsThen)
    TestContext.Current.TestOutputHelper
    |> Option.ofObj
    |> Option.iter(fun output -> output.WriteLine $"{inSaves} of 20 kills came during saves")
