namespace Levee

open TorchSharp

/// How far the likelihood ratio may move before its gradient is cut: the interval [1 - Low, 1 + High].
type Clip = { Low: float; High: float }

[<RequireQualifiedAccess>]
module Clip =
    /// The same distance on both sides. Raises `ArgumentException` unless 0 < epsilon < 1.
    let symmetric epsilon =
        if not(epsilon > 0.0 && epsilon < 1.0) then
            invalidArg (nameof epsilon) $"A clip of {epsilon} is out of range: give a number above 0 and below 1, such as 0.2."
        { Low = epsilon; High = epsilon }

    /// Different distances below and above (DAPO's clip-higher, arXiv 2503.14476, section 3.1).
    let asymmetric low high =
        if not(low > 0.0 && low < 1.0 && high > 0.0) then
            invalidArg (nameof low) $"A clip of {low} below and {high} above is out of range: both must be above 0, the first below 1."
        { Low = low; High = high }

/// Policy-gradient surrogates.
[<RequireQualifiedAccess>]
module Surrogate =
    /// log(pi / pi_old) of each token, zero in the padding and kept within +-20 so that its exponential is finite.
    let logRatio (part: Batch) (forward: Forward) = forward.LogProb - part.LogProbOld |> Tensors.keep part.Mask |> Tensors.clamp -20.0 20.0

    /// PPO's clipped surrogate under a given aggregation: minus the mean of min(rho A, clip(rho, 1 - low, 1 + high) A), with rho = pi / pi_old.
    /// Metrics: `actor/pg_loss`, `actor/pg_clipfrac` (share of tokens where the clipped branch is the larger loss), `actor/ppo_kl` (k1
    /// estimate of KL(pi_old, pi)). Source: Schulman et al. 2017 (arXiv 1707.06347), Eq. 7; arXiv 2512.04220, Eq. 1.
    let clippedOver aggregation (clip: Clip) = {
        Formula = $"clipped(low={clip.Low}, high={clip.High}, {aggregation})"
        Needs = Set.empty
        Loss =
            fun whole ->
                let aggregate = Aggregation.over aggregation whole
                let tokenMean = Aggregation.over TokenMean whole
                fun part forward ->
                    let logRatio = logRatio part forward
                    let ratio = logRatio.exp()
                    let free = -part.Advantage * ratio
                    let bound = -part.Advantage * Tensors.clamp (1.0 - clip.Low) (1.0 + clip.High) ratio
                    let value = aggregate part (torch.maximum(free, bound))
                    {
                        Value = value
                        Metrics = [
                            "actor/pg_loss", value.detach()
                            "actor/pg_clipfrac", tokenMean part (bound.gt(free) |> Tensors.indicator part.Mask)
                            "actor/ppo_kl", tokenMean part (-logRatio.detach())
                        ]
                    }
    }

    /// The clipped surrogate as a mean over all action tokens, as the released Search-R1 has it: `clippedOver TokenMean`.
    let clipped clip = clippedOver TokenMean clip

    /// Minus the mean log-probability of all action tokens: supervised learning on the batch's own actions. Metric: `train/loss`.
    let negativeLogLikelihood = {
        Formula = "nll"
        Needs = Set.empty
        Loss =
            fun whole ->
                let tokenMean = Aggregation.over TokenMean whole
                fun part forward ->
                    let value = tokenMean part (-forward.LogProb)
                    { Value = value; Metrics = [ "train/loss", value.detach() ] }
    }
