namespace Levee.Environments

open System.Threading
open System.Threading.Tasks
open Levee

/// One turn of an episode, as text.
type Turn = {
    /// The text that the policy wrote.
    Action: string
    /// The environment's answer; empty after the last action.
    Feedback: Piece list
}

/// An episode as text: what a reward may judge. What the policy wrote and what it was given stay apart, so that nothing
/// retrieved can be taken for an answer.
type Transcript = {
    Turns: Turn list
    /// The final answer, where one was given.
    Answer: string option
    /// Actions that the protocol could not read.
    InvalidActions: int
}

[<RequireQualifiedAccess>]
module Transcript =
    let private render piece =
        match piece with
        | Piece.Markup text -> text
        | Piece.Plain text -> text.Replace("<", "&lt;")

    /// The whole response as one text: actions and feedback in turn. `<` in text from elsewhere is written `&lt;`, so that every
    /// tag left is the policy's or the protocol's.
    let text transcript =
        transcript.Turns |> List.collect(fun turn -> turn.Action :: List.map render turn.Feedback) |> String.concat ""

/// An action to carry out.
type ActionRequest = {
    Question: Question
    /// The turn, from 0.
    Turn: int
    /// The text that the policy wrote, decoded.
    Text: string
    /// True when no turn follows: only an answer still counts, and no tool is called.
    IsLast: bool
}

/// The result of an action.
[<RequireQualifiedAccess>]
type Outcome =
    /// The policy answered: the answer, and the stretch at the end of the action's text that states it, tags included.
    | Answer of answer: string * span: string
    /// A tool was called: what the policy is shown, the calls made (none, and nothing shown, on the last turn), and the stretch at the end of the action's text
    /// that called it, tags included.
    | Feedback of feedback: Piece list * searches: SearchCall list * span: string
    /// The action could not be read: the notice that the policy is shown.
    | Invalid of notice: Piece list

/// A world that a policy acts in. It is batched over the episodes of a rollout, asynchronous and cancellable; several rollouts may share one.
type IEnvironment =
    /// The prompt: the pieces that the policy is given first.
    abstract Prompt: question: Question -> Piece list

    /// Texts that end a turn when the policy writes them; each is ASCII and ends in `>`.
    abstract StopTexts: string list

    /// Carries out one action of each of several episodes; outcomes in the same order. A failing tool is no exception but an
    /// outcome that says so; the only exceptions are cancellation and faults of the program.
    abstract Act: actions: ActionRequest[] * cancellation: CancellationToken -> Task<Outcome[]>
