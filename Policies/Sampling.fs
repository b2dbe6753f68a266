namespace Levee

open System

/// Policies that write.
[<RequireQualifiedAccess>]
module Sampling =
    /// A sampler over a model, whose weights must not be updated while a session is open. Temperature 0 takes the likeliest token, and
    /// reports its log-probability at temperature 1; otherwise tokens are drawn from softmax(logits / temperature), and
    /// log-probabilities are that distribution's. Raises `ArgumentException` for a temperature below 0.
    let create (temperature: float) (model: Model) =
        if not(temperature >= 0.0 && Double.IsFinite temperature) then
            invalidArg (nameof temperature) $"The temperature is {temperature}; it must be 0 (greedy) or above."

        {
            new ISampler with
                member _.Open seeds = new SamplerSession(model, temperature, seeds)
                member _.ContextLimit = model.Parameters.Architecture.ContextLimit
        }
