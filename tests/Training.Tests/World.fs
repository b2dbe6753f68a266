/// The real small world, and small settings to train in it.
module Levee.Tests.World

open System.IO
open System.Threading
open Levee
open Levee.Tests

let data = Path.Combine(Repository.root, "Experiments", "data")

let atlas = lazy Tasks.atlas data

let freshPolicy seed = LearningTask.beginner atlas.Value (Seed.ofInt seed)

// Tests count live tensors, which all tests of the process share.
[<assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)>]
do ()

/// The policy that the repository keeps, which knows how to search.
let warmPolicy () = Policy.load TorchSharp.torch.float32 TorchSharp.torch.CPU (Path.Combine(data, "warm-start"))

/// A training step that takes a fraction of a second.
let small = {
    TrainingOptions.defaults with
        Rollout.BatchSize = 3
        Rollout.GroupSize = 4
        Update.MiniBatchSize = 2
        Update.Epochs = 2
        Steps = 2
        Measuring.EvaluationQuestions = 4
        Measuring.EvaluateEvery = 100
}

/// A watch for phases that sees a collapse on every step after the first two, whatever happens.
let nervous = {
    Phases.defaults with
        Window = 1
        Enter = 1
        Leave = 1
        LikelihoodFall = 1e-9
        LikelihoodDrop = 1e-9
        Surge = 1.0 + 1e-9
        RewardLoss = 1e-9
        MeaningfulReward = 1e-9
}

/// GRPO with LLDS, whose coefficient a controller raises once likelihood decays.
let raised = Recipes.grpo + Coefficient.raisedAt Phase.Decay 3.0 (Coefficient.constant 0.2) * Llds.penalty Llds.released

/// A run on Atlas.
let plan recipe options seed = { Task = atlas.Value; Recipe = recipe; Options = options; Seed = Seed.ofInt seed }

let weights (policy: Policy) = policy.Parameters.Values.data<float32>().ToArray()

/// Episodes of the task's first training questions, several each.
let rollouts (policy: Policy) questions size =
    let atlas = atlas.Value
    let episodes = [|
        for q in 0 .. questions - 1 do
            for g in 0 .. size - 1 -> atlas.Train[q], Seed.ofInt(q * size + g)
    |]
    Rollout.run atlas.Rollout policy.Tokenizer atlas.Environment (Policy.sampler 1.0 policy) episodes CancellationToken.None
    |> _.GetAwaiter().GetResult()

/// A new folder that is removed at the end.
type TemporaryFolder() =
    let folder = Directory.CreateTempSubdirectory "levee-test-"
    member _.Path = folder.FullName

    interface System.IDisposable with
        member _.Dispose() = folder.Delete true
