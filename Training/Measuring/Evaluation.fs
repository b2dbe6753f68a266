namespace Levee.Training.Measuring

open Levee
open Levee.Algorithms.Diagnosis
open Levee.Algorithms.Estimators
open Levee.Policies
open Levee.Training.Tasks
open TorchSharp

/// Measures how well a policy answers questions that it was not trained on.
[<RequireQualifiedAccess>]
module Evaluation =
    /// Episodes of some questions, one each.
    let rollouts (task: LearningTask) sampling seed cancellation (policy: Policy) (questions: Question[]) =
        let episodes = questions |> Array.mapi(fun k question -> question, Seed.derive k seed)
        LearningTask.rollouts task sampling policy episodes cancellation

    /// Mean reward of those episodes that were judged; NaN where none was, zero where there are none at all.
    let meanReward (trajectories: Trajectory[]) =
        match Judgement.judged trajectories with
        | [||] when trajectories.Length > 0 -> nan
        | [||] -> 0.0
        | judged -> judged |> Array.averageBy _.Reward

/// Fixed good responses, whose log-likelihood shows what training does to behaviour that nobody may sample any more: demonstrations on held-out
/// questions, or the policy's own from the start of a run. What a step samples anew hides a decay in which unlikely responses are wrong ones.
type Probe = Trajectory[]

[<RequireQualifiedAccess>]
module Probe =
    /// Demonstrations without flaws of `count` held-out questions, the same for the same task, tokenizer and count, less those that are longer than
    /// the policy's context.
    let create count (task: LearningTask) (policy: Policy) : Probe =
        let seed = Seed.ofInt 0 |> Seed.named "probe"
        Array.init count (fun k ->
            let seed = Seed.derive k seed
            let question = seed |> Seed.named "question" |> Seed.pick task.HeldOut
            LearningTask.demonstration task policy.Tokenizer 0.0 question (seed |> Seed.named "demonstration"))
        |> Array.filter(fun demonstration -> Trajectory.length demonstration <= policy.Parameters.Architecture.ContextLimit)

    /// The correct responses among groups, `count` at the most.
    let ofCorrect count (groups: Group[]) : Probe = Array.concat groups |> Array.filter Trajectory.isCorrect |> Array.truncate count

    /// Mean log-probability per action token under the policy, in nats, with at most `microBatch` demonstrations at a time; none of an empty probe.
    let logLikelihood settings microBatch policy (probe: Probe) =
        let total part =
            Tensors.released(fun () ->
                let logProb, mask = Scoring.logProbs settings policy part
                logProb.sum().ToDouble(), mask.sum().ToDouble())
        match probe |> Array.chunkBySize microBatch |> Array.map total |> Array.unzip with
        | [||], _ -> None
        | sums, tokens -> Some(Array.sum sums / Array.sum tokens)
