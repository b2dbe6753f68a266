namespace Levee.Policies

open System
open System.Collections.Generic
open System.Threading
open Levee
open Levee.Policies.Sampling

/// Settings for continuing texts.
type GenerationOptions = {
    Sampling: SamplingOptions
    /// The largest number of tokens to write, from 1; the policy's context may hold fewer.
    MaxTokens: int
    /// Tokens that end a text. None takes those that the policy's files name as ends.
    StopTokens: int list option
    /// Texts that end a text where they are complete, over however many tokens.
    StopTexts: string list
    /// Continuations of each prompt, from 1; the prompt is read once for those that begin together.
    Samples: int
    /// The seed of the draws: sample s of prompt p draws from child s of child p.
    Seed: Seed
}

/// The reason why a continuation ended.
[<RequireQualifiedAccess>]
type GenerationEnd =
    /// The continuation ended at a stop token, which is its last token.
    | StopToken
    /// The continuation ended at a stop text.
    | StopText
    /// The continuation reached the largest number of tokens, or the context was full.
    | Length

/// A continuation.
type Generated = {
    /// The tokens as sampled.
    Tokens: int[]
    /// The log-probability of each under the policy at the sampling temperature.
    LogProbs: float32[]
    /// The tokens' text, without the stop token, and without what stands behind a stop text.
    Text: string
    End: GenerationEnd
}

/// Continuing prompts, for a program or a person.
[<RequireQualifiedAccess>]
module Generation =
    /// The policy's distribution, 512 tokens at most, its own ends; one sample.
    let defaults = {
        Sampling = SamplingOptions.defaults
        MaxTokens = 512
        StopTokens = None
        StopTexts = []
        Samples = 1
        Seed = Seed.ofInt 0
    }

    let private validate options =
        let atLeastOne name value =
            if value < 1 then
                Setting.refuse $"{name} is {value}; it must be 1 or above."
        atLeastOne (nameof options.MaxTokens) options.MaxTokens
        atLeastOne (nameof options.Samples) options.Samples

    let private empty = { Tokens = [||]; LogProbs = [||]; Text = ""; End = GenerationEnd.Length }

    /// A turn as a continuation.
    let private finish (tokenizer: ITokenizer) (stop: StopCondition) (stopTexts: string list) (turn: WrittenTurn) =
        let generated reason text = { Tokens = turn.Tokens; LogProbs = turn.LogProbs; Text = text; End = reason }
        if stop.AtToken turn.Tokens then
            tokenizer.Decode turn.Tokens[.. turn.Tokens.Length - 2] |> generated GenerationEnd.StopToken
        elif stop.AtText turn.Tokens then
            let text = tokenizer.Decode turn.Tokens
            let ends =
                stopTexts
                |> List.choose(fun stop ->
                    match text.IndexOf(stop, StringComparison.Ordinal) with
                    | -1 -> None
                    | start -> Some(start + stop.Length))
            text[.. List.fold min text.Length ends - 1] |> generated GenerationEnd.StopText
        else
            tokenizer.Decode turn.Tokens |> generated GenerationEnd.Length

    /// Continues prompts (tokens), each `Samples` times: [prompt][sample]. A prompt that fills the context is continued by nothing.
    ///
    /// `onToken` is told the prompt, the sample and the token, as soon as the token is drawn. Raises `ArgumentException` where an option is out of
    /// its range or a prompt is empty, has tokens that the policy lacks, or is longer than its context, and `OperationCanceledException` soon
    /// after cancellation.
    let run
        (options: GenerationOptions)
        (policy: Policy)
        (prompts: int[][])
        (onToken: int -> int -> int -> unit)
        (cancellation: CancellationToken)
        =
        validate options
        let sampler = Sampling.create options.Sampling policy.Model
        let stopTokens = options.StopTokens |> Option.defaultWith(fun () -> Policy.stopTokens policy)
        let stop = StopCondition(policy.Tokenizer, stopTokens, options.StopTexts)
        for number, prompt in Array.indexed prompts do
            if prompt.Length > sampler.ContextLimit then
                Setting.refuse $"Prompt {number} has {prompt.Length} tokens; the policy's context holds {sampler.ContextLimit}."
        let seeds = [|
            for p in 0 .. prompts.Length - 1 do
                for s in 0 .. options.Samples - 1 -> options.Seed |> Seed.derive p |> Seed.derive s
        |]
        let requests = [|
            for p in 0 .. prompts.Length - 1 do
                let limit = min options.MaxTokens (sampler.ContextLimit - prompts[p].Length)
                if limit > 0 then
                    for s in 0 .. options.Samples - 1 -> { Row = p * options.Samples + s; Context = prompts[p]; Limit = limit }
        |]
        let ended row (tokens: IReadOnlyList<int>) =
            onToken (row / options.Samples) (row % options.Samples) tokens[tokens.Count - 1]
            stop.Reached tokens
        let results = Array.create seeds.Length empty
        use session = sampler.Open seeds
        let rec collect (written: WrittenTurn[]) =
            if written.Length > 0 then
                for turn in written do
                    results[turn.Row] <- finish policy.Tokenizer stop options.StopTexts turn
                collect(session.Write([||], ended, cancellation))
        collect(session.Write(requests, ended, cancellation))
        Array.chunkBySize options.Samples results
