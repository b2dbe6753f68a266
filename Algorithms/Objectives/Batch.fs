namespace Levee.Algorithms.Objectives

open Levee
open Levee.Algorithms
open Levee.Algorithms.Estimators
open TorchSharp

/// A mini-batch: R trajectories, and their sampled actions as tensors of R responses by N action tokens, padded at the right. Prompts and observations are
/// in the trajectories alone. All tensors are constants (no gradient); float tensors share one dtype and device.
type Batch = {
    /// [R] the trajectories, row for row.
    Trajectories: Trajectory[]
    /// [R, N] log-probability of each token under the policy that sampled it (pi_old): the sampler's, or the trainer's own where an objective needs
    /// `TrainerLogProbs`.
    LogProbOld: torch.Tensor
    /// [R, N] log-probability of each token as the sampler reported it.
    LogProbSampled: torch.Tensor
    /// [R, N] log-probability under the reference policies that an objective needs.
    LogProbReference: Map<Reference, torch.Tensor>
    /// [R, N] log-probability of each token under the policy as it is right before the update, where an objective needs `CurrentScores`.
    LogProbCurrent: torch.Tensor option
    /// [R, N] entropy in nats, under the policy as it is right before the update, of the distribution that each token was drawn from, where an objective
    /// needs `CurrentScores`.
    EntropyCurrent: torch.Tensor option
    /// [R, N] advantage of each token.
    Advantage: torch.Tensor
    /// [R, N] the critic's value before each token when the batch was sampled, where there is a critic.
    ValuesOld: torch.Tensor option
    /// [R, N] the value that the critic should have given, where there is a critic.
    Returns: torch.Tensor option
    /// [R, N] 1 where a token stands, 0 in the padding.
    Mask: torch.Tensor
    /// [R, N] int64: the number of the action that a token belongs to within its response, from 1; 0 in the padding.
    Action: torch.Tensor
    /// [R, N] 1 on tokens of the final answer span.
    Answer: torch.Tensor
    /// [R] outcome reward.
    Reward: torch.Tensor
    /// [R] number of searches carried out.
    Searches: torch.Tensor
    /// [R] 1 where the response was cut off at a token limit, the turn's or the context's.
    Truncated: torch.Tensor
    Clock: Clock
}

