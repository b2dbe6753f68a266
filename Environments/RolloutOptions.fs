namespace Levee.Environments

open System
open Levee

/// Settings for sampling episodes.
type RolloutOptions = {
    /// Turns whose action is carried out; at least 1.
    MaxTurns: int
    /// True when a policy that has used up these turns may write once more, to answer; a tool call is not carried out then.
    FinalTurn: bool
    /// The largest number of tokens a turn; at least 1.
    TurnTokens: int
    /// The largest number of tokens of one observation; at least 1. Beyond it, text from elsewhere is cut at its end, and the
    /// protocol's own text last.
    ObservationTokens: int
    /// Tokens that end a turn besides the environment's stop texts. A learning task without any takes those that the policy's files name.
    StopTokens: int list
    /// Judges each episode; where it fails, the trajectory has a `Fault` in place of a reward.
    Reward: Reward
}

[<RequireQualifiedAccess>]
module RolloutOptions =
    /// The paper's training recipe (arXiv 2512.04220): three search turns and a final one, 500 tokens a turn and an observation,
    /// exact match. No stop tokens of its own.
    let defaults = {
        MaxTurns = 3
        FinalTurn = true
        TurnTokens = 500
        ObservationTokens = 500
        StopTokens = []
        Reward = Reward.exactMatch
    }

    /// Gives the options back. Raises `ArgumentException` where one is out of its range.
    let validate options =
        let atLeastOne name value =
            if value < 1 then
                Setting.refuse $"{name} {value} is out of range: give 1 or more."
        atLeastOne (nameof options.MaxTurns) options.MaxTurns
        atLeastOne (nameof options.TurnTokens) options.TurnTokens
        atLeastOne (nameof options.ObservationTokens) options.ObservationTokens
        options
