namespace Levee.Algorithms

open Levee
open TorchSharp

/// Estimators of KL(pi, pi_ref) from a token sampled by pi (Schulman 2020, "Approximating KL divergence"), with d = log pi - log pi_ref.
type KlEstimator =
    /// d: unbiased, of either sign.
    | K1
    /// |d|.
    | Abs
    /// d^2 / 2: biased, low variance; its gradient is that of the KL.
    | K2
    /// exp(-d) + d - 1: unbiased, never negative. The log-ratio is kept within +-20 and the result within +-10, as verl has it.
    | K3
    /// The value of `K3` with the gradient of `K2` (verl's `k3+`).
    | K3WithGradientOfK2

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module KlEstimator =
    let rec private ofTokens estimator (logProb: torch.Tensor) (reference: torch.Tensor) =
        let d = logProb - reference
        match estimator with
        | K1 -> d
        | Abs -> d.abs()
        | K2 -> d.square() * 0.5
        | K3 ->
            let d = Tensors.clamp -20.0 20.0 d
            (-d).exp() + d - 1.0 |> Tensors.clamp -10.0 10.0
        | K3WithGradientOfK2 ->
            let slope = ofTokens K2 logProb reference
            (ofTokens K3 logProb reference).detach() + slope - slope.detach()

    /// Per-token estimate [R, N] from log-probabilities under the policy and under the reference. Raises `ArgumentException` where their shapes differ.
    let estimate estimator (logProb: torch.Tensor) (reference: torch.Tensor) =
        Shape.demand "reference" (Shape.ofMatrix "logProb" logProb) reference
        ofTokens estimator logProb reference

    /// The estimate for one number d, as `estimate` computes it for tensors, without gradient.
    let rec estimateOf estimator (d: float) =
        match estimator with
        | K1 -> d
        | Abs -> abs d
        | K2 -> d * d / 2.0
        | K3
        | K3WithGradientOfK2 ->
            let d = d |> max -20.0 |> min 20.0
            exp -d + d - 1.0 |> max -10.0 |> min 10.0
