/// An experiment script as a user runs it, in a process of its own.
module Levee.Tests.ScriptJourney

open System
open System.Diagnostics
open System.IO
open System.Threading
open Levee
open Xunit
open Levee.Tests.World

let private start (arguments: string list) =
    let script = Path.Combine(Repository.root, "Experiments", "collapse.fsx")
    let info =
        ProcessStartInfo("dotnet", WorkingDirectory = Repository.root, RedirectStandardOutput = true, RedirectStandardError = true)
    [ "fsi"; "--optimize+"; script; "--"; yield! arguments ] |> List.iter info.ArgumentList.Add
    match Process.Start info with
    | null -> failwith "dotnet did not start"
    | started -> started

/// Exit code and all that was written.
let private finish (run: Process) =
    let errors = run.StandardError.ReadToEndAsync()
    let output = run.StandardOutput.ReadToEnd()
    run.WaitForExit()
    run.ExitCode, output + errors.Result

let private study (out: string) = Directory.GetDirectories out |> Assert.Single

/// Metrics without the timings, by arm and step.
let private measured folder =
    (Metrics.read(Path.Combine(folder, "metrics.jsonl"))).Lines
    |> List.sortBy(fun line -> line.Arm, line.Step)
    |> List.map(fun line ->
        line.Arm, line.Step, line.Values |> Map.filter(fun name _ -> not(name.StartsWith "timing_s/" || name.StartsWith "perf/")))

let private weightsIn folder = File.ReadAllBytes(Path.Combine(folder, "policies", "grpo-llds-seed7", "model.safetensors"))

[<Fact>]
let ``the main job twice gives a table, a report, and the same result bit for bit`` () =
    use firstFolder = new TemporaryFolder()
    use secondFolder = new TemporaryFolder()
    for folder in [ firstFolder; secondFolder ] do
        use run = start [ "--steps"; "2"; "--seeds"; "7"; "--out"; folder.Path ]
        let code, text = finish run
        Assert.True((code = 0), text)
        Assert.Contains("GRPO + LLDS", text)
        Assert.Contains("report.html", text)
    let first, second = study firstFolder.Path, study secondFolder.Path
    Assert.True(File.Exists(Path.Combine(first, "report.html")))
    Assert.Equal(4, (measured first).Length)
    Assert.Equal<(string * int * Map<string, float>) list>(measured first, measured second)
    Assert.Equal<byte[]>(weightsIn first, weightsIn second)

[<Fact>]
let ``an option that does not exist, or out of range, is refused with code 2`` () =
    use unknown = start [ "--stepz"; "2" ]
    let code, text = finish unknown
    Assert.Equal(2, code)
    Assert.Contains("--steps", text)
    use tooFew = start [ "--steps"; "0" ]
    let code, text = finish tooFew
    Assert.Equal(2, code)
    Assert.Contains("--steps 0 is out of range", text)

/// Whether this process was started with SIGINT ignored, as a shell does in the background; children inherit that.
let private ignoresInterrupt () =
    let line = File.ReadLines "/proc/self/status" |> Seq.find(fun line -> line.StartsWith "SigIgn:")
    Convert.ToUInt64(line.Substring(7).Trim(), 16) &&& 2UL <> 0UL

[<Fact>]
let ``Ctrl-C stops soon and leaves a folder with a report`` () =
    if not(OperatingSystem.IsLinux()) then
        Assert.Skip "signals are sent with pkill, as Linux has it"
    use folder = new TemporaryFolder()
    use run = start [ "--steps"; "100000"; "--seeds"; "7"; "--out"; folder.Path ]
    let hasMetrics () =
        match Directory.GetFiles(folder.Path, "metrics.jsonl", SearchOption.AllDirectories) with
        | [| file |] -> FileInfo(file).Length > 0L
        | _ -> false
    Assert.True(SpinWait.SpinUntil(hasMetrics, TimeSpan.FromSeconds 120.0), "no step was done in two minutes")
    use signal = Process.Start("pkill", [ (if ignoresInterrupt() then "-TERM" else "-INT"); "-P"; string run.Id ])
    let output = System.Threading.Tasks.Task.Run(fun () -> finish run)
    if not(output.Wait(TimeSpan.FromSeconds 120.0)) then
        run.Kill true
        Assert.Fail "the script went on for two minutes"
    let code, text = output.Result
    Assert.Equal(130, code)
    Assert.Contains("Interrupted", text)
    Assert.Contains("interrupted", File.ReadAllText(Path.Combine(study folder.Path, "report.html")))
