namespace Levee.Environments

open System
open Levee
open Levee.Algorithms.Estimators

/// An episode under way; lists have the latest first.
type internal Episode = {
    Row: int
    Question: Question
    Segments: Segment list
    Turns: Turn list
    Searches: SearchCall list
    InvalidActions: int
    Answer: string option
    AnswerTokens: int
    CallTokens: int list
    /// The number of tokens of all segments, with those that are still to be given to the policy.
    Length: int
    /// The tokens to give the policy next, or the reason why there is no next turn.
    Next: Result<int[], EndReason>
}

[<RequireQualifiedAccess>]
module internal Episode =
    /// The number of tokens at the end of an action that make up its answer or its call: the fewest whose text has the span in it.
    let private spanTokens (tokenizer: ITokenizer) (action: int[]) (span: string) =
        seq { 1 .. action.Length }
        |> Seq.tryFind(fun count -> tokenizer.Decode(action[action.Length - count ..]).Contains(span, StringComparison.Ordinal))
        |> Option.defaultValue action.Length

    let start (tokenizer: ITokenizer) (environment: IEnvironment) row question =
        let prompt = environment.Prompt question |> Piece.encode tokenizer
        {
            Row = row
            Question = question
            Segments = [ Segment.Prompt prompt ]
            Turns = []
            Searches = []
            InvalidActions = 0
            Answer = None
            AnswerTokens = 0
            CallTokens = []
            Length = prompt.Length
            Next = Ok prompt
        }

    let finish (options: RolloutOptions) episode =
        let transcript = { Turns = List.rev episode.Turns; Answer = episode.Answer; InvalidActions = episode.InvalidActions }
        let reward, fault =
            match Judgement.attempt (Reward.name options.Reward) (fun () -> options.Reward episode.Question transcript) with
            | Ok reward -> reward, None
            | Error fault -> nan, Some fault
        {
            Question = episode.Question
            Segments = List.rev episode.Segments
            Reward = reward
            Fault = fault
            End =
                match episode.Next with
                | Error reason -> reason
                | Ok _ -> invalidOp "The episode has not ended."
            Answer = episode.Answer
            AnswerTokens = episode.AnswerTokens
            CallTokens = List.rev episode.CallTokens
            Searches = List.rev episode.Searches
            InvalidActions = episode.InvalidActions
        }

    /// Ends an episode whose context is full.
    let checkRoom contextLimit (episode: Episode) =
        match episode.Next with
        | Ok _ when episode.Length >= contextLimit -> { episode with Next = Error LengthLimit }
        | _ -> episode

    /// The reason why an episode ends, whose last action has been taken up already: the token limit that cut that action off, or else the reason given.
    let private endReason contextLimit isCut reason episode =
        if not isCut then reason
        elif episode.Length >= contextLimit then LengthLimit
        else TurnTokenLimit

    /// Gives feedback to an episode that goes on. Without a turn left, or without room for it and an action after it, it is dropped.
    let private observe options tokenizer contextLimit isLast isCut action feedback (episode: Episode) =
        let ending reason = { episode with Turns = { Action = action; Feedback = [] } :: episode.Turns; Next = Error reason }
        if isLast then
            ending(endReason contextLimit isCut TurnLimit episode)
        else
            let tokens = Piece.encodeWithin options.ObservationTokens tokenizer feedback
            let length = episode.Length + tokens.Length
            if length >= contextLimit then
                ending LengthLimit
            else
                {
                    episode with
                        Turns = { Action = action; Feedback = feedback } :: episode.Turns
                        Segments = Segment.Observation tokens :: episode.Segments
                        Length = length
                        Next = Ok tokens
                }

    /// Takes up an action and what it led to; `isCut` says that a token limit ended it.
    let advance options tokenizer contextLimit isLast isCut (text: string) (tokens: int[]) logProb outcome (episode: Episode) =
        let episode = {
            episode with
                Segments = Segment.Action(tokens, logProb) :: episode.Segments
                Length = episode.Length + tokens.Length
        }
        let observe = observe options tokenizer contextLimit isLast isCut text
        let called count (episode: Episode) = { episode with CallTokens = count :: episode.CallTokens }
        match outcome with
        | Outcome.Answer(answer, span) -> {
            called 0 episode with
                Turns = { Action = text; Feedback = [] } :: episode.Turns
                Answer = Some answer
                AnswerTokens = spanTokens tokenizer tokens span
                Next = Error(endReason contextLimit isCut Answered episode)
          }
        | Outcome.Feedback(feedback, searches, span) ->
            { episode with Searches = List.rev searches @ episode.Searches }
            |> called(spanTokens tokenizer tokens span)
            |> observe feedback
        | Outcome.Invalid notice -> { episode with InvalidActions = episode.InvalidActions + 1 } |> called 0 |> observe notice
