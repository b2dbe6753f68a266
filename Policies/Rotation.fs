namespace Levee.Policies

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
    /// The speed of each pair of dimensions, in radians a position: base^(-2i / headWidth), stretched where the architecture asks for it.
    let frequencies (architecture: Architecture) =
        let width = architecture.HeadWidth
        let stretch scaling frequency =
            let turns = scaling.OriginalContext * frequency / (2.0 * Math.PI)
            let kept = (turns - scaling.LowFrequency) / (scaling.HighFrequency - scaling.LowFrequency)
            let kept = min 1.0 (max 0.0 kept)
            frequency * (kept + (1.0 - kept) / scaling.Factor)
        Array.init (width / 2) (fun i -> architecture.RopeBase ** (-2.0 * float i / float width))
        |> Array.map(architecture.RopeScaling |> Option.map stretch |> Option.defaultValue id)

    /// Tables for positions 0 to `positions` - 1. Both carry headWidth^(-1/4), so that the product of a rotated query and a rotated
    /// key comes out divided by sqrt(headWidth), as attention wants it.
    let create (architecture: Architecture) (positions: int) (dtype: torch.ScalarType) (device: torch.Device) =
        use scope = torch.NewDisposeScope()
        let scale = float architecture.HeadWidth ** -0.25
        let positions = torch.arange(int64 positions, dtype = torch.float64)
        let angles = positions.unsqueeze 1L * torch.tensor(frequencies architecture)
        let table (first: torch.Tensor) (second: torch.Tensor) =
            let both = torch.cat([| first; second |], 1L).unsqueeze(1L) * scale
            scope.MoveToOuter(both.``to``(dtype, device))
        let cosine, sine = angles.cos(), angles.sin()
        { Cosine = table cosine cosine; Sine = table (sine.neg()) sine }

    /// Tables that share the memory of these.
    let share (rotation: Rotation) = {
        Cosine = rotation.Cosine.detach().DetachFromDisposeScope()
        Sine = rotation.Sine.detach().DetachFromDisposeScope()
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