/// Reading a batch.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Batch =
    /// The needs that a trainer must be told of for `logProb reference` to be there.
    let needs reference =
        match reference with
        | Reference.Sampling -> Set.empty
        | other -> Set.singleton(ReferencePolicy other)

    /// The size of a batch, R and N. Raises `ArgumentException` that names the first tensor whose shape is not that of the mask, or of its rows.
    let shape (batch: Batch) : int64[] =
        let tokens = Shape.ofMatrix "Batch.Mask" batch.Mask
        let rows = [| tokens[0] |]
        Shape.demand "Batch.LogProbOld" tokens batch.LogProbOld
        Shape.demand "Batch.LogProbSampled" tokens batch.LogProbSampled
        for KeyValue(reference, logProb) in batch.LogProbReference do
            if not(Shape.fits tokens logProb) then
                Shape.demand $"Batch.LogProbReference[{reference}]" tokens logProb
        Option.iter (Shape.demand "Batch.LogProbCurrent" tokens) batch.LogProbCurrent
        Option.iter (Shape.demand "Batch.EntropyCurrent" tokens) batch.EntropyCurrent
        Shape.demand "Batch.Advantage" tokens batch.Advantage
        Option.iter (Shape.demand "Batch.ValuesOld" tokens) batch.ValuesOld
        Option.iter (Shape.demand "Batch.Returns" tokens) batch.Returns
        Shape.demand "Batch.Action" tokens batch.Action
        Shape.demand "Batch.Answer" tokens batch.Answer
        Shape.demand "Batch.Reward" rows batch.Reward
        Shape.demand "Batch.Searches" rows batch.Searches
        Shape.demand "Batch.Truncated" rows batch.Truncated
        if batch.Trajectories.LongLength <> tokens[0] then
            Setting.refuse
                $"Batch.Trajectories has {batch.Trajectories.Length} trajectories, where {tokens[0]} are wanted, one for each row."
        tokens

    /// [R, N] log-probability of each token under a reference policy. Raises `InvalidOperationException` where the batch lacks it, `ArgumentException` where
    /// its shape is not that of the mask.
    let logProb reference (batch: Batch) =
        let checkedLike (logProb: torch.Tensor) =
            let tokens = batch.Mask.shape
            if not(Shape.fits tokens logProb) then
                Shape.demand $"The log-probabilities under the policy {reference}" tokens logProb
            logProb
        match reference, Map.tryFind reference batch.LogProbReference with
        | Reference.Sampling, _ -> checkedLike batch.LogProbOld
        | _, Some logProb -> checkedLike logProb
        | other, None ->
            invalidOp
                $"A batch has no log-probabilities under the reference policy {other}: compute them, as the trainer does for objectives that need ReferencePolicy."

    /// Log-probabilities and entropies [R, N] under the policy as it is right before the update. Raises `InvalidOperationException` where the batch lacks
    /// them, and as `shape` does.
    let current (batch: Batch) =
        shape batch |> ignore
        match batch.LogProbCurrent, batch.EntropyCurrent with
        | Some logProb, Some entropy -> logProb, entropy
        | _ ->
            invalidOp
                "A batch has no log-probabilities and entropies under the current policy: compute them, as the trainer does for objectives that need CurrentScores."

    /// Some rows of a batch, every tensor put through `tokens` where it is [R, N] and through `rows` where it is [R].
    let private cut (indexes: int[]) (tokens: torch.Tensor -> torch.Tensor) (rows: torch.Tensor -> torch.Tensor) (batch: Batch) : Batch = {
        Trajectories = indexes |> Array.map(fun row -> batch.Trajectories[row])
        LogProbOld = tokens batch.LogProbOld
        LogProbSampled = tokens batch.LogProbSampled
        LogProbReference = Map.map (fun _ logProb -> tokens logProb) batch.LogProbReference
        LogProbCurrent = Option.map tokens batch.LogProbCurrent
        EntropyCurrent = Option.map tokens batch.EntropyCurrent
        Advantage = tokens batch.Advantage
        ValuesOld = Option.map tokens batch.ValuesOld
        Returns = Option.map tokens batch.Returns
        Mask = tokens batch.Mask
        Action = tokens batch.Action
        Answer = tokens batch.Answer
        Reward = rows batch.Reward
        Searches = rows batch.Searches
        Truncated = rows batch.Truncated
        Clock = batch.Clock
    }

    /// The batch of R trajectories with an estimator's advantages; tensors in `dtype` on `device`. Log-probabilities under reference policies, and the
    /// trainer's own in place of the sampler's, are for the caller to add. Raises `ArgumentException` when there are no trajectories, one was not judged,
    /// or the numbers of advantages do not fit.
    let ofEstimates (dtype: torch.ScalarType) (device: torch.Device) (trajectories: Trajectory[]) (estimates: Estimates) : Batch =
        let fits =
            trajectories.Length = estimates.Advantages.Length
            && Array.forall2 (fun t (a: float[]) -> Trajectory.actionTokens t = a.Length) trajectories estimates.Advantages
        if trajectories.Length = 0 || not fits then
            Setting.refuse
                $"{trajectories.Length} trajectories with advantages for {estimates.Advantages.Length}: give one advantage for each action token of at least one trajectory."
        Judgement.demand trajectories
        let perToken (value: Trajectory -> float32[]) = trajectories |> Array.map(value >> Array.map float) |> Padding.pad dtype device
        let perRow (value: Trajectory -> float) = torch.tensor(Array.map value trajectories).``to``(dtype).``to``(device)
        let sampled = perToken Trajectory.logProbs
        use numbers = perToken Trajectory.actionNumbers
        {
            Trajectories = trajectories
            LogProbOld = sampled
            LogProbSampled = sampled
            LogProbReference = Map.empty
            LogProbCurrent = None
            EntropyCurrent = None
            Advantage = Padding.pad dtype device estimates.Advantages
            ValuesOld = None
            Returns = estimates.Returns |> Option.map(Padding.pad dtype device)
            Mask = perToken(fun trajectory -> Array.replicate (Trajectory.actionTokens trajectory) 1.0f)
            Action = numbers.``to``(torch.int64)
            Answer = perToken Trajectory.answerMask
            Reward = perRow _.Reward
            Searches = perRow(fun t -> float t.Searches.Length)
            Truncated = perRow(fun t -> if Trajectory.isTruncated t then 1.0 else 0.0)
            Clock = Clock.single
        }

    /// The batch of R trajectories with one advantage each. Raises `ArgumentException` when there are none, one was not judged, or the numbers differ.
    let create dtype device (trajectories: Trajectory[]) (advantages: float[]) : Batch =
        if trajectories.Length <> advantages.Length then
            Setting.refuse
                $"{trajectories.Length} trajectories with {advantages.Length} advantages: give one advantage for each of at least one trajectory."
        let spread = (trajectories, advantages) ||> Array.map2(fun t a -> Array.replicate (Trajectory.actionTokens t) a)
        ofEstimates dtype device trajectories { Advantages = spread; Returns = None }

    /// Some rows of a batch, in the order given, with all columns. Raises as `shape` does.
    let select (indexes: int[]) (batch: Batch) : Batch =
        shape batch |> ignore
        use index = torch.tensor(Array.map int64 indexes).``to``(batch.Mask.device)
        let ofRows (t: torch.Tensor) = t.index_select(0L, index)
        cut indexes ofRows ofRows batch

    /// Some rows of a batch, in the order given, without the columns that are padding in all of them. Raises as `shape` does.
    let rows (indexes: int[]) (batch: Batch) : Batch =
        shape batch |> ignore
        use index = torch.tensor(Array.map int64 indexes).``to``(batch.Mask.device)
        let width = batch.Mask.index_select(0L, index).sum(1L).max().ToDouble() |> int64 |> max 1L
        let ofRows (t: torch.Tensor) = t.index_select(0L, index)
        cut indexes (fun t -> (ofRows t).narrow(1L, 0L, width)) ofRows batch
