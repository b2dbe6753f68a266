namespace Levee.Policies.Sampling

open System
open Levee
open Levee.Policies.Transformer

/// Settings for how a policy writes. The filters leave out unlikely tokens one after the other, in transformers' order: `TopK`, then `TopP` on what that
/// leaves, then `MinP` on what both leave. vLLM's V1 engine takes `MinP` first, which may keep fewer: of 0.5, 0.3, 0.11 and 0.09 with `TopP` 0.85 and
/// `MinP` 0.2, three tokens are kept here and two there. Tokens as likely as the last one that a filter keeps are kept with it.
///
/// Log-probabilities are those of the whole softmax(logits / temperature), whatever is left out: what training compares with.
type SamplingOptions = {
    /// Tokens are drawn from softmax(logits / temperature), from 0. At 0 the likeliest token is taken, and its log-probability is that at temperature 1. A
    /// temperature above 0 and below `SamplingOptions.leastTemperature` is replaced by that one, whose distribution is the same: all on the likeliest token.
    Temperature: float
    /// Keeps so many of the likeliest tokens, from 1.
    TopK: int option
    /// Keeps the fewest likeliest tokens whose share reaches this, in (0, 1]; 1 keeps all.
    TopP: float
    /// Keeps tokens that are at least so likely relative to the likeliest, in [0, 1]; 0 keeps all.
    MinP: float
    /// Rows that are written at a time, from 1; further ones wait until a row has finished. None writes all at once.
    MaxSequences: int option
    /// The largest number of tokens of context, padding included, that are read at once, from 1: what bounds the memory for reading prompts.
    PassTokens: int
    /// True when the writing of a token is prepared once and repeated at the same places: on a GPU as a CUDA graph, which spares small batches the launch
    /// of each operation. Results are the same up to rounding.
    CudaGraphs: bool
}

[<RequireQualifiedAccess>]
module SamplingOptions =
    /// The policy itself: temperature 1, no filter; all rows at once, 8192 tokens of context at a time.
    let defaults = {
        Temperature = 1.0
        TopK = None
        TopP = 1.0
        MinP = 0.0
        MaxSequences = None
        PassTokens = 8192
        CudaGraphs = false
    }

    /// The smallest temperature that logits are divided by, 1e-30: quotients of logits up to 1e8 are numbers in float32.
    let leastTemperature = 1e-30

    /// The policy itself at another temperature; 0 is greedy.
    let at temperature = { defaults with Temperature = temperature }

    /// Gives the options back. Raises `ArgumentException` where one is out of its range.
    let validate options =
        let within isMet name (value: obj) range = Setting.demand isMet $"{name} is {value}; it must be {range}."
        let atLeastOne name (count: int) = within (count >= 1) name count "1 or above"
        let t, p, m = options.Temperature, options.TopP, options.MinP
        within (t >= 0.0 && Double.IsFinite t) (nameof options.Temperature) t "0 (greedy) or above"
        Option.iter (atLeastOne(nameof options.TopK)) options.TopK
        within (p > 0.0 && p <= 1.0) (nameof options.TopP) p "above 0 and at most 1 (no filter)"
        within (m >= 0.0 && m <= 1.0) (nameof options.MinP) m "from 0 (no filter) to 1"
        Option.iter (atLeastOne(nameof options.MaxSequences)) options.MaxSequences
        atLeastOne (nameof options.PassTokens) options.PassTokens
        options
