namespace Levee.Policies.Transformer

open TorchSharp

/// Settings for scoring tokens.
type LogProbSettings = {
    /// The number that logits are divided by; above 0.
    Temperature: float
    /// The largest number of tokens whose logits exist at a time; at least 1.
    ChunkSize: int
}

/// The policy's scores of M chosen tokens.
type TokenScores = {
    /// [M] log-probability of each token.
    LogProb: torch.Tensor
    /// [M] entropy in nats of the distribution that each token was chosen from.
    Entropy: torch.Tensor
    /// [M, vocabulary] all log-probabilities, kept for the backward pass where everything fitted into one chunk.
    Kept: torch.Tensor option
}

/// Log-probabilities and entropies through the head, and their gradient, without ever holding more than a chunk of [tokens,
/// vocabulary]. The gradient is written out, so that nothing of that size is kept by a graph either.
[<RequireQualifiedAccess>]
module LogProbs =
    /// Temperature 1, chunks of 4096 tokens.
    val defaults: LogProbSettings

    /// Settings at a temperature, with chunks as large as a vocabulary allows.
    val forVocabulary: temperature: float -> size: int -> LogProbSettings

    /// First row and number of rows of each chunk of at most `size` of `count` rows.
    val internal chunks: size: int -> count: int64 -> (int64 * int64)[]

    /// Scores `targets` int64 [M] given the final hidden states [M, width] that predict them and the head's weight [vocabulary,
    /// width]. The results have no graph: they are numbers, and their gradient goes back through `backward`.
    val evaluate: settings: LogProbSettings -> head: torch.Tensor -> hidden: torch.Tensor -> targets: torch.Tensor -> TokenScores

    /// The sum over the vocabulary of the squared probabilities of each of M distributions, [M], given the final hidden states [M, width] that they come from
    /// and the head's weight.
    val squares: settings: LogProbSettings -> head: torch.Tensor -> hidden: torch.Tensor -> torch.Tensor

    /// Numbers of a product in half precision that exist at a time before they are added to what is in float32.
    val productAtATime: int

    /// Carries the gradient of a scalar L back through the head: from dL/d(log-probability) [M], and dL/d(entropy) [M] where L depends on it, to
    /// dL/d(hidden) [M, width], for `hidden.backward`. What belongs to the head's weight is added to
    /// `headGradient` [vocabulary, width], where there is one; in float32 beside a head of half precision, so that chunks add up. `scored` is what `evaluate` gave for the same arguments.
    val backward:
        settings: LogProbSettings ->
        head: torch.Tensor ->
        headGradient: torch.Tensor option ->
        hidden: torch.Tensor ->
        targets: torch.Tensor ->
        scored: TokenScores ->
        logProbGradient: torch.Tensor ->
        entropyGradient: torch.Tensor option ->
            torch.Tensor
