namespace Levee.Training.Learning

open System
open System.Threading
open Levee
open Levee.Algorithms.Objectives
open Levee.Policies
open Levee.Training.Tasks
open TorchSharp

/// Supervised learning of the protocol from demonstrations, before reinforcement.
type WarmStartOptions = {
    Steps: int
    /// Demonstrations a step.
    Demonstrations: int
    /// Demonstrations held in memory with their graph at a time.
    MicroBatchSize: int
    Schedule: Schedule
    AdamW: AdamW
    ClipNorm: float
    /// Share of demonstrations that are flawed on purpose, 0 to 1: a policy that has seen only perfect ones explores nothing.
    Flaws: float
}

[<RequireQualifiedAccess>]
module WarmStartOptions =
    /// Raises `ArgumentException` that says which setting is out of range and what would do.
    let validate options =
        Setting.atLeast 1 "warm start steps" options.Steps
        Setting.atLeast 1 "warm start demonstrations" options.Demonstrations
        Setting.atLeast 1 "warm start microBatchSize" options.MicroBatchSize
        Schedule.validate "warm start " options.Schedule
        Setting.positive "warm start clipNorm" options.ClipNorm
        Setting.within 0.0 1.0 "a share of demonstrations" "warm start flaws" options.Flaws

[<RequireQualifiedAccess>]
module WarmStart =
    /// Trains a policy in place on demonstrations of the task's training questions; `report` gets each step (0-based) and its mean negative
    /// log-likelihood per token. Which demonstrations are shown depends on `seed` alone.
    let run (options: WarmStartOptions) (task: LearningTask) (seed: Seed) report (cancellation: CancellationToken) (policy: Policy) =
        let training = {
            TrainingOptions.defaults with
                TrainingOptions.Memory.MicroBatchSize = options.MicroBatchSize
                TrainingOptions.Optimiser.AdamW = options.AdamW
                TrainingOptions.Optimiser.ClipNorm = options.ClipNorm
        }
        let step learner number =
            use _ = torch.NewDisposeScope()
            let seed = seed |> Seed.derive number
            let demonstrations =
                Array.init options.Demonstrations (fun k ->
                    let seed = seed |> Seed.derive k
                    let question = seed |> Seed.named "question" |> Seed.pick task.Train
                    LearningTask.demonstration task policy.Tokenizer options.Flaws question (seed |> Seed.named "demonstration"))
            let batch = Batch.create torch.float32 (Policy.device policy) demonstrations (demonstrations |> Array.map(fun _ -> 0.0))
            let rate = Schedule.at options.Schedule options.Steps number
            let plan = {
                Options = training
                Objective = Surrogate.negativeLogLikelihood
                Rates = { PolicyRate = rate; CriticRate = rate }
                OnPolicy = false
            }
            let learner, update = Update.run plan cancellation learner batch
            report number (update.Metrics |> List.sumBy snd)
            learner
        let learner = Seq.fold step (Learner.start training Set.empty policy) (seq { 0 .. options.Steps - 1 })
        Learner.dispose learner
