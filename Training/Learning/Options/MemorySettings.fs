namespace Levee.Training.Learning

open Levee

/// The precision in which the weights of a policy in training are kept.
[<RequireQualifiedAccess>]
type Precision =
    | Float32
    /// The model computes in bfloat16; the optimiser keeps the weights, and its moments, in float32 besides, so that small updates add up.
    | BFloat16

[<RequireQualifiedAccess>]
module Precision =
    /// The type as torch has it.
    let dtype precision =
        match precision with
        | Precision.Float32 -> TorchSharp.torch.float32
        | Precision.BFloat16 -> TorchSharp.torch.bfloat16

/// What a run takes of memory against time. But for `Precision`, results change by rounding alone.
type MemorySettings = {
    Precision: Precision
    /// Trajectories held in memory with their graph at a time (verl's `ppo_micro_batch_size`).
    MicroBatchSize: int
    /// Trajectories sampled at a time (vLLM's `max_num_seqs`); when one has finished, the next takes its place. None samples all of a step's at once.
    /// Bounds the memory of keys and values.
    MaxSequences: int option
    /// True when sequences are trained on one behind the other, without padding; pays where lengths differ much.
    Packing: bool
    /// True when each layer is computed again in the backward pass instead of being kept: a third more time, for the memory of one layer instead of
    /// all.
    GradientCheckpointing: bool
    /// True when the sampling of a token is recorded as a CUDA graph (docs/gpu.md).
    CudaGraphs: bool
}

[<RequireQualifiedAccess>]
module MemorySettings =
    /// float32, 5 trajectories at a time, all of a step's sampled at once.
    let defaults = {
        Precision = Precision.Float32
        MicroBatchSize = 5
        MaxSequences = None
        Packing = false
        GradientCheckpointing = false
        CudaGraphs = false
    }

    /// Raises `ArgumentException` that says which setting is out of range and what would do.
    let validate (memory: MemorySettings) =
        Setting.atLeast 1 "microBatchSize" memory.MicroBatchSize
        Option.iter (Setting.atLeast 1 "maxSequences") memory.MaxSequences
