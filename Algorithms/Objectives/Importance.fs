namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

/// The correction for a sampler whose arithmetic is not the trainer's, given the ratio w = pi_old (trainer) / pi_old (sampler) of a token.
type Correction =
    /// The token weighs min(w, cap) (truncated importance sampling: Yao et al. 2025, "Your efficient RL framework secretly brings you off-policy RL
    /// training").
    | Truncated of cap: float
    /// The token weighs w within [low, high] and nothing outside (IcePop: Ling team 2025, arXiv 2510.18855, section 3).
    | Masked of low: float * high: float

/// Importance correction between the policy as sampled from and as trained. Off unless put in front of a surrogate.
[<RequireQualifiedAccess>]
module Importance =
    /// [R, N] the weight of each token; a constant. Raises `ArgumentException` that names the first tensor of a wrong shape.
    let weights correction (part: Batch) =
        Batch.shape part |> ignore
        let ratio = part.LogProbOld - part.LogProbSampled |> Tensors.keep part.Mask |> Tensors.clamp -20.0 20.0 |> _.exp()
        match correction with
        | Truncated cap -> ratio.clamp_max(Tensors.scalar cap)
        | Masked(low, high) ->
            let isNear = (Tensors.notBelow low ratio).logical_and(ratio.le(Tensors.scalar high))
            ratio * Tensors.indicator ratio isNear

    let private check correction =
        match correction with
        | Truncated cap when not(cap >= 1.0) -> Setting.refuse $"An importance cap of {cap} is out of range: give 1 or more, such as 2."
        | Masked(low, high) when not(low >= 0.0 && low < 1.0 && high > 1.0) ->
            Setting.refuse $"An importance interval of {low} to {high} is out of range: it must hold 1, such as 0.5 to 5."
        | _ -> ()

    /// Weighs the tokens of a surrogate through their advantage, which every surrogate here is proportional to (of GMPO, a response's mean advantage). Put
    /// it around the surrogate alone: what asks for the sign of an advantage, as LLDS does, must see the advantage itself. Denominators stay as they are.
    /// Metric: `rollout_corr/rollout_is_mean`, verl's name for the mean weight. The trainer computes log-probabilities once more for it. Raises
    /// `ArgumentException` on a bound out of range.
    let correct correction (surrogate: Objective) : Objective =
        check correction
        let weigh (batch: Batch) = { batch with Advantage = batch.Advantage * weights correction batch }
        {
            surrogate with
                Term = Term.Call("correct", [ Term.argument(Term.ofCase correction); Term.argument surrogate.Term ])
                Needs = surrogate.Needs.Add TrainerLogProbs
                Loss =
                    fun whole ->
                        let judge, tokenMean = surrogate.Loss(weigh whole), Aggregation.over TokenMean whole
                        fun part forward ->
                            let loss = judge (weigh part) forward
                            let mean = "rollout_corr/rollout_is_mean", tokenMean part (weights correction part)
                            { loss with Metrics = loss.Metrics @ [ mean ] }
        }
