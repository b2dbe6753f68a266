namespace Levee.Algorithms

open System
open Levee
open TorchSharp

/// Conversions between rows of numbers of different lengths, one number for each action token, and tensors [R, N] padded at the right.
[<RequireQualifiedAccess>]
module Padding =
    /// Each row's numbers as one tensor [R, N], padded at the right by zeros.
    let pad (dtype: torch.ScalarType) (device: torch.Device) (rows: float[][]) =
        let width = rows |> Seq.map Array.length |> Seq.fold max 1
        let flat = Array.zeroCreate<float>(rows.Length * width)
        rows |> Array.iteri(fun r row -> Array.blit row 0 flat (r * width) row.Length)
        use cpu = torch.tensor(flat, ReadOnlySpan [| int64 rows.Length; int64 width |])
        cpu.``to``(dtype).``to``(device)

    /// For each row of [R, N], its first numbers: as many as its trajectory has action tokens. Raises `ArgumentException` unless R is the number of
    /// trajectories and none has more than N action tokens.
    let unpad (trajectories: Trajectory[]) (values: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let longest = trajectories |> Seq.map Trajectory.actionTokens |> Seq.fold max 0
        Shape.demandRows "values" trajectories.Length longest values
        let width = int values.shape[1]
        let flat = values.``to``(torch.float64).cpu().contiguous().data<float>().ToArray()
        trajectories |> Array.mapi(fun r t -> flat[r * width .. r * width + Trajectory.actionTokens t - 1])

    /// Tensors [R, N] of different N stacked along the rows, padded at the right by zeros. Raises `ArgumentException` where one has not two dimensions.
    let stack (parts: torch.Tensor[]) =
        let width = parts |> Array.map(fun part -> (Shape.ofMatrix "A part" part)[1]) |> Array.max
        let widen (part: torch.Tensor) =
            let missing = torch.zeros([| part.shape[0]; width - part.shape[1] |], dtype = part.dtype, device = part.device)
            torch.cat([| part; missing |], 1L)
        torch.cat(Array.map widen parts, 0L)

    /// The result of `score` for trajectories, [R, N], computed for `size` of them at a time. Raises `ArgumentException` where a result has not a row for
    /// each.
    let inParts size (score: Trajectory[] -> torch.Tensor) (trajectories: Trajectory[]) =
        let scored (part: Trajectory[]) =
            let scores = score part
            Shape.demandRows "The result of score" part.Length 0 scores
            scores
        trajectories |> Array.chunkBySize size |> Array.map(fun part -> Tensors.scoped(fun () -> scored part)) |> stack
