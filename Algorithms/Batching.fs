namespace Levee

open System
open TorchSharp

/// From trajectories to the tensors that objectives see: action tokens only, in order, padded at the right.
[<RequireQualifiedAccess>]
module Batching =
    /// The actions of a trajectory with their log-probabilities, in order.
    let actions (trajectory: Trajectory) =
        trajectory.Segments
        |> List.choose(function
            | Action(tokens, logProb) -> Some(tokens, logProb)
            | Prompt _
            | Observation _ -> None)

    /// Log-probabilities of a trajectory's action tokens as sampled, in order.
    let logProbs trajectory = actions trajectory |> List.map snd |> Array.concat

    /// Number of tokens that the policy wrote.
    let actionTokens trajectory = actions trajectory |> List.sumBy(fun (tokens, _) -> tokens.Length)

    /// Number of tokens of all segments together.
    let length (trajectory: Trajectory) =
        trajectory.Segments
        |> List.sumBy(function
            | Prompt tokens
            | Action(tokens, _)
            | Observation tokens -> tokens.Length)

    /// Each row's numbers as one tensor [R, N], padded at the right by zeros.
    let ofNumbers (dtype: torch.ScalarType) (device: torch.Device) (rows: float[][]) =
        let width = rows |> Seq.map Array.length |> Seq.fold max 1
        let flat = Array.zeroCreate<float>(rows.Length * width)
        rows |> Array.iteri(fun r row -> Array.blit row 0 flat (r * width) row.Length)
        use cpu = torch.tensor(flat, ReadOnlySpan [| int64 rows.Length; int64 width |])
        cpu.``to``(dtype).``to``(device)

    /// For each action token of a trajectory, 1 where it is among the last `tail` of its action's, else 0.
    let private tails (tail: int list) trajectory =
        let ofAction count (tokens: int[], _) = Array.init tokens.Length (fun k -> if k >= tokens.Length - count then 1.0f else 0.0f)
        actions trajectory
        |> List.mapi(fun number -> ofAction(tail |> List.tryItem number |> Option.defaultValue 0))
        |> Array.concat

    /// 1 on the tokens of the final answer span, for each action token.
    let answer (trajectory: Trajectory) =
        match (actions trajectory).Length with
        | 0 -> [||]
        | count -> trajectory |> tails(List.replicate (count - 1) 0 @ [ trajectory.AnswerTokens ])

    /// 1 on the tokens of tool calls, for each action token.
    let calls (trajectory: Trajectory) = tails trajectory.CallTokens trajectory

    /// The number of its action, from 1, for each action token.
    let numbers trajectory =
        actions trajectory
        |> List.mapi(fun number (tokens, _) -> Array.replicate tokens.Length (float32(number + 1)))
        |> Array.concat

    /// The batch of R trajectories with an estimator's advantages; tensors in `dtype` on `device`. Log-probabilities under reference policies, and the
    /// trainer's own in place of the sampler's, are for the caller to add. Raises `ArgumentException` when there are no trajectories or the numbers of
    /// advantages do not fit.
    let ofEstimates (dtype: torch.ScalarType) (device: torch.Device) (trajectories: Trajectory[]) (estimates: Estimates) : Batch =
        let fits =
            trajectories.Length = estimates.Advantages.Length
            && Array.forall2 (fun t (a: float[]) -> actionTokens t = a.Length) trajectories estimates.Advantages
        if trajectories.Length = 0 || not fits then
            Setting.refuse
                $"{trajectories.Length} trajectories with advantages for {estimates.Advantages.Length}: give one advantage for each action token of at least one trajectory."
        let perToken (value: Trajectory -> float32[]) = trajectories |> Array.map(value >> Array.map float) |> ofNumbers dtype device
        let perRow (value: Trajectory -> float) = torch.tensor(Array.map value trajectories).``to``(dtype).``to``(device)
        let sampled = perToken logProbs
        use numbers = perToken numbers
        {
            LogProbOld = sampled
            LogProbSampled = sampled
            LogProbReference = Map.empty
            Advantage = ofNumbers dtype device estimates.Advantages
            ValueOld = None
            Return = estimates.Returns |> Option.map(ofNumbers dtype device)
            Mask = perToken(fun trajectory -> Array.replicate (actionTokens trajectory) 1.0f)
            Action = numbers.``to``(torch.int64)
            Answer = perToken answer
            Reward = perRow _.Reward
            Searches = perRow(fun t -> float t.Searches.Length)
            Truncated = perRow(fun t -> if t.End = LengthLimit then 1.0 else 0.0)
            Clock = { Step = 1; Steps = 1; Alarm = 1.0 }
        }

    /// The batch of R trajectories with one advantage each. Raises `ArgumentException` when there are none or the numbers differ.
    let create dtype device (trajectories: Trajectory[]) (advantages: float[]) : Batch =
        if trajectories.Length <> advantages.Length then
            Setting.refuse
                $"{trajectories.Length} trajectories with {advantages.Length} advantages: give one advantage for each of at least one trajectory."
        let spread = (trajectories, advantages) ||> Array.map2(fun t a -> Array.replicate (actionTokens t) a)
        ofEstimates dtype device trajectories { Advantages = spread; Returns = None }

    /// The numbers of each row's first tokens, as many as its trajectory has action tokens, out of [R, N].
    let numbersOf (trajectories: Trajectory[]) (values: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let width = int values.shape[1]
        let flat = values.``to``(torch.float64).cpu().contiguous().data<float>().ToArray()
        trajectories |> Array.mapi(fun r t -> flat[r * width .. r * width + actionTokens t - 1])

    /// Tensors [R, N] of different N under one another, padded at the right by zeros.
    let stack (parts: torch.Tensor[]) =
        let width = parts |> Array.map(fun part -> part.shape[1]) |> Array.max
        let widen (part: torch.Tensor) =
            let missing = torch.zeros([| part.shape[0]; width - part.shape[1] |], dtype = part.dtype, device = part.device)
            torch.cat([| part; missing |], 1L)
        torch.cat(Array.map widen parts, 0L)

    /// What `score` makes of trajectories, [R, N], so many at a time.
    let inParts size (score: Trajectory[] -> torch.Tensor) (trajectories: Trajectory[]) =
        trajectories |> Array.chunkBySize size |> Array.map(fun part -> Tensors.scoped(fun () -> score part)) |> stack

    /// Some rows of a batch, in the order given, without the columns that are padding in all of them.
    let rows (indexes: int[]) (batch: Batch) : Batch =
        use index = torch.tensor(Array.map int64 indexes).``to``(batch.Mask.device)
        let width = batch.Mask.index_select(0L, index).sum(1L).max().ToDouble() |> int64 |> max 1L
        let ofRows (t: torch.Tensor) = t.index_select(0L, index)
        Batch.map (fun t -> (ofRows t).narrow(1L, 0L, width)) ofRows batch
