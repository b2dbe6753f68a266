namespace Levee.Algorithms.Objectives

open System
open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

/// The tokens whose gradient Clip-Cov takes away.
type ClipCovOptions = {
    /// How many, as a share of the mini-batch's action tokens, rounded down, at least one; above 0 and at most 1.
    Share: float
    /// The covariance that such a token is above; above 0.
    Least: float
    /// The largest covariance of such a token; above `Least`.
    Largest: float
}

/// The tokens that drive entropy down: those of large covariance (A - mean A)(log pi - mean log pi), the means over the mini-batch's action tokens
/// (Cui et al. 2025, arXiv 2505.22617). pi is the policy right before the update, for which the trainer scores each mini-batch once more.
[<RequireQualifiedAccess>]
module Covariance =
    /// [R, N] the covariance of each action token of a batch with the means of the whole mini-batch; 0 in the padding. A constant.
    let private covariances (whole: Batch) =
        let mean (values: torch.Tensor) = Tensors.maskedSum whole.Mask values / Tensors.atLeastOne(whole.Mask.sum())
        let advantage, logProb = mean whole.Advantage, mean(fst(Batch.current whole))
        fun (batch: Batch) -> (batch.Advantage - advantage) * (fst(Batch.current batch) - logProb) |> Tensors.keep batch.Mask

    /// [R, N] 1 on the tokens of largest covariance within (low, high], as many as a share of all tokens is, and on those that tie with the last of them.
    let private largest share low high (whole: Batch) =
        let ofBatch = covariances whole
        let within (values: torch.Tensor) = (Tensors.above low values).logical_and(values.le(Tensors.scalar high))
        let candidates = ofBatch whole
        let marked = within candidates |> Tensors.indicator whole.Mask
        let least = Masks.leastOfLargest floor share (whole.Mask.sum().ToInt64()) (marked * whole.Mask) candidates
        fun (part: Batch) ->
            let values = ofBatch part
            (within values).logical_and(Tensors.notBelow least values) |> Tensors.indicator part.Mask

    /// Clip-Cov: a surrogate without the gradient of the tokens of largest covariance above `Least` and up to `Largest` (arXiv 2505.22617; verl's `clip_cov` with
    /// `clip_cov_ratio` 0.0002, `clip_cov_lb` 1, `clip_cov_ub` 5). The paper draws them at random among those in bounds; here the largest go first, so that
    /// a step can be repeated. Metric: `mask/covariance`, the share of tokens taken out. Raises `ArgumentException` on an option out of range.
    let clip (options: ClipCovOptions) (surrogate: Objective) : Objective =
        Masks.demandShare "tokens by covariance" 0.0002 options.Share
        if not(options.Least > 0.0 && options.Largest > options.Least && Double.IsFinite options.Largest) then
            Setting.refuse
                $"Covariances from {options.Least} to {options.Largest} are out of range: give two numbers above 0, the second the larger, such as 1 and 5."
        let keeps (whole: Batch) =
            let isDropped = largest options.Share options.Least options.Largest whole
            fun (part: Batch) (_: Forward) -> 1.0 - isDropped part
        let arguments = [
            Term.number "share" options.Share
            Term.number "least" options.Least
            Term.number "largest" options.Largest
            Term.argument surrogate.Term
        ]
        Masks.ofTokens (Term.Call("clipCov", arguments)) (Set.singleton CurrentScores) "mask/covariance" keeps surrogate

    /// KL-Cov: a KL to the sampling policy on the tokens of largest covariance alone, the given share of the mini-batch's action tokens, rounded down, at
    /// least one, as a sum over them divided by all action tokens; a token of covariance 0 or less is never among them. Add it to a surrogate, weighed by
    /// beta (arXiv 2505.22617; verl's `kl_cov` with `kl_cov_ratio` 0.0002, `ppo_kl_coef` 1 and the estimator `Abs`, beside a ratio without a clip, whose
    /// gradient is that of `Surrogate.cispo` with a cap that never binds). Metrics: `kl_cov/loss`, `kl_cov/share`. Raises `ArgumentException` unless the share is above 0 and
    /// at most 1.
    let kl estimator share : Objective =
        Masks.demandShare "tokens by covariance" 0.0002 share
        let term = Term.Call("klCov", [ Term.argument(Term.ofCase estimator); Term.number "share" share ])
        Objective.create term (Set.singleton CurrentScores) (fun whole ->
            let tokenMean, isChosen = Aggregation.over TokenMean whole, largest share 0.0 Double.PositiveInfinity whole
            fun part forward ->
                let clean, chosen = Tensors.keep part.Mask, isChosen part
                let value = tokenMean part (chosen * KlEstimator.estimate estimator (clean forward.LogProb) (clean part.LogProbOld))
                {
                    Value = value
                    Metrics = [ "kl_cov/loss", value.detach(); "kl_cov/share", tokenMean part chosen ]
                })
