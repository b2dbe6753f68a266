namespace Levee.Algorithms.Objectives

open TorchSharp

/// The range of the likelihood ratio outside which its gradient is cut: [1 - Low, 1 + High]. `Clip.symmetric` and `Clip.asymmetric` make one.
type Clip = private {
    Below: float
    Above: float
} with

    /// The distance above 1, above 0.
    member High: float

    /// The distance below 1, above 0 and below 1.
    member Low: float

[<RequireQualifiedAccess>]
module Clip =
    /// A clip at the same distance on both sides. Raises `ArgumentException` unless 0 < epsilon < 1.
    val symmetric: epsilon: float -> Clip

    /// Different distances below and above (clip-higher: DAPO, arXiv 2503.14476, section 3.1). Raises `ArgumentException` unless 0 < low < 1 and high is a
    /// finite number above 0.
    val asymmetric: low: float -> high: float -> Clip

    /// A ratio [R, N] clamped to the interval.
    val apply: clip: Clip -> ratio: torch.Tensor -> torch.Tensor

/// Temperatures of SAPO's gate for tokens of positive and of other advantage; above 0.
type SapoTemperature = { Positive: float; Negative: float }

/// The trust region of DPPO. `Low` and `High` are how far the probability of a token may have fallen or risen, in (0, 1]; `Cap` bounds the ratio that
/// weighs a token, at least 1.
type DppoOptions = { Low: float; High: float; Cap: float }

/// The kernel phi(W) = W^Power exp(Decay (1 - W)) of a likelihood ratio W of a whole response; both numbers are at least 0. It is 1 at W = 1.
type VespoKernel = { Power: float; Decay: float }

/// VESPO's kernels for tokens of an advantage of at least 0, and of a negative one.
type VespoOptions = { Praised: VespoKernel; Blamed: VespoKernel }

/// Policy-gradient surrogates. Write A for the advantage and rho = pi / pi_old for the likelihood ratio of a token. All of them measure `actor/pg_loss`
/// (their value), `actor/pg_clipfrac` (share of tokens whose gradient a bound changes) and `actor/ppo_kl` (k1 estimate of KL(pi_old, pi)).
[<RequireQualifiedAccess>]
module Surrogate =
    /// log rho of each token, zero in the padding and kept within +-20 so that its exponential is finite. Raises `ArgumentException` that names the first
    /// tensor of a wrong shape.
    val logRatio: part: Batch -> forward: Forward -> torch.Tensor

    /// A surrogate from a function that gives the loss of each token and where a bound is in force, both [R, N].
    val ofTokens: formula: string -> aggregation: Aggregation -> losses: (Batch -> Forward -> torch.Tensor * torch.Tensor) -> Objective

    /// -A log pi: the plain policy gradient, for batches that their own policy sampled (Williams 1992).
    val reinforceOver: aggregation: Aggregation -> Objective

    /// `reinforceOver TokenMean`.
    val reinforce: Objective

    /// PPO's clipped surrogate under a given aggregation: -min(rho A, clip(rho, 1 - low, 1 + high) A). Source: Schulman et al. 2017 (arXiv
    /// 1707.06347), Eq. 7; arXiv 2512.04220, Eq. 1.
    val clippedOver: aggregation: Aggregation -> clip: Clip -> Objective

    /// The clipped surrogate as a mean over all action tokens, as the released Search-R1 has it: `clippedOver TokenMean`.
    val clipped: clip: Clip -> Objective

    /// The clipped surrogate whose loss on tokens of negative advantage is at most -c A, so that a huge ratio cannot explode (Ye et al. 2020, arXiv
    /// 1912.09729, Eq. 5; verl's `clip_ratio_c`, 3 by default). Raises `ArgumentException` unless c > 1.
    val dualClippedOver: aggregation: Aggregation -> clip: Clip -> c: float -> Objective

    /// GSPO: the clipped surrogate with the ratio of whole sequences, s = exp(mean log rho over the response's action tokens), in its per-token form with
    /// a stop-gradient: the value of s, the gradient of each token's own log-probability (Zheng et al. 2025, arXiv 2507.18071, Eq. 13 to 17; arXiv
    /// 2512.04220 pairs it with LLDS). log s is kept below 10.
    val gspoOver: aggregation: Aggregation -> clip: Clip -> Objective

    /// GSPO as published: the mean over responses of each response's mean.
    val gspo: clip: Clip -> Objective

    /// GMPO: the geometric mean of a response's ratios in place of their arithmetic mean, each log-ratio clipped to +-epsilon on the side that its advantage
    /// pushes to (Zhao et al. 2025, arXiv 2507.20673, Eq. 4; epsilon 0.4 there). A response's advantage is the mean over its tokens. Raises
    /// `ArgumentException` unless epsilon > 0.
    val gmpo: epsilon: float -> Objective

    /// CISPO: -A log pi weighed by the ratio, which is capped and constant, so that no token loses its gradient (MiniMax 2025, arXiv 2506.13585, Eq. 4 and
    /// 5). Raises `ArgumentException` unless cap >= 1.
    val cispoOver: aggregation: Aggregation -> cap: float -> Objective

    /// CISPO as published: the mean over all action tokens.
    val cispo: cap: float -> Objective

    /// SAPO: a soft gate in place of the clip, -A sigmoid(tau (rho - 1)) 4 / tau, with a temperature tau for either sign of A (Gao et al. 2025, arXiv
    /// 2511.20347, Eq. 5 and 6). Nothing is cut off, so `actor/pg_clipfrac` is 0. Raises `ArgumentException` on a temperature that is not above 0.
    val sapoOver: aggregation: Aggregation -> temperature: SapoTemperature -> Objective

    /// SAPO's published temperatures, 1 and 1.05, as a mean over all action tokens.
    val sapo: Objective

    /// LUSPO: GSPO in which a response's loss is multiplied by its length, so that long and short responses move their tokens alike: the mean over responses
    /// of |y| times GSPO's loss, which is `gspoOver SequenceMeanTokenSum` (arXiv 2602.05261).
    val luspo: clip: Clip -> Objective

    /// DPPO in its total-variation form: -A min(rho, cap) log pi with a constant ratio, and nothing from a token whose probability has moved out of the trust
    /// region on the side that its advantage pushes to: pi - pi_old > High where A > 0, pi - pi_old < -Low elsewhere (arXiv 2602.04879; verl's `dppo_tv`,
    /// where the cap is 20). Raises `ArgumentException` on an option out of range.
    val dppoOver: aggregation: Aggregation -> options: DppoOptions -> Objective

    /// DPPO as a mean over all action tokens.
    val dppo: options: DppoOptions -> Objective

    /// VESPO: -A phi(W) log pi with W the likelihood ratio of the whole response, not normalised by its length, and phi(W) = W^k exp(lambda (1 - W)) a constant
    /// (arXiv 2602.10693). log W is kept within [log 1e-8, 20]. Nothing is cut off, so `actor/pg_clipfrac` is 0. Raises `ArgumentException` on a kernel out
    /// of range.
    val vespoOver: aggregation: Aggregation -> options: VespoOptions -> Objective

    /// VESPO with TRL's kernels, k 2 and lambda 3 for an advantage of at least 0, k 3 and lambda 2 for a negative one, as a mean over all action tokens.
    val vespo: Objective

    /// Minus the mean log-probability of all action tokens: supervised learning on the batch's own actions. Metric: `train/loss`.
    val negativeLogLikelihood: Objective
