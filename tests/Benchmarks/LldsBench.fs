/// Measures the time that LLDS adds to a training step.
module Levee.Benchmarks.LldsBench

open System.Threading
open Levee
open Levee.Training.Report
open Levee.Benchmarks.Measure
open Levee.Benchmarks.Comparison
open Levee.Benchmarks.Result
open TorchSharp

let private options = TrainingOptions.defaults

// The rate is so small that both objectives keep meeting the same policy.
let private learningRate = 1e-6
let private rates = { PolicyRate = learningRate; CriticRate = learningRate }

/// Updates of one step.
let private updates = options.Update.Epochs * UpdateSettings.updates options.Rollout.BatchSize options.Update

/// One update on given trajectories that an earlier one has moved the policy away from, under an objective and with a policy of its own.
let private update (policy: Policy) (batch: Batch) objective : Contestant =
    let mutable learner = Learner.start options Set.empty (World.copy policy)
    let plan = { Options = options; Objective = objective; Rates = rates; OnPolicy = false }
    ofWork(fun () ->
        use _ = torch.NewDisposeScope()
        let next, _ = Update.run plan CancellationToken.None learner batch
        learner <- next)

/// The rollouts of one step.
let private rollouts (task: LearningTask) (policy: Policy) : Contestant =
    let episodes =
        Array.init (options.Rollout.BatchSize * options.Rollout.GroupSize) (fun k ->
            task.Train[k / options.Rollout.GroupSize], Seed.ofInt 6 |> Seed.derive k)
    ofWork(fun () ->
        Rollout.run task.Rollout policy.Tokenizer task.Environment (Policy.sampler 1.0 policy) episodes CancellationToken.None
        |> _.GetAwaiter().GetResult()
        |> ignore)

let run settings =
    use policy = World.warmPolicy()
    let trajectories = World.trajectories policy (options.Update.MiniBatchSize * options.Rollout.GroupSize)
    use _ = torch.NewDisposeScope()
    let batch = Batch.create torch.float32 torch.CPU trajectories (World.advantages options.Rollout.GroupSize trajectories)
    let off = update policy batch Recipes.grpo.Objective
    let on = update policy batch (Recipes.grpo.Objective + 3.0 * Llds.penalty Llds.overAllTokens)
    let seconds (time: Time) = time.By settings.Clock
    let sampling =
        rounds settings.Pairs 1 [| rollouts (Tasks.atlas World.data) policy |]
        |> Array.map(Array.head >> seconds)
        |> spread
        |> _.Median
    let rounds = rounds (10 * settings.Pairs) 1 [| on; off |]
    let result name (whole: float -> float) =
        let time place (round: Time[]) = whole(seconds round[place])
        let each place = rounds |> Array.map(time place) |> spread |> _.Median
        {
            Measure = $"llds: time of {name}, on against off"
            Ours = amount "ms" 2 (1000.0 * each 0)
            Reference = amount "ms" 2 (1000.0 * each 1)
            Ratio = Some(ratios (time 0) (time 1) rounds)
            Aim = "below 1.02"
        }
    [ result "a step" (fun update -> sampling + float updates * update); result "an update" id ]
