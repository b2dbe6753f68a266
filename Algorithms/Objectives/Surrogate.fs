namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open Levee.Algorithms.Formulas
open TorchSharp

/// The range of the likelihood ratio outside which its gradient is cut: [1 - Low, 1 + High]. `Clip.symmetric` and `Clip.asymmetric` make one.
type Clip = private {
    Below: float
    Above: float
} with

    /// The distance below 1, above 0 and below 1.
    member this.Low = this.Below
    /// The distance above 1, above 0.
    member this.High = this.Above

[<RequireQualifiedAccess>]
module Clip =
    /// A clip at the same distance on both sides. Raises `ArgumentException` unless 0 < epsilon < 1.
    let symmetric epsilon =
        if not(epsilon > 0.0 && epsilon < 1.0) then
            Setting.refuse $"A clip of {epsilon} is out of range: give a number above 0 and below 1, such as 0.2."
        { Below = epsilon; Above = epsilon }

    /// Different distances below and above (clip-higher: DAPO, arXiv 2503.14476, section 3.1). Raises `ArgumentException` unless 0 < low < 1 and high is a
    /// finite number above 0.
    let asymmetric low high =
        if not(low > 0.0 && low < 1.0 && high > 0.0 && System.Double.IsFinite high) then
            Setting.refuse
                $"A clip of {low} below and {high} above is out of range: give two numbers above 0, the first below 1, such as 0.2 and 0.28."
        { Below = low; Above = high }

    /// A ratio [R, N] clamped to the interval.
    let apply (clip: Clip) (ratio: torch.Tensor) =
        Shape.ofMatrix "ratio" ratio |> ignore
        Tensors.clamp (1.0 - clip.Low) (1.0 + clip.High) ratio

/// Temperatures of SAPO's gate for tokens of positive and of other advantage; above 0.
type SapoTemperature = { Positive: float; Negative: float }

