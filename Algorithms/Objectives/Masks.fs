namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

/// Masks of tokens and of whole responses, put around a surrogate. Those that say so leave tokens out of the denominators too; the others only take away the
/// advantage of what they mask, which every surrogate here is proportional to (of GMPO, a response's mean advantage). Put them around the surrogate
/// alone: what asks for the sign of an advantage, as LLDS does, must see the advantage itself.
[<RequireQualifiedAccess>]
module Masks =
    /// A loss with the share of the mini-batch's action tokens that are dropped, [R, N] 1, as a metric.
    let private measured metric (dropped: torch.Tensor) tokenMean part (loss: Loss) : Loss = {
        loss with
            Metrics = loss.Metrics @ [ metric, tokenMean part dropped ]
    }

    /// An objective on the responses that `keeps` marks with 1, [R], out of value and denominators, with a metric for the share of tokens that are left out.
    let private ofResponses term needs metric (keeps: Batch -> torch.Tensor) (objective: Objective) =
        let kept (batch: Batch) = (keeps batch).unsqueeze 1L
        let masked = Objective.mask "" kept objective
        {
            masked with
                Term = Term.Call(term, [ Term.argument objective.Term ])
                Needs = objective.Needs + needs
                Loss =
                    fun whole ->
                        let judge, tokenMean = masked.Loss whole, Aggregation.over TokenMean whole
                        fun part forward -> judge part forward |> measured metric ((1.0 - kept part).expand_as part.Mask) tokenMean part
        }

    /// A surrogate from which the advantage of tokens is taken that `keeps` does not mark with 1, [R, N]; denominators stay.
    let internal ofTokens term needs metric (keeps: Batch -> Batch -> Forward -> torch.Tensor) (surrogate: Objective) =
        Objective.create term (surrogate.Needs + needs) (fun whole ->
            let judge, keeps, tokenMean = surrogate.Loss whole, keeps whole, Aggregation.over TokenMean whole
            fun part forward ->
                let kept = keeps part forward
                judge { part with Advantage = part.Advantage * kept } forward |> measured metric (1.0 - kept) tokenMean part)

    /// The number of tokens that a share of `count` is, at least 1.
    let private tokensOf (round: float -> float) share count = round(share * float count) |> int |> max 1

    /// The least of the largest of the numbers that a mask [R, N] marks, as many as a share of `count` of them is; infinity where none is marked.
    let internal leastOfLargest round share count (mask: torch.Tensor) (values: torch.Tensor) =
        let numbers (tensor: torch.Tensor) = tensor.detach().``to``(torch.float64).cpu().contiguous().data<float>().ToArray()
        let marked = Array.zip (numbers mask) (numbers values) |> Array.filter(fun (m, _) -> m > 0.0) |> Array.map snd
        match Array.sortDescending marked |> Array.truncate(tokensOf round share count) with
        | [||] -> infinity
        | largest -> Array.last largest

    /// Refuses a share that is not above 0 and at most 1.
    let internal demandShare what suggestion share =
        if not(share > 0.0 && share <= 1.0) then
            Setting.refuse $"A share of {share} of {what} is out of range: give a number above 0 and at most 1, such as {suggestion}."

    /// Leaves out, of denominators too, the responses on which trainer and sampler disagree: those whose geometric mean of r = pi_old (trainer) / pi_old
    /// (sampler) over their action tokens is outside [low, high], 0.99 to 1.01 in SkyRL and verl. Metric: `rollout_corr/rollout_rs_masked_fraction`, verl's name
    /// for the share of tokens left out. The trainer computes log-probabilities once more for it. Raises `ArgumentException` unless low <= 1 <= high and
    /// low is above 0.
    let geometric low high (objective: Objective) : Objective =
        if not(low > 0.0 && low <= 1.0 && high >= 1.0 && System.Double.IsFinite high) then
            Setting.refuse
                $"A geometric mean of ratios from {low} to {high} is out of range: the interval must hold 1 and stay above 0, such as 0.99 to 1.01."
        let isNear (batch: Batch) =
            let mean = Tensors.rowMean batch.Mask (batch.LogProbOld - batch.LogProbSampled) |> _.exp()
            (Tensors.notBelow low mean).logical_and(mean.le(Tensors.scalar high)) |> Tensors.indicator batch.Mask
        {
            ofResponses "geometricMask" (Set.singleton TrainerLogProbs) "rollout_corr/rollout_rs_masked_fraction" isNear objective with
                Term = Term.Call("geometricMask", [ Term.number "low" low; Term.number "high" high; Term.argument objective.Term ])
        }

    /// Leaves out, of denominators too, the responses with a void turn: an action that neither called a tool nor answered (SimpleTIR, arXiv 2509.02479).
    /// Metric: `mask/void_turns`, the share of tokens left out.
    let withoutVoidTurns (objective: Objective) : Objective =
        let isSound (batch: Batch) =
            batch.Trajectories
            |> Array.map(fun t -> if t.InvalidActions > 0 then 0.0 else 1.0)
            |> torch.tensor
            |> _.``to``(batch.Mask.dtype).``to``(batch.Mask.device)
        ofResponses "withoutVoidTurns" Set.empty "mask/void_turns" isSound objective

    /// Takes tokens of negative advantage out where the policy has drifted from the sampler over the response: where the mean over its action tokens of
    /// log(pi_sampler / pi) is above delta, in nats a token (DeepSeek-V3.2, arXiv 2512.02556, Eq. 9; TRL's `off_policy_mask_threshold`, 0.5). Metric:
    /// `mask/off_policy`, the share of tokens taken out. Raises `ArgumentException` unless delta >= 0.
    let offPolicy delta (surrogate: Objective) : Objective =
        if not(delta >= 0.0 && System.Double.IsFinite delta) then
            Setting.refuse $"An off-policy mask from {delta} on is out of range: give 0 or more, such as 0.5."
        let keeps _ (part: Batch) (forward: Forward) =
            let drift = Tensors.rowMean part.Mask (part.LogProbSampled - forward.LogProb.detach()) |> _.unsqueeze(1L)
            (Tensors.notBelow 0.0 part.Advantage).logical_or(drift.le(Tensors.scalar delta)) |> Tensors.indicator part.Mask
        let term = Term.Call("offPolicyMask", [ Term.number "delta" delta; Term.argument surrogate.Term ])
        ofTokens term Set.empty "mask/off_policy" keeps surrogate

    /// Leaves a surrogate its gradient on the action tokens of highest entropy alone: the given share of the mini-batch's, rounded up, and those that tie with the
    /// last of them (Wang et al. 2025, arXiv 2506.01939, where the share is 0.2; TRL's `top_entropy_quantile`). The entropy is that of the policy
    /// right before the update, for which the trainer scores each mini-batch once more. Metric: `mask/low_entropy`, the share of tokens taken out.
    /// Raises `ArgumentException` unless the share is above 0 and at most 1.
    let highEntropy share (surrogate: Objective) : Objective =
        demandShare "tokens by entropy" 0.2 share
        let roundedUp x = ceil(x - 1e-9)
        let keeps (whole: Batch) =
            let _, entropy = Batch.current whole
            let least = leastOfLargest roundedUp share (whole.Mask.sum().ToInt64()) whole.Mask entropy
            fun (part: Batch) (_: Forward) -> Batch.current part |> snd |> Tensors.notBelow least |> Tensors.indicator part.Mask
        let term = Term.Call("highEntropy", [ Term.number "share" share; Term.argument surrogate.Term ])
        ofTokens term (Set.singleton CurrentScores) "mask/low_entropy" keeps surrogate
