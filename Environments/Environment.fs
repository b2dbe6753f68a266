namespace Levee.Environments

open System.Threading
open System.Threading.Tasks
open Levee

/// A piece of text that an environment gives to the policy, by how far it is to be trusted.
[<RequireQualifiedAccess>]
type Piece =
    /// The protocol's own text: its tags become control tokens where the tokenizer has them.
    | Markup of string
    /// Text from elsewhere (a question, a document): a tag in it is only text.
    | Plain of string

[<RequireQualifiedAccess>]
module Piece =
    /// The piece's text.
    let text piece =
        match piece with
        | Piece.Markup text
        | Piece.Plain text -> text

    // Neighbouring pieces of the protocol's own text are encoded as one, as a tokenizer may join letters across them.
    let private encodeEach (tokenizer: ITokenizer) (pieces: Piece list) =
        let join pieces piece =
            match pieces, piece with
            | Piece.Markup before :: earlier, Piece.Markup text -> Piece.Markup(before + text) :: earlier
            | _ -> piece :: pieces

        pieces
        |> List.fold join []
        |> List.rev
        |> List.map(function
            | Piece.Markup text -> struct (true, tokenizer.Encode(text, true))
            | Piece.Plain text -> struct (false, tokenizer.Encode(text, false)))

    /// The tokens of pieces, a prompt's for one: control tokens for the protocol's own tags alone.
    let encode tokenizer pieces = encodeEach tokenizer pieces |> List.map(fun struct (_, tokens) -> tokens) |> Array.concat

    /// The tokens of an observation, at most `limit`: text from elsewhere is cut at its end, the protocol's own text last.
    let encodeWithin limit tokenizer pieces =
        let pieces = encodeEach tokenizer pieces
        let excess = (pieces |> List.sumBy(fun struct (_, tokens) -> tokens.Length)) - limit

        // From the last piece to the first, so that the best documents are cut last.
        let cut struct (isMarkup, tokens: int[]) excess =
            let drop = if isMarkup then 0 else min tokens.Length (max 0 excess)
            tokens[.. tokens.Length - drop - 1], excess - drop

        List.mapFoldBack cut pieces excess |> fst |> Array.concat |> Array.truncate limit

/// One turn of an episode, as text.
type Turn = {
    /// What the policy wrote.
    Action: string
    /// What the environment answered; empty after the last action.
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
    /// What the policy wrote, decoded.
    Text: string
    /// No turn follows: only an answer still counts, and no tool is called.
    IsLast: bool
}

/// What an action led to.
[<RequireQualifiedAccess>]
type Outcome =
    /// The policy answered: the answer, and the stretch at the end of the action's text that states it, tags included.
    | Answer of answer: string * span: string
    /// A tool was called: what the policy is shown, the calls made (none, and nothing shown, on the last turn), and the stretch at the end of the action's text
    /// that called it, tags included.
    | Feedback of feedback: Piece list * searches: SearchCall list * span: string
    /// The action could not be read: the notice that the policy is shown.
    | Invalid of notice: Piece list

/// What a policy acts in. Batched over the episodes of a rollout, asynchronous and cancellable; several rollouts may share one.
type IEnvironment =
    /// What the policy is given first.
    abstract Prompt: question: Question -> Piece list

    /// Texts that end a turn when the policy writes them; each is ASCII and ends in `>`.
    abstract StopTexts: string list

    /// Carries out one action of each of several episodes; outcomes in the same order. A failing tool is no exception but an
    /// outcome that says so; the only exceptions are cancellation and faults of the program.
    abstract Act: actions: ActionRequest[] * cancellation: CancellationToken -> Task<Outcome[]>
