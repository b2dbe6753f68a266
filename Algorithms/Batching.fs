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

    /// Number of tokens that the policy wrote.
    let actionTokens trajectory = actions trajectory |> List.sumBy(fun (tokens, _) -> tokens.Length)

    /// All tokens of a trajectory as one context.
    let tokens (trajectory: Trajectory) =
        trajectory.Segments
        |> List.map(function
            | Prompt tokens
            | Action(tokens, _)
            | Observation tokens -> tokens)
        |> Array.concat

    /// One tensor [R, N] filled from each row's numbers.
    let private padded (rows: float32[][]) (dtype: torch.ScalarType) (device: torch.Device) =
        let width = rows |> Seq.map Array.length |> Seq.fold max 1
        let flat = Array.zeroCreate<float32>(rows.Length * width)
        rows |> Array.iteri(fun r row -> Array.blit row 0 flat (r * width) row.Length)
        use cpu = torch.tensor(flat, [| int64 rows.Length; int64 width |])
        cpu.``to``(dtype).``to``(device)

    /// The batch of R trajectories with one advantage each; tensors in `dtype` on `device`.
    /// Raises `ArgumentException` when the numbers of trajectories and advantages differ or there are none.
    let create (dtype: torch.ScalarType) (device: torch.Device) (trajectories: Trajectory[]) (advantages: float[]) : Batch =
        if trajectories.Length = 0 || trajectories.Length <> advantages.Length then
            invalidArg
                (nameof advantages)
                $"{trajectories.Length} trajectories with {advantages.Length} advantages: give one advantage for each of at least one trajectory."
        let perToken (value: Trajectory -> int -> int -> int -> float32) =
            let row (trajectory: Trajectory) =
                actions trajectory
                |> List.mapi(fun number (tokens, _) -> Array.init tokens.Length (value trajectory number tokens.Length))
                |> Array.concat
            padded (Array.map row trajectories) dtype device
        let perRow (values: float seq) = torch.tensor(Seq.toArray values, [| int64 trajectories.Length |]).``to``(dtype).``to``(device)
        let isAnswer trajectory number length k = number = (actions trajectory).Length - 1 && k >= length - trajectory.AnswerTokens
        let old = trajectories |> Array.map(actions >> List.map snd >> Array.concat)
        let advantage =
            Array.map2 (fun trajectory a -> Array.replicate (actionTokens trajectory) (float32 a)) trajectories advantages
        use numbers = perToken(fun _ number _ _ -> float32(number + 1))
        {
            LogProbOld = padded old dtype device
            LogProbReference = None
            Advantage = padded advantage dtype device
            Mask = perToken(fun _ _ _ _ -> 1.0f)
            Action = numbers.``to``(torch.int64)
            Answer = perToken(fun trajectory number length k -> if isAnswer trajectory number length k then 1.0f else 0.0f)
            Reward = perRow(trajectories |> Seq.map _.Reward)
            Searches = perRow(trajectories |> Seq.map(fun t -> float t.Searches.Length))
        }

    /// Tensors [R, N] of different N under one another, padded at the right by zeros.
    let stack (parts: torch.Tensor[]) =
        let width = parts |> Array.map(fun part -> part.shape[1]) |> Array.max
        let widen (part: torch.Tensor) =
            let missing = torch.zeros([| part.shape[0]; width - part.shape[1] |], dtype = part.dtype, device = part.device)
            torch.cat([| part; missing |], 1L)
        torch.cat(Array.map widen parts, 0L)

    /// Some rows of a batch, in the order given, without the columns that are padding in all of them.
    let rows (indexes: int[]) (batch: Batch) : Batch =
        use index = torch.tensor(Array.map int64 indexes, [| int64 indexes.Length |]).``to``(batch.Mask.device)
        let width = batch.Mask.index_select(0L, index).sum(1L).max().ToDouble() |> int64 |> max 1L
        let ofRows (t: torch.Tensor) = t.index_select(0L, index)
        let ofTokens (t: torch.Tensor) = (ofRows t).narrow(1L, 0L, width)
        {
            LogProbOld = ofTokens batch.LogProbOld
            LogProbReference = Option.map ofTokens batch.LogProbReference
            Advantage = ofTokens batch.Advantage
            Mask = ofTokens batch.Mask
            Action = ofTokens batch.Action
            Answer = ofTokens batch.Answer
            Reward = ofRows batch.Reward
            Searches = ofRows batch.Searches
        }
