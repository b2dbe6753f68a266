namespace Levee

/// Policies that write.
[<RequireQualifiedAccess>]
module Sampling =
    /// A sampler over a model, whose weights must not be updated while a session is open. Raises `ArgumentException` that names the option where
    /// one is out of its range.
    let create (options: SamplingOptions) (model: Model) =
        let options = SamplingOptions.validate options

        {
            new ISampler with
                member _.Open seeds = new SamplerSession(model, options, seeds)
                member _.ContextLimit = model.Parameters.Architecture.ContextLimit
        }
