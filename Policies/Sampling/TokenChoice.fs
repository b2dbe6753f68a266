namespace Levee.Policies.Sampling

open Levee
open TorchSharp

/// Drawing tokens from the policy's distribution.
[<RequireQualifiedAccess>]
module TokenChoice =
    /// The largest uniform number to draw with: the largest below 1 whose product with any total stays below that total in float64, so that the
    /// draw never passes the last token that has a probability.
    let largest = 1.0 - 2.0 ** -52.0

    /// Weights [B, vocabulary], with zero in place of those below a bound [B, 1].
    let private from (bound: torch.Tensor) (weights: torch.Tensor) = weights.masked_fill(weights.lt bound, 0.0)

    /// The least of the weights whose heavier ones together stay below a share of the total, [B, 1]. `heaviest` are the largest weights in
    /// descending order, as many as may be kept.
    let private shareBound (share: float) (heaviest: torch.Tensor) (weights: torch.Tensor) =
        let before = heaviest.cumsum(1L, torch.float64) - heaviest
        let total = weights.sum(1L, true, torch.float64)
        heaviest.masked_fill(before.ge(total * share), infinity).amin([| 1L |], true)

    // These nearly always reach a share; sorting a whole vocabulary costs many times as much.
    let private few = 1024L

    /// The largest weights of each row in descending order, enough of them to reach a share of its total.
    let private heaviestFor (share: float) (weights: torch.Tensor) =
        let sorted () =
            let struct (sorted, _) = weights.sort(1L, true)
            sorted
        let areEnough (top: torch.Tensor) =
            (top.sum(1L, true, torch.float64).ge(weights.sum(1L, true, torch.float64) * share)).all().ToBoolean()
        // On a GPU the question would wait for the device.
        if weights.shape[1] <= few || weights.device_type <> DeviceType.CPU then
            sorted()
        else
            let struct (top, _) = weights.topk(int few)
            if areEnough top then top else sorted()

    /// Probabilities [B, vocabulary] with zero for the tokens that the options leave out.
    let keep (options: SamplingOptions) (probabilities: torch.Tensor) =
        let heaviest, weights =
            match options.TopK with
            | Some k when int64 k < probabilities.shape[1] ->
                let struct (heaviest, _) = probabilities.topk k
                Some heaviest, from (heaviest.narrow(1L, int64 k - 1L, 1L)) probabilities
            | _ -> None, probabilities
        let weights =
            if options.TopP = 1.0 then
                weights
            else
                let heaviest = heaviest |> Option.defaultWith(fun () -> heaviestFor options.TopP weights)
                from (shareBound options.TopP heaviest weights) weights
        if options.MinP = 0.0 then
            weights
        else
            from (weights.amax([| 1L |], true) * options.MinP) weights

    /// Chooses a token a row, [B, 1], and its log-probability, [B, 1], given logits [B, vocabulary] and uniform numbers float64 [B, 1]: among those
    /// kept the first token at which the cumulative distribution passes the number; at temperature 0 the likeliest token. In float32 at least.
    let choose (options: SamplingOptions) (uniform: torch.Tensor) (logits: torch.Tensor) =
        let logits = Tensors.widened logits
        if options.Temperature = 0.0 then
            let tokens = logits.argmax(1L, true)
            struct (tokens, torch.nn.functional.log_softmax(logits, -1L).gather(1L, tokens))
        else
            let scaled =
                if options.Temperature = 1.0 then
                    logits
                else
                    logits / max SamplingOptions.leastTemperature options.Temperature
            let probabilities = torch.nn.functional.softmax(scaled, -1L)
            let cumulative = (keep options probabilities).cumsum(1L, torch.float64)
            let total = cumulative.narrow(1L, cumulative.shape[1] - 1L, 1L)
            let tokens = torch.searchsorted(cumulative, uniform * total, right = true)
            // Logits that are no numbers are found behind the last token: the log-probability tells.
            let tokens = tokens.clamp_max((cumulative.shape[1] - 1L).ToScalar())
            struct (tokens, probabilities.gather(1L, tokens).log())
