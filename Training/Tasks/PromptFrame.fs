namespace Levee.Training.Tasks

open System
open Levee
open Levee.Algorithms.Diagnosis
open Levee.Environments
open Levee.Interop.HuggingFace
open Levee.Policies
open Levee.PythonText

/// The text around a question's prompt that a policy reads with it.
type PromptFrame = {
    Before: string
    After: string
    /// True when white space at the ends of the prompt is left out, as by a template that trims messages.
    Trims: bool
}

[<RequireQualifiedAccess>]
module PromptFrame =
    let private hasTemplate (policy: Policy) = policy.Files.TokenizerConfig.ChatTemplates.Texts.ContainsKey ChatTemplates.DefaultName

    /// True when a policy has a chat template that may write the date. Raises `System.IO.InvalidDataException` where the template cannot be read.
    let readsDate (policy: Policy) = hasTemplate policy && (policy.Files.TokenizerConfig.ChatTemplates.For(hasTools = false)).ReadsTime

    // Private use: no template and no question has it.
    let private place = "\uE000\uE001\uE000"

    // No template writes it, but one that does not trim keeps it.
    let private margin = "\t\t\t"

    let private spaces = [| for code in 0..0xFFFF -> char code |] |> Array.filter(int >> PythonCharacter.IsSpace)

    /// A user's message in the policy's chat template and the beginning of the answer, as Search-R1 puts questions to instructed models
    /// (arXiv 2503.09516); the special tokens of the tokenizer's file where the policy has no template. `date` is the moment that a template may
    /// write. Raises `System.IO.InvalidDataException` where the template cannot be used, or writes the date and there is none.
    let ofPolicy (date: DateTime option) (policy: Policy) =
        let files = policy.Files
        if not(hasTemplate policy) then
            {
                Before = files.Tokenizer.Decode(files.Tokenizer.Encode("", addSpecialTokens = true))
                After = ""
                Trims = false
            }
        else
            let rendered =
                files.TokenizerConfig.RenderChat(
                    [ ChatMessage("user", margin + place + margin) ],
                    addGenerationPrompt = true,
                    now = Option.toNullable date
                )
            match rendered.Split place with
            | [| before; after |] when
                before.EndsWith(margin, StringComparison.Ordinal) && after.StartsWith(margin, StringComparison.Ordinal)
                  ->
                  {
                      Before = before[.. before.Length - margin.Length - 1]
                      After = after[margin.Length ..]
                      Trims = false
                  }
            | [| before; after |] -> { Before = before; After = after; Trims = true }
            | _ -> raise(System.IO.InvalidDataException "The policy's chat template does not write a user's message once, as it stands.")

    let private map change piece =
        match piece with
        | Piece.Markup text -> Piece.Markup(change text)
        | Piece.Plain text -> Piece.Plain(change text)

    // Pieces of which nothing stays go, up to the first of which something does.
    let rec private trimmed change pieces =
        match pieces with
        | [] -> []
        | first :: others ->
            match map change first with
            | blank when Piece.text blank = "" -> trimmed change others
            | first -> first :: others

    let private trim pieces = pieces |> trimmed _.TrimStart(spaces) |> List.rev |> trimmed _.TrimEnd(spaces) |> List.rev

    /// An environment whose prompts stand in a frame.
    let around frame (environment: IEnvironment) = {
        new IEnvironment with
            member _.Prompt question = [
                Piece.Markup frame.Before
                yield!
                    (if frame.Trims then
                         trim(environment.Prompt question)
                     else
                         environment.Prompt question)
                Piece.Markup frame.After
            ]
            member _.StopTexts = environment.StopTexts
            member _.Act(actions, cancellation) = environment.Act(actions, cancellation)
    }
