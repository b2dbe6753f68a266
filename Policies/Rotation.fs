namespace Levee

open System
open TorchSharp

/// Tables of rotary position embedding (Su et al., arXiv 2104.09864) in transformers' half-split convention: dimension i turns
/// together with dimension i + headWidth / 2.
type Rotation = {
    /// [positions, 1, headWidth].
    Cosine: torch.Tensor
    /// [positions, 1, headWidth]; negative in the first half.
    Sine: torch.Tensor
} with

    interface IDisposable with
        member this.Dispose() =
            this.Cosine.Dispose()
            this.Sine.Dispose()

[<RequireQualifiedAccess>]
module Rotation =
    /// Tables for positions 0 to `positions` - 1. Both carry headWidth^(-1/4), so that the product of a rotated query and a rotated
    /// key comes out divided by sqrt(headWidth), as attention wants it.
    let create (architecture: Architecture) (positions: int) (dtype: torch.ScalarType) (device: torch.Device) =
        use scope = torch.NewDisposeScope()
        let width = architecture.HeadWidth
        let frequency i = architecture.RopeBase ** (-2.0 * float(i % (width / 2)) / float width)
        let scale = float width ** -0.25

        let table (value: int -> float -> float) =
            let entries = [|
                for position in 0 .. positions - 1 do
                    for i in 0 .. width - 1 -> scale * value i (float position * frequency i)
            |]

            let table = torch.tensor(entries, [| int64 positions; 1L; int64 width |], dtype = torch.float64)
            scope.MoveToOuter(table.``to``(dtype, device))

        {
            Cosine = table(fun _ angle -> cos angle)
            Sine = table(fun i angle -> if i < width / 2 then -(sin angle) else sin angle)
        }

    /// The first `count` positions.
    let first (count: int64) (rotation: Rotation) = {
        Cosine = rotation.Cosine.narrow(0L, 0L, count)
        Sine = rotation.Sine.narrow(0L, 0L, count)
    }

    /// The tables' rows at some positions, int64 [...]: [..., 1, headWidth].
    let at (positions: torch.Tensor) (rotation: Rotation) =
        let shape = Array.append positions.shape [| 1L; -1L |]
        let flat = positions.reshape -1L
        let pick (table: torch.Tensor) = (table.index_select(0L, flat)).view shape
        { Cosine = pick rotation.Cosine; Sine = pick rotation.Sine }

    /// Turns heads [..., heads, headWidth] by the tables' rows.
    let apply (rotation: Rotation) (heads: torch.Tensor) =
        let turned = heads.roll(heads.shape[heads.shape.Length - 1] / 2L, -1L)
        torch.addcmul(heads * rotation.Cosine, turned, rotation.Sine, 1.0)
