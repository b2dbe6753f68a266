namespace Levee

open System
open System.Collections.Generic
open System.Threading

/// A request to a sampler: the next turn to write for one episode.
type TurnRequest = {
    /// The episode's row in the session.
    Row: int
    /// Tokens to append to the episode's context before writing: the prompt the first time, the observation later.
    Context: int[]
    /// The largest number of tokens to write; at least 1.
    Limit: int
}

/// A turn that a sampler has written for an episode.
type WrittenTurn = {
    /// The episode's row in the session.
    Row: int
    /// The tokens as sampled, one at least.
    Tokens: int[]
    /// The log-probability of each token under the policy.
    LogProbs: float32[]
}

/// The tokens that a session has put through its model so far; padding is not counted.
type SamplerWork = {
    /// Tokens of context that were read. Each context but a row's first adds one: the last token that was written before it.
    Prefilled: int64
    /// Tokens of context that were not read, because another row had begun with the same prompt.
    Shared: int64
    /// Tokens that were sampled.
    Sampled: int64
}

/// A policy writing a batch of episodes turn by turn, keeping the context of each between turns. Rows come and go independently: each is named when
/// it is to write, and given back when its turn is over.
type ISamplerSession =
    inherit IDisposable

    /// Takes up the turns asked for, beside those under way, and writes until half of all turns that have a place in the batch are over; gives back those
    /// that are, one at least, in order of row. Nothing is given back where no turn is under way. `ended` is asked after each token of a row whether the
    /// turn (its tokens so far) is over. A row that was given back and that the next call does not name has finished: its place is free.
    ///
    /// The tokens that are written depend on the calls alone, never on time. After cancellation the next call writes on, without naming the turns again.
    abstract Write: requests: TurnRequest[] * ended: (int -> IReadOnlyList<int> -> bool) * cancellation: CancellationToken -> WrittenTurn[]

    /// The work done so far.
    abstract Work: SamplerWork

/// A policy as a rollout sees it.
type ISampler =
    /// Opens a session with one row a seed; the tokens of a row depend on its context and its seed alone, up to rounding.
    abstract Open: seeds: Seed[] -> ISamplerSession

    /// The largest number of tokens of context and writing together that a row may reach.
    abstract ContextLimit: int
