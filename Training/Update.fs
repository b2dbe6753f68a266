namespace Levee

open System
open System.Threading
open TorchSharp

/// A policy being trained, with its optimiser's memory. The policy's weights are updated in place.
type Learner = { Policy: Policy; Optimiser: OptimiserState }

/// What one update did.
type UpdateReport = {
    /// False when the loss or the gradient was not finite: the weights stayed as they were.
    Applied: bool
    /// Norm of the gradient before clipping.
    GradientNorm: float
    /// Mean entropy in nats over the mini-batch's action tokens, before the update.
    Entropy: float
    /// Largest likelihood ratio pi / pi_old of a token, before the update.
    LargestRatio: float
    /// What the objective measured, by name.
    Metrics: (string * float) list
}

[<RequireQualifiedAccess>]
module Learner =
    /// The weights that training moves, and their gradient, both flat: all, or all behind the embedding. Raises `InvalidOperationException`
    /// for a policy without a gradient.
    let trained freezeEmbedding (policy: Policy) =
        let parameters = policy.Parameters
        let start = if freezeEmbedding then parameters.Embedding.numel() else 0L
        let behind (flat: torch.Tensor) = flat.narrow(0L, start, flat.shape[0] - start)
        match parameters.Gradient with
        | Some gradient -> behind parameters.Values, behind gradient
        | None -> invalidOp "A frozen policy cannot be updated: load or clone it as trainable."

    /// A policy before its first update.
    let start (options: TrainingOptions) (policy: Policy) =
        use _ = torch.NewDisposeScope()
        let values, _ = trained options.FreezeEmbedding policy
        { Policy = policy; Optimiser = Optimiser.start values }

/// One update: forward, objective, slopes pulled back, gradient clipped, AdamW.
[<RequireQualifiedAccess>]
module Update =
    /// What is added up over micro-batches.
    type private Tally = { Value: float; EntropySum: float; Tokens: float; LargestRatio: float; Metrics: Map<string, float> }

    let private none = { Value = 0.0; EntropySum = 0.0; Tokens = 0.0; LargestRatio = 0.0; Metrics = Map.empty }

    let private largestRatio (part: Batch) logProb =
        let logRatio = Tensors.keep part.Mask (logProb - part.LogProbOld)
        exp(logRatio.max().ToDouble())

    /// Adds the gradient of one micro-batch to the parameters' and what it measured to the tally.
    let private accumulate (options: TrainingOptions) objective judge onPolicy policy trajectories (whole: Batch) tally (rows: int[]) =
        use _ = torch.NewDisposeScope()
        let part = Batching.rows rows whole
        let scored = rows |> Array.map(fun r -> Array.get trajectories r) |> Scoring.forward options.Temperature policy
        let part =
            if onPolicy && options.ExactFirstUpdate then
                { part with LogProbOld = scored.LogProb }
            else
                part
        let slopes: Slopes = Objective.differentiate objective judge part scored.LogProb scored.Entropy
        Scoring.pullBack scored slopes.LogProb slopes.Entropy
        {
            Value = tally.Value + slopes.Value
            EntropySum = tally.EntropySum + (Tensors.maskedSum part.Mask scored.Entropy).ToDouble()
            Tokens = tally.Tokens + part.Mask.sum().ToDouble()
            LargestRatio = max tally.LargestRatio (largestRatio part scored.LogProb)
            Metrics =
                (tally.Metrics, slopes.Metrics)
                ||> List.fold(fun metrics (name, value) ->
                    metrics |> Map.change name (fun sum -> Some(Option.defaultValue 0.0 sum + value)))
        }

    /// One update of the learner on a mini-batch of trajectories (`whole` is their batch, row for row). `onPolicy` says that no update happened
    /// since they were sampled. A loss or gradient that is not finite changes nothing but the report. Cancellation is heeded between micro-batches
    /// and leaves the weights as they were.
    let run options learningRate objective onPolicy (cancellation: CancellationToken) learner (trajectories: Trajectory[]) (whole: Batch) =
        use _ = torch.NewDisposeScope()
        let values, gradient = Learner.trained options.FreezeEmbedding learner.Policy
        Parameters.zeroGradient learner.Policy.Parameters
        let judge = objective.Loss whole
        // Rows of like length together: less padding, the same sum.
        let parts =
            [| 0 .. trajectories.Length - 1 |]
            |> Array.sortBy(fun r -> (Batching.tokens trajectories[r]).Length)
            |> Array.chunkBySize options.MicroBatch
        let tally =
            (none, parts)
            ||> Array.fold(fun tally rows ->
                cancellation.ThrowIfCancellationRequested()
                accumulate options objective judge onPolicy learner.Policy trajectories whole tally rows)
        let norm = gradient.norm().ToDouble()
        let sound = Double.IsFinite tally.Value && Double.IsFinite norm
        let report = {
            Applied = sound
            GradientNorm = norm
            Entropy = tally.EntropySum / max 1.0 tally.Tokens
            LargestRatio = tally.LargestRatio
            Metrics = Map.toList tally.Metrics
        }
        if sound then
            let scale = min 1.0 (options.ClipNorm / (norm + 1e-6))
            {
                learner with
                    Optimiser = Optimiser.step options.AdamW learningRate scale values gradient learner.Optimiser
            },
            report
        else
            learner, report