/// Policy-gradient surrogates. Write A for the advantage and rho = pi / pi_old for the likelihood ratio of a token. All of them measure `actor/pg_loss`
/// (their value), `actor/pg_clipfrac` (share of tokens whose gradient a bound changes) and `actor/ppo_kl` (k1 estimate of KL(pi_old, pi)).
[<RequireQualifiedAccess>]
module Surrogate =
    let private logRatioOf (part: Batch) (forward: Forward) =
        forward.LogProb - part.LogProbOld |> Tensors.keep part.Mask |> Tensors.clamp -20.0 20.0

    /// log rho of each token, zero in the padding and kept within +-20 so that its exponential is finite. Raises `ArgumentException` that names the first
    /// tensor of a wrong shape.
    let logRatio (part: Batch) (forward: Forward) =
        Forward.demand (Batch.shape part) forward
        logRatioOf part forward

    let private create term aggregation (losses: Batch -> Forward -> torch.Tensor * torch.Tensor) : Objective =
        Objective.create term Set.empty (fun whole ->
            let aggregate, tokenMean = Aggregation.over aggregation whole, Aggregation.over TokenMean whole
            fun part forward ->
                let loss, isBound = losses part forward
                let tokens = part.Mask.shape
                Shape.demand "The loss of each token" tokens loss
                Shape.demand "The places where a bound is in force" tokens isBound
                let value = aggregate part loss
                {
                    Value = value
                    Metrics = [
                        "actor/pg_loss", value.detach()
                        "actor/pg_clipfrac", tokenMean part (isBound |> Tensors.indicator part.Mask)
                        "actor/ppo_kl", tokenMean part (-(logRatioOf part forward).detach())
                    ]
                })

    /// A surrogate from a function that gives the loss of each token and where a bound is in force, both [R, N].
    let ofTokens formula aggregation losses = create (Term.name formula) aggregation losses

    /// A surrogate of the library: `name(arguments, aggregation)`.
    let private named name arguments (aggregation: Aggregation) losses =
        create (Term.Call(name, arguments @ [ Term.argument(Term.ofCase aggregation) ])) aggregation losses

    let private clipArguments (clip: Clip) = [ Term.number "low" clip.Low; Term.number "high" clip.High ]

    let private never (part: Batch) = Tensors.above 1.0 part.Mask

    /// -A log pi: the plain policy gradient, for batches that their own policy sampled (Williams 1992).
    let reinforceOver aggregation =
        named "reinforce" [] aggregation (fun part forward -> -part.Advantage * Tensors.keep part.Mask forward.LogProb, never part)

    /// `reinforceOver TokenMean`.
    let reinforce = reinforceOver TokenMean

    /// The larger of -rho A and its clipped version, and the places where the clipped one is the larger.
    let private pessimistic clip (advantage: torch.Tensor) (ratio: torch.Tensor) =
        let free, bound = -advantage * ratio, -advantage * Clip.apply clip ratio
        torch.maximum(free, bound), bound.gt free

    /// PPO's clipped surrogate under a given aggregation: -min(rho A, clip(rho, 1 - low, 1 + high) A). Source: Schulman et al. 2017 (arXiv
    /// 1707.06347), Eq. 7; arXiv 2512.04220, Eq. 1.
    let clippedOver aggregation (clip: Clip) =
        named "clipped" (clipArguments clip) aggregation (fun part forward ->
            pessimistic clip part.Advantage ((logRatioOf part forward).exp()))

    /// The clipped surrogate as a mean over all action tokens, as the released Search-R1 has it: `clippedOver TokenMean`.
    let clipped clip = clippedOver TokenMean clip

    /// The clipped surrogate whose loss on tokens of negative advantage is at most -c A, so that a huge ratio cannot explode (Ye et al. 2020, arXiv
    /// 1912.09729, Eq. 5; verl's `clip_ratio_c`, 3 by default). Raises `ArgumentException` unless c > 1.
    let dualClippedOver aggregation (clip: Clip) c =
        if not(c > 1.0) then
            Setting.refuse $"A dual clip of {c} is out of range: give a number above 1, such as 3."
        named "dualClipped" (clipArguments clip @ [ Term.number "c" c ]) aggregation (fun part forward ->
            let loss, isBound = pessimistic clip part.Advantage ((logRatioOf part forward).exp())
            let ceiling = -part.Advantage * c
            let isNegative = part.Advantage.lt(Tensors.scalar 0.0)
            let isCapped = isNegative.logical_and(loss.gt ceiling)
            torch.where(isCapped, ceiling, loss), isBound.logical_or isCapped)

    /// GSPO: the clipped surrogate with the ratio of whole sequences, s = exp(mean log rho over the response's action tokens), in its per-token form with
    /// a stop-gradient: the value of s, the gradient of each token's own log-probability (Zheng et al. 2025, arXiv 2507.18071, Eq. 13 to 17; arXiv
    /// 2512.04220 pairs it with LLDS). log s is kept below 10.
    let gspoOver aggregation (clip: Clip) =
        named "gspo" (clipArguments clip) aggregation (fun part forward ->
            let logSequence = logRatioOf part forward |> Tensors.rowMean part.Mask |> _.detach().unsqueeze(1L)
            let logProb = Tensors.keep part.Mask forward.LogProb
            let logRatio = logProb - logProb.detach() + logSequence
            pessimistic clip part.Advantage (logRatio.clamp_max(Tensors.scalar 10.0).exp()))

    /// GSPO as published: the mean over responses of each response's mean.
    let gspo clip = gspoOver SequenceMeanTokenMean clip

    /// GMPO: the geometric mean of a response's ratios in place of their arithmetic mean, each log-ratio clipped to +-epsilon on the side that its advantage
    /// pushes to (Zhao et al. 2025, arXiv 2507.20673, Eq. 4; epsilon 0.4 there). A response's advantage is the mean over its tokens. Raises
    /// `ArgumentException` unless epsilon > 0.
    let gmpo epsilon =
        if not(epsilon > 0.0) then
            Setting.refuse $"A GMPO clip of {epsilon} is out of range: give a number above 0, such as 0.4."
        create (Term.Call("gmpo", [ Term.argument(Term.Number epsilon) ])) SequenceMeanTokenMean (fun part forward ->
            let advantage = Tensors.rowMean part.Mask part.Advantage |> _.unsqueeze(1L)
            let free = logRatioOf part forward
            let clipped = Tensors.clamp -epsilon epsilon free
            let bound = torch.where(Tensors.above 0.0 advantage, torch.minimum(free, clipped), torch.maximum(free, clipped))
            let ratio = (Tensors.rowMean part.Mask bound).exp().unsqueeze(1L)
            (-advantage * ratio).expand_as free, bound.ne free)

    /// CISPO: -A log pi weighed by the ratio, which is capped and constant, so that no token loses its gradient (MiniMax 2025, arXiv 2506.13585, Eq. 4 and
    /// 5). Raises `ArgumentException` unless cap >= 1.
    let cispoOver aggregation cap =
        if not(cap >= 1.0) then
            Setting.refuse $"A CISPO cap of {cap} is out of range: give 1 or more, such as 1.28."
        named "cispo" [ Term.number "cap" cap ] aggregation (fun part forward ->
            let ratio = (logRatioOf part forward).detach().exp()
            let weight = ratio.clamp_max(Tensors.scalar cap)
            -part.Advantage * weight * Tensors.keep part.Mask forward.LogProb, Tensors.above cap ratio)

    /// CISPO as published: the mean over all action tokens.
    let cispo cap = cispoOver TokenMean cap

    /// SAPO: a soft gate in place of the clip, -A sigmoid(tau (rho - 1)) 4 / tau, with a temperature tau for either sign of A (Gao et al. 2025, arXiv
    /// 2511.20347, Eq. 5 and 6). Nothing is cut off, so `actor/pg_clipfrac` is 0. Raises `ArgumentException` on a temperature that is not above 0.
    let sapoOver aggregation (temperature: SapoTemperature) =
        if not(temperature.Positive > 0.0 && temperature.Negative > 0.0) then
            Setting.refuse
                $"SAPO temperatures of {temperature.Positive} and {temperature.Negative} are out of range: give numbers above 0, such as 1 and 1.05."
        named
            "sapo"
            [ Term.number "positive" temperature.Positive; Term.number "negative" temperature.Negative ]
            aggregation
            (fun part forward ->
                let ratio = (logRatioOf part forward).exp()
                let soft (tau: float) = ((ratio - 1.0) * tau).sigmoid() * (4.0 / tau)
                let gate = torch.where(Tensors.above 0.0 part.Advantage, soft temperature.Positive, soft temperature.Negative)
                -part.Advantage * gate, never part)

    /// SAPO's published temperatures, 1 and 1.05, as a mean over all action tokens.
    let sapo = sapoOver TokenMean { Positive = 1.0; Negative = 1.05 }

    /// Minus the mean log-probability of all action tokens: supervised learning on the batch's own actions. Metric: `train/loss`.
    let negativeLogLikelihood = Objective.ofTokens "nll" "train/loss" TokenMean (fun _ forward -> -forward.LogProb)
