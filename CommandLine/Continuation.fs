namespace Levee.CommandLine

open System.Threading
open Levee
open Levee.Interop.HuggingFace

/// Continuing a prompt while it is watched.
[<RequireQualifiedAccess>]
module Continuation =
    /// A function that takes a growing text's tokens one by one and shows the characters that each completes: some tokens end inside a character. Stop tokens
    /// are not shown.
    let private teller (policy: Policy) stopTokens show =
        let decoder = StreamDecoder policy.Files.Tokenizer
        fun token ->
            if not(List.contains token stopTokens) then
                match decoder.Push token with
                | "" -> ()
                | text -> show text

    /// Continues a prompt (tokens). `onText` is told what is written as it is written where there is one sample, else each whole text. Raises
    /// `UsageError` where the prompt leaves no room or a number is out of range, `OperationCanceledException` soon after cancellation.
    let write (options: GenerationOptions) (policy: Policy) (prompt: int[]) (onText: string -> unit) (cancellation: CancellationToken) =
        let context = policy.Parameters.Architecture.ContextLimit
        if prompt.Length = 0 then
            Usage.refuse "the prompt is empty: give the policy a text to go on from."
        if prompt.Length >= context then
            Usage.refuse $"the prompt has {prompt.Length} tokens, and the policy's context holds {context}: shorten it."
        let mutable shown = 0
        let show (text: string) =
            shown <- shown + text.Length
            onText text
        let tell = teller policy (Policy.stopTokens policy) show
        let onToken =
            if options.Samples = 1 then
                fun _ _ token -> tell token
            else
                fun _ _ _ -> ()
        let written = (Generation.run options policy [| prompt |] onToken cancellation)[0]
        if options.Samples > 1 then
            for continuation in written do
                onText continuation.Text
        elif written[0].Text.Length > shown then
            onText(written[0].Text.Substring shown)
        written
