namespace Levee.Policies.Sampling

open Levee
open Levee.Interop.TorchExtras
open Levee.Policies.Transformer
open TorchSharp

/// Policies that write.
[<RequireQualifiedAccess>]
module Sampling =
    /// A sampler over a model, whose weights must not be updated while a session is open. Raises `ArgumentException` that names the option where
    /// one is out of its range.
    let create (options: SamplingOptions) (model: Model) =
        let options = SamplingOptions.validate options
        if options.CudaGraphs && model.Parameters.Values.device_type = DeviceType.CUDA && not CudaGraph.IsAvailable then
            Setting.refuse "Graphs need the extras library (docs/gpu.md): build it, or leave them out."
        {
            new ISampler with
                member _.Open seeds = new SamplerSession(model, options, seeds)
                member _.ContextLimit = model.Parameters.Architecture.ContextLimit
        }
