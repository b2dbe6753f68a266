namespace Levee

open TorchSharp

/// Reading a batch.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Batch =
    /// What must be asked of the trainer for `logProb reference` to be there.
    let needs reference =
        match reference with
        | Reference.Sampling -> Set.empty
        | other -> Set.singleton(ReferencePolicy other)

    /// [R, N] log-probability of each token under a reference policy. Raises `InvalidOperationException` where the batch lacks it.
    let logProb reference (batch: Batch) =
        match reference, Map.tryFind reference batch.LogProbReference with
        | Reference.Sampling, _ -> batch.LogProbOld
        | _, Some logProb -> logProb
        | other, None ->
            invalidOp
                $"A batch has no log-probabilities under the reference policy {other}: compute them, as the trainer does for objectives that need ReferencePolicy."

    /// The same batch with every [R, N] and [R] tensor mapped.
    let map (tokens: torch.Tensor -> torch.Tensor) (rows: torch.Tensor -> torch.Tensor) (batch: Batch) : Batch = {
        LogProbOld = tokens batch.LogProbOld
        LogProbSampled = tokens batch.LogProbSampled
        LogProbReference = Map.map (fun _ logProb -> tokens logProb) batch.LogProbReference
        Advantage = tokens batch.Advantage
        ValueOld = Option.map tokens batch.ValueOld
        Return = Option.map tokens batch.Return
        Mask = tokens batch.Mask
        Action = tokens batch.Action
        Answer = tokens batch.Answer
        Reward = rows batch.Reward
        Searches = rows batch.Searches
        Truncated = rows batch.Truncated
        Clock = batch.Clock
    }
