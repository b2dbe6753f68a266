namespace Levee.Training.Measuring

open System
open System.Threading
open Levee
open Levee.Algorithms
open Levee.Algorithms.Diagnosis
open Levee.Algorithms.Estimators
open Levee.Policies
open Levee.Training.Learning
open Levee.Training.Tasks
open TorchSharp

/// The effect of one update on one question's trajectories on those of them that are correct.
type PerSampleChange = {
    /// The trajectories that were sampled and judged.
    Group: Group
    /// The advantage of each, a mean over its action tokens.
    Advantages: float[]
    /// For each correct trajectory, its index in the group and log pi_new(y) - log pi(y), summed over its action tokens, in nats.
    Changes: (int * float)[]
} with

    member this.Question = this.Group[0].Question
    member this.Correct = this.Changes.Length
    member this.Incorrect = this.Group.Length - this.Changes.Length

    /// Mean change over the correct trajectories, in nats. Below zero: displaced.
    member this.Change = this.Changes |> Array.averageBy snd

/// The per-sample measure, and the update that it tries: as the run makes it at the time.
type PerSampleTrial = { Options: TrainingOptions; Recipe: Recipe; Rates: Rates; Clock: Clock; Probe: PerSampleOptions }

/// The per-sample measure of lazy likelihood displacement (arXiv 2512.04220, Eq. 3): from the current weights, one update on one question's group.
[<RequireQualifiedAccess>]
module PerSample =
    let private logLikelihoods (options: TrainingOptions) policy (trajectories: Trajectory[]) =
        trajectories
        |> Array.chunkBySize options.Memory.MicroBatchSize
        |> Array.collect(fun part ->
            use _ = torch.NewDisposeScope()
            let logProb, _ = Scoring.logProbs (TrainingOptions.scoring options) policy part
            logProb.sum(1L).``to``(torch.float64).cpu().data<float>().ToArray())

    let private emptied (learner: Learner) = {
        learner with
            Optimiser = Optimiser.reset learner.Optimiser
            Critic = learner.Critic |> Option.map(fun critic -> { critic with Optimisers = critic.Optimisers |> List.map Optimiser.reset })
    }

    /// The change of log-likelihood of each of some trajectories under one update on a batch; the learner is then as it was, bit for bit. NaN where the
    /// update was not finite.
    let private changes trial cancellation (learner: Learner) batch watched =
        use _ = torch.NewDisposeScope()
        // References were scored when the batch was made, and must not move.
        let learner = { learner with References = References.none }
        let before = logLikelihoods trial.Options learner.Policy watched
        let kept = Snapshot.take learner
        try
            let start =
                if trial.Probe.FreshOptimiser then
                    emptied learner
                else
                    learner
            let plan = {
                Options = trial.Options
                Objective = trial.Recipe.Objective
                Rates = trial.Rates
                OnPolicy = true
            }
            let _, report = Update.run plan cancellation start batch
            let after = logLikelihoods trial.Options learner.Policy watched
            Array.map2 (fun after before -> if report.Applied then after - before else nan) after before
        finally
            Snapshot.restore kept learner |> ignore
            Snapshot.dispose kept

    /// The measurement on a group's trajectories that were judged; `None` where no correct or no incorrect one is among them.
    let ofGroup (trial: PerSampleTrial) cancellation (learner: Learner) (group: Group) =
        let group = group |> Array.map(Judgement.ofParts trial.Recipe.Estimator.Parts) |> Judgement.judged
        let correct = [|
            for index, trajectory in Array.indexed group do
                if Trajectory.isCorrect trajectory then
                    index
        |]
        if correct.Length = 0 || correct.Length = group.Length then
            None
        else
            use _ = torch.NewDisposeScope()
            let batch =
                StepBatch.create trial.Options trial.Recipe trial.Clock learner [| group |]
                |> StepBatch.refresh trial.Options trial.Recipe learner
            let watched = correct |> Array.map(fun index -> group[index])
            let changes = changes trial cancellation learner batch watched
            Some {
                Group = group
                Advantages = (Tensors.rowMean batch.Mask batch.Advantage).``to``(torch.float64).cpu().data<float>().ToArray()
                Changes = Array.zip correct changes
            }

    /// The measurements on the task's first training questions, as many as the probe asks, with its number of trajectories sampled for each; questions whose
    /// trajectories are all correct or all incorrect have none.
    let run (trial: PerSampleTrial) (task: LearningTask) seed cancellation learner =
        let episodes = [|
            for q, question in Array.indexed(Array.truncate trial.Probe.Questions task.Train) do
                for g in 0 .. trial.Probe.GroupSize - 1 -> question, seed |> Seed.derive q |> Seed.derive g
        |]
        LearningTask.rollouts task (TrainingOptions.sampling trial.Options) learner.Policy episodes cancellation
        |> Array.chunkBySize trial.Probe.GroupSize
        |> Array.choose(ofGroup trial cancellation learner)
