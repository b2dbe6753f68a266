namespace Levee.CommandLine

open System
open System.Collections.Generic
open System.Linq
open System.Threading
open Levee

/// How a prompt is continued.
type ContinuationOptions = {
    /// 0 takes the likeliest token.
    Temperature: float
    /// The largest number of tokens to write; the policy's context may hold fewer.
    MaxTokens: int
    /// Texts that end a continuation where they are complete.
    StopTexts: string list
    /// Continuations to write, each with draws of its own.
    Samples: int
    Seed: Seed
}

/// What a policy wrote.
type Continuation = {
    Tokens: int[]
    /// Of all tokens under the policy, in nats.
    LogProb: float
    /// Without the token that ended it, and without what stands behind a stop text.
    Text: string
    /// Why it ended: "stop" or "length".
    End: string
}

/// Continuing a prompt.
[<RequireQualifiedAccess>]
module Continuation =
    /// The tokens that a policy's files name as ends.
    let private stopTokens (policy: Policy) =
        let ofTokenizer =
            match policy.Files.TokenizerConfig.EosToken with
            | null -> None
            | token -> policy.Tokenizer.IdOf token

        List.ofSeq policy.Files.Config.EosTokenIds @ Option.toList ofTokenizer |> List.distinct

    let private endOf (text: string) (stop: string) =
        match text.IndexOf(stop, StringComparison.Ordinal) with
        | -1 -> None
        | start -> Some(start + stop.Length)

    /// The text of some tokens up to its end, and whether it has one.
    let private read (tokenizer: ITokenizer) stopTokens stopTexts (tokens: int[]) =
        let isStopped = tokens.Length > 0 && List.contains tokens[tokens.Length - 1] stopTokens
        let text = tokenizer.Decode(if isStopped then tokens[.. tokens.Length - 2] else tokens)

        match stopTexts |> List.choose(endOf text) with
        | [] -> text, isStopped
        | ends -> text[.. List.min ends - 1], true

    /// What can be shown of a text that goes on: a character that is not complete yet is decoded as U+FFFD.
    let private sure text isEnded = if isEnded then text else (text: string).TrimEnd '\uFFFD'

    /// Continues a prompt (tokens). `onText` is told what is written as it is written where there is one sample, else each whole text. Raises
    /// `UsageError` where the prompt leaves no room, `OperationCanceledException` soon after cancellation.
    let write options (policy: Policy) (prompt: int[]) (onText: string -> unit) (cancellation: CancellationToken) =
        let sampler = Policy.sampler options.Temperature policy

        if prompt.Length = 0 then
            Usage.refuse "the prompt is empty: give the policy a text to go on from."

        if prompt.Length >= sampler.ContextLimit then
            Usage.refuse $"the prompt has {prompt.Length} tokens, and the policy's context holds {sampler.ContextLimit}: shorten it."

        let read = read policy.Tokenizer (stopTokens policy) options.StopTexts
        let mutable shown = 0

        let ended (tokens: IReadOnlyList<int>) =
            let text, isEnded = read(tokens.ToArray())

            if options.Samples = 1 then
                let sure = sure text isEnded
                onText(sure.Substring(min shown sure.Length))
                shown <- max shown sure.Length

            isEnded

        let limit = min options.MaxTokens (sampler.ContextLimit - prompt.Length)
        use session = sampler.Open [| for sample in 0 .. options.Samples - 1 -> Seed.derive sample options.Seed |]
        let requests = [| for sample in 0 .. options.Samples - 1 -> { Row = sample; Context = prompt; Limit = limit } |]

        let finish struct (tokens: int[], logProbs: float32[]) =
            let text, isEnded = read tokens

            if options.Samples > 1 then
                onText text
            else
                onText(text.Substring(min shown text.Length))

            {
                Tokens = tokens
                LogProb = Array.sumBy float logProbs
                Text = text
                End = if isEnded then "stop" else "length"
            }

        session.Write(requests, ended, cancellation) |> Array.map finish
