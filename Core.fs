namespace Levee

/// A question of the task, as FlashRAG's files have it.
type Question = {
    Id: string
    /// The question itself; ends in '?'.
    Text: string
    /// Every answer that counts as right; at least one.
    GoldenAnswers: string list
    /// The item's `metadata` object as JSON text; empty where the file has none.
    Metadata: string
}

/// A contiguous stretch of a trajectory's tokens, by its author. Training on tool output is unrepresentable: only an
/// `Action` carries log-probabilities.
type Segment =
    /// The prompt: the tokens that the policy was given first.
    | Prompt of tokens: int[]
    /// One turn of the policy: its tokens as sampled, never decoded and re-encoded, with the log-probability of each under the policy that sampled it. Both
    /// arrays have the same length.
    | Action of tokens: int[] * logProb: float32[]
    /// The tokens that the environment inserted in answer to an action. They are context only.
    | Observation of tokens: int[]

/// The reason why a trajectory ended. Where a token limit cut the last action off, that limit is the reason, whatever the action said by then.
type EndReason =
    /// The policy gave an answer.
    | Answered
    /// The last allowed turn was used up without an answer.
    | TurnLimit
    /// The context was full: it had no room for the rest of the last action, or for another turn.
    | LengthLimit
    /// The last action was cut off at the largest number of tokens that a turn may have, and no turn followed.
    | TurnTokenLimit

/// One call of the search engine that was carried out.
type SearchCall = {
    /// The turn (0-based) whose action made the call.
    Turn: int
    Query: string
    /// Identifiers of the documents shown, best first; empty when the retriever failed.
    Documents: string list
    /// The retriever's error, where it failed; the episode went on without documents.
    Failure: string option
}

/// The failure of a reward function that left a trajectory without a reward: it gave no finite number, or threw.
type RewardFault = {
    /// The reward function's name; empty where it has none.
    Function: string
    /// The faulty result: "NaN", an infinity, or the type and message of what the function threw.
    Gave: string
}

/// One sampled episode: a question, what was written and inserted, and how it was judged.
type Trajectory = {
    Question: Question
    /// One `Prompt`, then `Action`s and `Observation`s in turn; an `Observation` is always followed by an `Action`.
    Segments: Segment list
    /// Outcome reward of the whole trajectory; NaN where it could not be judged.
    Reward: float
    /// The failure that left it without a reward, if any. Such a trajectory is left out of its group before anything is estimated (`Judgement`).
    Fault: RewardFault option
    End: EndReason
    /// The text of the final answer, where one was given.
    Answer: string option
    /// The number of tokens at the end of the last action that make up the final answer span, `<answer>` to `</answer>`; 0 without an answer.
    AnswerTokens: int
    /// For each action in order, the number of tokens at its end that make up a call of a tool, `<search>` to `</search>`; 0 where it made none.
    CallTokens: int list
    Searches: SearchCall list
    /// Actions that were neither a search nor an answer.
    InvalidActions: int
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Trajectory =
    /// A trajectory of nothing, ended and judged 0: what one that no rollout made is written from.
    let empty: Trajectory = {
        Question = { Id = ""; Text = ""; GoldenAnswers = []; Metadata = "" }
        Segments = []
        Reward = 0.0
        Fault = None
        End = Answered
        Answer = None
        AnswerTokens = 0
        CallTokens = []
        Searches = []
        InvalidActions = 0
    }

    /// True when a response counts as correct: a positive outcome reward.
    let isCorrect (trajectory: Trajectory) = trajectory.Reward > 0.0

    /// The actions of a trajectory with their log-probabilities, in order.
    let actions (trajectory: Trajectory) =
        trajectory.Segments
        |> List.choose(function
            | Action(tokens, logProb) -> Some(tokens, logProb)
            | Prompt _
            | Observation _ -> None)

    /// True when a response was cut off at a token limit, the turn's or the context's, so that its outcome says nothing of its quality.
    let isTruncated (trajectory: Trajectory) =
        match trajectory.End with
        | LengthLimit
        | TurnTokenLimit -> true
        | Answered
        | TurnLimit -> false

    /// Log-probabilities of a trajectory's action tokens as sampled, in order.
    let logProbs trajectory = actions trajectory |> List.map snd |> Array.concat

    /// Number of tokens that the policy wrote.
    let actionTokens trajectory = actions trajectory |> List.sumBy(fun (tokens, _) -> tokens.Length)

    /// Number of tokens of all segments together.
    let length (trajectory: Trajectory) =
        trajectory.Segments
        |> List.sumBy(function
            | Prompt tokens
            | Action(tokens, _)
            | Observation tokens -> tokens.Length)

    /// The trajectory from the environment's side: observations as actions, without log-probabilities that say anything, and actions as observations, so that
    /// what scores actions scores observations.
    let observed (trajectory: Trajectory) = {
        trajectory with
            Segments =
                trajectory.Segments
                |> List.map(function
                    | Prompt tokens -> Prompt tokens
                    | Observation tokens -> Action(tokens, Array.zeroCreate tokens.Length)
                    | Action(tokens, _) -> Observation tokens)
    }

    /// For each action token of a trajectory, 1 where it is among the last `tail` tokens of its action, else 0.
    let private tails (tail: int list) trajectory =
        let ofAction count (tokens: int[], _) = Array.init tokens.Length (fun k -> if k >= tokens.Length - count then 1.0f else 0.0f)
        actions trajectory
        |> List.mapi(fun number -> ofAction(tail |> List.tryItem number |> Option.defaultValue 0))
        |> Array.concat

    /// For each action token, 1 where it belongs to the final answer span, else 0.
    let answerMask (trajectory: Trajectory) =
        match (actions trajectory).Length with
        | 0 -> [||]
        | count -> trajectory |> tails(List.replicate (count - 1) 0 @ [ trajectory.AnswerTokens ])

    /// For each action token, 1 where it belongs to a call of a tool, else 0.
    let callMask (trajectory: Trajectory) = tails trajectory.CallTokens trajectory

    /// For each action token, the number of its action, from 1.
    let actionNumbers trajectory =
        actions trajectory
        |> List.mapi(fun number (tokens, _) -> Array.replicate tokens.Length (float32(number + 1)))
        |> Array.concat

/// The trajectories sampled for one question.
type Group = Trajectory[]
