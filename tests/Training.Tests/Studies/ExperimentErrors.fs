module Levee.Tests.ExperimentErrors

open System
open System.IO
open Levee
open Xunit
open Levee.Tests.World

let private refused (expected: string) (build: unit -> Experiment) =
    let error = Assert.Throws<ArgumentException>(fun () -> build() |> ignore)
    Assert.Contains(expected, error.Message)

let private origin = Checkpoint "somewhere"

[<Fact>]
let ``an experiment needs a task, a start, an arm and a seed`` () =
    refused "has no task" (fun () ->
        experiment "x" {
            start origin
            arm "GRPO" Recipes.grpo
        })
    refused "has no start" (fun () ->
        experiment "x" {
            task atlas.Value
            arm "GRPO" Recipes.grpo
        })
    refused "has no arm" (fun () ->
        experiment "x" {
            task atlas.Value
            start origin
        })
    refused "has no seed" (fun () ->
        experiment "x" {
            task atlas.Value
            start origin
            arm "GRPO" Recipes.grpo
            seeds []
        })

[<Fact>]
let ``an arm or a seed named twice is refused`` () =
    refused "names arm GRPO twice" (fun () ->
        experiment "x" {
            task atlas.Value
            start origin
            arm "GRPO" Recipes.grpo
            arm "GRPO" Recipes.grpo
        })
    refused "file name of an arm" (fun () ->
        experiment "x" {
            task atlas.Value
            start origin
            arm "GRPO + LLDS" Recipes.grpo
            arm "GRPO LLDS" Recipes.llds
        })
    refused "names seed 1 twice" (fun () ->
        experiment "x" {
            task atlas.Value
            start origin
            arm "GRPO" Recipes.grpo
            seeds [ 1; 1 ]
        })

[<Fact>]
let ``settings out of range are refused with what would do`` () =
    let withTraining edit () =
        experiment "x" {
            task atlas.Value
            start origin
            arm "GRPO" Recipes.grpo
            training edit
        }
    refused "groupSize 1 gives no advantage" (withTraining(fun o -> { o with Rollout.GroupSize = 1 }))
    refused "more than the batchSize of 8" (withTraining(fun o -> { o with Update.MiniBatchSize = 9 }))
    refused "epochs 0 is out of range: give 1 or more" (withTraining(fun o -> { o with Update.Epochs = 0 }))
    refused "learningRate -1 is out of range" (withTraining(TrainingOptions.learningRate -1.0))
    refused "learningRate NaN is out of range" (withTraining(TrainingOptions.learningRate nan))
    refused "warmUp 1.5 is out of range" (withTraining(fun o -> { o with Optimiser.Schedule = { o.Optimiser.Schedule with WarmUp = 1.5 } }))
    for temperature in [ 0.0; -1.0; 1e-40; 1e-6; 0.001; 1e3; infinity; nan ] do
        refused $"temperature {temperature} is out of range" (withTraining(fun o -> { o with Rollout.Temperature = temperature }))

[<Fact>]
let ``an arm's own settings are checked too`` () =
    refused "clipNorm 0 is out of range" (fun () ->
        experiment "x" {
            task atlas.Value
            start origin
            armWith "GRPO" Recipes.grpo (fun o -> { o with Optimiser.ClipNorm = 0.0 })
        })

[<Fact>]
let ``what is not named has the documented default`` () =
    let built =
        experiment "x" {
            task atlas.Value
            start origin
            arm "GRPO" Recipes.grpo
            steps 7
            learningRate 1e-4
        }
    let training = built.Arms.Head.Training
    Assert.Equal(7, training.Steps)
    Assert.Equal(1e-4, training.Optimiser.Schedule.Peak)
    Assert.Equal(TrainingOptions.defaults.Rollout.GroupSize, training.Rollout.GroupSize)

[<Fact>]
let ``a warm start out of range is refused`` () =
    let taught policies teaching () =
        experiment "x" {
            task atlas.Value
            start(Taught(policies, teaching))
            arm "GRPO" Recipes.grpo
        }
    refused "0 taught policies: give 1 or more" (taught 0 Tasks.teaching)
    refused
        "warm start flaws 1.5 is out of range: it is a share of demonstrations, from 0 to 1"
        (taught 1 { Tasks.teaching with Flaws = 1.5 })
    refused "warm start steps 0 is out of range: give 1 or more" (taught 1 { Tasks.teaching with Steps = 0 })

[<Fact>]
let ``what is passed over in the policy to start from is known before a run begins`` () =
    use folder = new TemporaryFolder()
    do
        use policy = warmPolicy()
        Policy.save folder.Path policy
    let plain =
        experiment "x" {
            task atlas.Value
            start(Checkpoint folder.Path)
            arm "GRPO" Recipes.grpo
        }
    Assert.Empty(Study.notices plain)
    let config = System.IO.Path.Combine(folder.Path, "config.json")
    System.IO.File.WriteAllText(config, (System.IO.File.ReadAllText config).Replace("{", "{ \"colour\": 1,"))
    Assert.Contains("colour", Assert.Single(Study.notices plain))

[<Fact>]
let ``what is said of a setting ends with its remedy, not with the name of a function's parameter`` () =
    let said (work: unit -> unit) = Assert.Throws<ArgumentException>(work).Message
    for message in
        [
            said(fun () -> Tasks.named "nowhere" data |> ignore)
            said(fun () -> SamplingOptions.validate { SamplingOptions.defaults with MinP = 2.0 } |> ignore)
            said(fun () -> RolloutOptions.validate { RolloutOptions.defaults with MaxTurns = 0 } |> ignore)
            said(fun () -> SearchEnvironment({ SearchOptions.defaults with TopK = 0 }, SqliteRetriever.InMemory []) |> ignore)
            said(fun () -> Llds.penalty { Llds.overAllTokens with Threshold = -1.0 } |> ignore)
            said(fun () -> Devices.named "abacus" |> ignore)
            said(fun () -> TrainingOptions.validate { small with Steps = 0 })
        ] do
        Assert.EndsWith(".", message)
    // .NET writes "(Parameter 'name')" behind the message of an argument that is named.
    for folder in [ "Algorithms"; "Policies"; "Environments"; "Training"; "CommandLine" ] do
        for file in Directory.GetFiles(Path.Combine(Repository.root, folder), "*.fs", SearchOption.AllDirectories) do
            let text = File.ReadAllText file
            Assert.False(text.Contains "invalidArg" || text.Contains "ArgumentOutOfRangeException", $"{file}: take Setting.refuse")
