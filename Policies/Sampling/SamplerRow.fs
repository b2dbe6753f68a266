namespace Levee.Policies.Sampling

open System.Collections.Generic
open Levee
open Levee.Algorithms.Estimators
open Levee.Policies

/// The state of a row of a session.
[<RequireQualifiedAccess>]
type internal Stage =
    /// The row has not been asked to write yet.
    | Fresh
    /// The row was asked to write, and there is no place for it in the batch yet.
    | Waiting
    /// The row has a place; its context is to be read.
    | Entering
    | Writing
    /// The row's turn is over, and has not been given back yet.
    | Over
    /// The row's turn was given back.
    | Resting
    /// The row was not named again after its turn was given back: it has finished.
    | Left

/// One row of a session. Once it has written, the last token of its last turn is the one token that the model has not read.
type internal SamplerRow = {
    Number: int
    Seed: Seed
    mutable Stage: Stage
    /// Its row in the cache, where it has one.
    mutable Place: int
    /// Tokens in the cache.
    mutable Length: int
    /// The tokens to be read before the row writes.
    mutable Context: int[]
    /// The largest number of tokens of the turn.
    mutable Limit: int
    /// Tokens sampled so far, over all turns.
    mutable Drawn: int
    /// The tokens of the turn, and their log-probabilities.
    Tokens: List<int>
    LogProbs: List<float32>
}

[<RequireQualifiedAccess>]
module internal SamplerRow =
    let fresh number seed = {
        Number = number
        Seed = seed
        Stage = Stage.Fresh
        Place = -1
        Length = 0
        Context = [||]
        Limit = 0
        Drawn = 0
        Tokens = List()
        LogProbs = List()
    }

    /// The tokens that it has written and the model has not read.
    let unread row =
        if row.Drawn = 0 then
            [||]
        else
            [| row.Tokens[row.Tokens.Count - 1] |]

    /// Begins a turn.
    let enter (request: TurnRequest) row =
        row.Context <- Array.append (unread row) request.Context
        row.Limit <- request.Limit
        row.Stage <- if row.Stage.IsFresh then Stage.Waiting else Stage.Entering
        row.Tokens.Clear()
        row.LogProbs.Clear()

    /// Notes a token of the turn.
    let note token logProb row =
        row.Tokens.Add token
        row.LogProbs.Add logProb
        row.Drawn <- row.Drawn + 1

    /// The turn just over.
    let written row : WrittenTurn = { Row = row.Number; Tokens = row.Tokens.ToArray(); LogProbs = row.LogProbs.ToArray() }

    /// Entering rows in bunches whose contexts one pass reads, `passTokens` at most with padding, the longest first; a context that is longer is
    /// alone. A bunch has groups of rows that begin with the same context, which is read once. At most half of a row is padding.
    let bunches passTokens (entering: SamplerRow[]) =
        let length (group: SamplerRow[]) = group[0].Context.Length
        // The latest bunch and, in it, the latest group come first.
        let add bunches group =
            match bunches with
            | bunch :: earlier when
                (let longest = length(List.last bunch)
                 longest <= 2 * length group && longest * (bunch.Length + 1) <= passTokens)
                ->
                (group :: bunch) :: earlier
            | _ -> [ group ] :: bunches
        entering
        |> Array.groupBy(fun row ->
            if row.Length = 0 then
                Choice1Of2 row.Context
            else
                Choice2Of2 row.Number)
        |> List.ofArray
        |> List.map snd
        |> List.sortByDescending length
        |> List.fold add []
        |> List.rev
        |> List.map(List.rev >> List.toArray)

    /// Raises `ArgumentException` that names the row and the reason where a request cannot be met.
    let check (architecture: Architecture) (rows: SamplerRow[]) (requests: TurnRequest[]) =
        for request in requests do
            let number = request.Row
            if number < 0 || number >= rows.Length then
                Setting.refuse $"Row {number} is not in this session, whose rows are 0 to {rows.Length - 1}."
            let row = rows[number]
            match row.Stage with
            | Stage.Fresh
            | Stage.Resting -> ()
            | Stage.Left -> Setting.refuse $"Row {number} was left out of an earlier call and has ended."
            | _ -> Setting.refuse $"Row {number} has not been given back: its turn is under way."
            if request.Limit < 1 then
                Setting.refuse $"Row {number} may write {request.Limit} tokens; a turn has at least 1."
            for token in request.Context do
                if token < 0 || token >= architecture.VocabularySize then
                    Setting.refuse
                        $"Row {number} is given token {token}; the policy's vocabulary ends at {architecture.VocabularySize - 1}."
            if row.Length = 0 && request.Context.Length = 0 then
                Setting.refuse $"Row {number} has no context: give it a prompt of at least one token."
            let needed = row.Length + (unread row).Length + request.Context.Length + request.Limit
            if needed > architecture.ContextLimit then
                Setting.refuse $"Row {number} would reach {needed} tokens; the policy's context holds {architecture.ContextLimit}."
        if (requests |> Array.distinctBy _.Row).Length < requests.Length then
            Setting.refuse "A row is named twice."
