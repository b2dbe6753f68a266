/// A whole study into a run folder, as a script makes it.
module Levee.Tests.StudyJourney

open System
open System.IO
open System.Text.Json
open System.Threading
open Levee
open Xunit
open Levee.Tests.World

let private tiny origin =
    experiment "journey" {
        question "Does everything arrive?"
        task atlas.Value
        start origin
        training(fun _ -> small)
        seeds [ 1; 2 ]
        arm "GRPO" Recipes.grpo
        armWith "GRPO + LLDS" (Recipes.grpo + 3.0 * Llds.penalty Llds.defaults) (TrainingOptions.learningRate 2e-4)
    }

let private kept = Checkpoint(Path.Combine(data, "warm-start"))

let private options out = { Out = out; Workers = 2; Threads = 1; SaveEvery = 10; Script = None }

[<Fact>]
let ``a study leaves configuration, metrics, trajectories, policies and a report`` () =
    use folder = new TemporaryFolder()
    let outcome = Study.run (options folder.Path) (tiny kept) CancellationToken.None
    Assert.Empty outcome.Failed
    Assert.False outcome.Cancelled

    use configuration = JsonDocument.Parse(File.ReadAllText outcome.Folder.Configuration)
    let arms = configuration.RootElement.GetProperty "arms"
    Assert.Equal(2, arms.GetArrayLength())
    Assert.Contains("3 * llds(gate=Action", arms[1].GetProperty("objective").GetString())
    Assert.Equal(2e-4, arms[1].GetProperty("training").GetProperty("Schedule").GetProperty("Peak").GetDouble())

    let lines = (Metrics.read outcome.Folder.Metrics).Lines
    Assert.Equal(2 * 2 * small.Steps, lines.Length)
    for arm in [ "GRPO"; "GRPO + LLDS" ] do
        for seed in [ 1; 2 ] do
            let run = { Arm = arm; Seed = seed }
            Assert.Equal(small.Steps, lines |> List.filter(fun line -> line.Run = run) |> List.length)
            Assert.Contains("[action]", File.ReadAllText(outcome.Folder.Trajectories run))
            use trained = Policy.load TorchSharp.torch.float32 TorchSharp.torch.CPU (outcome.Folder.Policy run)
            use before = warmPolicy()
            Assert.NotEqual<float32[]>(weights before, weights trained)

    let report = File.ReadAllText outcome.Folder.Report
    Assert.Contains("<svg", report)
    Assert.Contains("Does everything arrive?", report)
    Assert.DoesNotContain("src=\"http", report)

[<Fact>]
let ``a policy that is taught first is kept and trained from`` () =
    use folder = new TemporaryFolder()
    let teaching = { Tasks.teaching with Steps = 3; Demonstrations = 4 }
    let taught = tiny(Taught(2, Tasks.atlasPolicy data, teaching))
    let outcome = Study.run (options folder.Path) { taught with Arms = [ taught.Arms.Head ] } CancellationToken.None
    Assert.Empty outcome.Failed
    for index in [ 0; 1 ] do
        Assert.True(File.Exists(Path.Combine(outcome.Folder.WarmStart index, "model.safetensors")))

[<Fact>]
let ``an interrupted study keeps what was done and says so`` () =
    use folder = new TemporaryFolder()
    use source = new CancellationTokenSource(TimeSpan.FromSeconds 6.0)
    let long = tiny kept
    let long = {
        long with
            Arms = long.Arms |> List.map(fun arm -> { arm with Adjust = arm.Adjust >> fun o -> { o with Steps = 10_000 } })
    }
    let outcome = Study.run (options folder.Path) long source.Token
    Assert.True outcome.Cancelled
    Assert.Empty outcome.Failed
    Assert.NotEmpty (Metrics.read outcome.Folder.Metrics).Lines
    Assert.Contains("interrupted", File.ReadAllText outcome.Folder.Report)
    let run = { Arm = "GRPO"; Seed = 1 }
    use policy = Policy.load TorchSharp.torch.float32 TorchSharp.torch.CPU (outcome.Folder.Policy run)
    Assert.All(weights policy, fun weight -> Assert.True(Single.IsFinite weight))

[<Fact>]
let ``a start that is no policy folder fails by name, and every arm says so`` () =
    use folder = new TemporaryFolder()
    let nowhere = Path.Combine(folder.Path, "nowhere")
    let outcome = Study.run (options folder.Path) (tiny(Checkpoint nowhere)) CancellationToken.None
    Assert.Equal(4, outcome.Failed.Length)
    Assert.All(outcome.Failed, fun (_, message) -> Assert.Contains("nowhere", message))

[<Fact>]
let ``a run folder that cannot be made is refused with a remedy`` () =
    use folder = new TemporaryFolder()
    let file = Path.Combine(folder.Path, "file")
    File.WriteAllText(file, "")
    let error = Assert.Throws<IOException>(fun () -> Study.run (options file) (tiny kept) CancellationToken.None |> ignore)
    Assert.Contains("--out", error.Message)
    Assert.Contains(file, error.Message)
