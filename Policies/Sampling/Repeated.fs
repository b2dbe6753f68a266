namespace Levee.Policies.Sampling

open System
open Levee.Interop.TorchExtras
open TorchSharp

/// Work that is done again and again on the same tensors, at the same places.
type internal Repeated(device: torch.Device, work: unit -> unit) =
    let graph =
        if device.``type`` = DeviceType.CUDA then
            // The first launch of the work loads and allocates, which cannot be recorded.
            for _ in 1..3 do
                work()
            Some(CudaGraph.Record work)
        else
            None

    /// Does the work: on a GPU as one CUDA graph.
    member _.Run() =
        match graph with
        | Some graph -> graph.Replay()
        | None -> work()

    interface IDisposable with
        member _.Dispose() = graph |> Option.iter _.Dispose()

/// One token a row as repeated work: what it reads and writes.
type internal RepeatedStep = {
    /// The cache that it reads and writes, and how many columns of it.
    Cache: KvCache
    Width: int
    /// int64 [B, 1], the last tokens, and where they stand.
    Tokens: torch.Tensor
    Positions: torch.Tensor
    /// float64 [B, 1].
    Uniform: torch.Tensor
    /// float64 [B, 2], the tokens drawn and their log-probabilities.
    Drawn: torch.Tensor
    Work: Repeated
} with

    interface IDisposable with
        member this.Dispose() =
            (this.Work :> IDisposable).Dispose()
            for tensor in [ this.Tokens; this.Positions; this.Uniform; this.Drawn ] do
                tensor.Dispose()
