namespace Levee

open System
open Levee.Interop.HuggingFace

/// What stands around a question's prompt before a policy reads it.
type PromptFrame = { Before: string; After: string }

[<RequireQualifiedAccess>]
module PromptFrame =
    let private hasTemplate (policy: Policy) = policy.Files.TokenizerConfig.ChatTemplates.Texts.ContainsKey ChatTemplates.DefaultName

    /// Whether a policy has a chat template that may write the date. Raises `System.IO.InvalidDataException` where the template cannot be read.
    let readsDate (policy: Policy) = hasTemplate policy && (policy.Files.TokenizerConfig.ChatTemplates.For(hasTools = false)).ReadsTime

    // Private use: no template and no question has it.
    let private place = "\uE000\uE001\uE000"

    /// A user's message in the policy's chat template and the beginning of the answer, as Search-R1 puts questions to instructed models
    /// (arXiv 2503.09516); the special tokens of the tokenizer's file where the policy has no template. `date` is the moment that a template may
    /// write. Raises `System.IO.InvalidDataException` where the template cannot be used, or writes the date and there is none.
    let ofPolicy (date: DateTime option) (policy: Policy) =
        let files = policy.Files
        if not(hasTemplate policy) then
            { Before = files.Tokenizer.Decode(files.Tokenizer.Encode("", addSpecialTokens = true)); After = "" }
        else
            let rendered =
                files.TokenizerConfig.RenderChat([ ChatMessage("user", place) ], addGenerationPrompt = true, now = Option.toNullable date)
            match rendered.Split place with
            | [| before; after |] -> { Before = before; After = after }
            | _ -> raise(System.IO.InvalidDataException "The policy's chat template does not write a user's message once, as it stands.")

    /// An environment whose prompts stand in a frame.
    let around frame (environment: IEnvironment) = {
        new IEnvironment with
            member _.Prompt question = [ Piece.Markup frame.Before; yield! environment.Prompt question; Piece.Markup frame.After ]
            member _.StopTexts = environment.StopTexts
            member _.Act(actions, cancellation) = environment.Act(actions, cancellation)
    }
