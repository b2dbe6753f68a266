namespace Levee

open TorchSharp

/// Drawing tokens from the policy's distribution.
[<RequireQualifiedAccess>]
module internal TokenChoice =
    /// The largest number below 1 whose product with any total stays below that total in float64, so that the draw never passes the last
    /// token that has a probability.
    let largest = 1.0 - 2.0 ** -52.0

    /// Chooses a token a row, [B, 1], and its log-probability, [B, 1], given logits [B, vocabulary] and uniform numbers float64 [B, 1]:
    /// the first token at which the cumulative distribution passes the number; at temperature 0 the likeliest token.
    let choose temperature (uniform: torch.Tensor) (logits: torch.Tensor) =
        if temperature = 0.0 then
            let tokens = logits.argmax(1L, true)
            struct (tokens, torch.nn.functional.log_softmax(logits, -1L).gather(1L, tokens))
        else
            let scaled = if temperature = 1.0 then logits else logits / temperature
            let probabilities = torch.nn.functional.softmax(scaled, -1L)
            let cumulative = probabilities.cumsum(1L, torch.float64)
            let total = cumulative.narrow(1L, cumulative.shape[1] - 1L, 1L)
            let tokens = torch.searchsorted(cumulative, uniform * total, right = true)
            // Logits that are no numbers are found behind the last token: the log-probability tells.
            let tokens = tokens.clamp_max((cumulative.shape[1] - 1L).ToScalar())
            struct (tokens, probabilities.gather(1L, tokens).log())
