namespace Levee

/// Named combinations, as the papers have them.
[<RequireQualifiedAccess>]
module Recipes =
    /// GRPO with feedback mask: clip 0.2, token mean, no KL (arXiv 2512.04220, Eq. 1).
    let grpo = Surrogate.clipped(Clip.symmetric 0.2)

    /// GRPO as Search-R1 trains: with 0.001 x k3 to the reference policy (arXiv 2503.09516).
    let searchR1 = grpo + 0.001 * Kl.toReference K3

    /// Search-R1's GRPO + lambda x LLDS (arXiv 2512.04220, Eq. 6) with the released code's normaliser; lambda 0.2 is the published weight.
    /// Raises `ArgumentException` when lambda is negative.
    let llds lambda =
        if not(lambda >= 0.0) then
            invalidArg (nameof lambda) $"A lambda of {lambda} is out of range: LLDS's weight must be 0 or more."
        searchR1 + lambda * Llds.penalty Llds.defaults
