namespace Levee

open TorchSharp

/// Estimators of KL(pi, pi_ref) from a token sampled by pi (Schulman 2020, "Approximating KL divergence"), with d = log pi - log pi_ref.
type KlEstimator =
    /// d: unbiased, of either sign.
    | K1
    /// d^2 / 2: biased, low variance.
    | K2
    /// exp(-d) + d - 1: unbiased, never negative. The log-ratio is kept within +-20 and the result within +-10, as verl has it.
    | K3

/// Staying near the reference policy.
[<RequireQualifiedAccess>]
module Kl =
    /// Per-token estimate [R, N] from log-probabilities under the policy and under the reference.
    let estimate estimator (logProb: torch.Tensor) (reference: torch.Tensor) =
        let d = logProb - reference
        match estimator with
        | K1 -> d
        | K2 -> d.square() * 0.5
        | K3 ->
            let d = Tensors.clamp -20.0 20.0 d
            (-d).exp() + d - 1.0 |> Tensors.clamp -10.0 10.0

    /// The mean over all action tokens of the KL to the reference policy, as a loss. Metric: `actor/kl_loss`.
    /// Raises `InvalidOperationException` on a batch without `LogProbReference`.
    let toReference estimator = {
        Formula = $"kl({estimator})"
        Needs = Set.singleton ReferencePolicy
        Loss =
            fun whole ->
                let tokenMean = Aggregation.over TokenMean whole
                fun part forward ->
                    match part.LogProbReference with
                    | None ->
                        invalidOp
                            "A KL objective got a batch without log-probabilities of the reference policy: compute them, as the trainer does for objectives that need ReferencePolicy."
                    | Some reference ->
                        let clean = Tensors.keep part.Mask
                        let value = tokenMean part (estimate estimator (clean forward.LogProb) (clean reference))
                        { Value = value; Metrics = [ "actor/kl_loss", value.detach() ] }
    }
