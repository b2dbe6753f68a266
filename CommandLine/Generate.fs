namespace Levee.CommandLine

open System
open System.Diagnostics
open System.Text.Json.Serialization
open System.Threading
open Argu
open Levee
open Levee.Policies.Transformer
open Levee.Interop.HuggingFace

/// The words of `levee generate`.
[<RequireQualifiedAccess>]
type GenerateOption =
    | [<MainCommand>] Words of words: string list
    | [<Unique>] Max_Tokens of count: int
    | [<Unique>] Temperature of number: float
    | [<Unique>] Top_K of count: int
    | [<Unique>] Top_P of share: float
    | [<Unique>] Min_P of share: float
    | Stop of text: string
    | [<Unique>] Samples of count: int
    | [<Unique>] Seed of number: int
    | [<Unique>] Chat
    | [<Unique>] System of text: string
    | [<Unique>] Date of text: string
    | [<Unique>] Adapter of folder: string
    | [<Unique>] Dtype of WeightType
    | [<Unique>] Device of name: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Words _ -> "the policy's folder, then the prompt in quotes; - reads it from the standard input."
            | Max_Tokens _ -> "write so many tokens at most (default: as generation_config.json says, else 256)."
            | Temperature _ -> "draw at this temperature; 0 takes the likeliest token (default: as generation_config.json says, else 1)."
            | Top_K _ -> "draw from so many of the likeliest tokens only (default: as generation_config.json says, else all)."
            | Top_P _ -> "draw from the fewest likeliest tokens whose share reaches this, above 0 to 1; 1 is no filter (default: likewise)."
            | Min_P _ -> "draw from tokens at least so likely relative to the likeliest, 0 to 1; 0 is no filter (default: likewise)."
            | Stop _ -> "stop where this text is written; may be given several times."
            | Samples _ -> "write so many continuations, numbered from 1 (default: 1)."
            | Seed _ -> "what the draws depend on; the same seed gives the same text (default: 0)."
            | Chat -> "give the prompt as a user's message, in the policy's chat template."
            | System _ -> "with --chat: a system message before it."
            | Date _ -> "with --chat: the date, or date and time, in UTC that the template may write (default: now)."
            | Adapter _ -> "an adapter of the policy, in PEFT's layout, to write with."
            | Dtype _ -> "the type of the weights (default: float32)."
            | Device _ -> "where to compute: cpu, cuda or cuda:N (default: cpu)."
            | Json -> "write one JSON object a line, one for each continuation, instead of the text."

[<RequireQualifiedAccess>]
module Generate =
    let private prompt (words: string list) =
        match words with
        | [ folder; "-" ] -> folder, Console.In.ReadToEnd()
        | [ folder; prompt ] -> folder, prompt
        | [] -> Usage.refuse "generate needs the folder of a policy and a prompt. Help: levee generate --help"
        | [ _ ] -> Usage.refuse "generate needs a prompt behind the policy's folder; - reads it from the standard input."
        | _ :: _ :: other :: _ ->
            Usage.refuse $"generate takes a folder and a prompt; what is '{other}'? Put a prompt of several words in quotes."

    /// The tokens that the policy goes on from. A template writes the special tokens of a conversation itself; around plain text, the tokenizer's
    /// post-processor puts them.
    let private opening (options: ParseResults<GenerateOption>) date (policy: Policy) prompt =
        let tokenizer = policy.Files.Tokenizer
        match options.Contains GenerateOption.Chat, options.TryGetResult GenerateOption.System with
        | true, system ->
            let messages = [
                for text in Option.toList system do
                    ChatMessage("system", text)
                ChatMessage("user", prompt)
            ]
            tokenizer.Encode(policy.Files.TokenizerConfig.RenderChat(messages, addGenerationPrompt = true, now = Nullable date))
        | false, _ when options.Contains GenerateOption.Date -> Usage.refuse "--date belongs to a conversation: give --chat too."
        | false, Some _ -> Usage.refuse "--system belongs to a conversation: give --chat too."
        | false, None when prompt = "" -> [||]
        | false, None -> tokenizer.Encode(prompt, addSpecialTokens = true)

    let private show samples (number: int) text =
        if samples = 1 then
            printf "%s" text
        else
            printfn $"[{number}] {text}"
        Console.Out.Flush()

    let private endName reason =
        match reason with
        | GenerationEnd.StopToken
        | GenerationEnd.StopText -> "stop"
        | GenerationEnd.Length -> "length"

    let private asJson (date: string option) number (continuation: Generated) =
        Json.line {|
            sample = number + 1
            text = continuation.Text
            tokens = continuation.Tokens.Length
            log_probability = Array.sumBy float continuation.LogProbs
            ``end`` = endName continuation.End
            date = Skippable.ofOption date
        |}

    let private given (options: ParseResults<GenerateOption>) : GivenGeneration = {
        Temperature = options.TryGetResult GenerateOption.Temperature |> Option.map Usage.temperature
        TopK = options.TryGetResult GenerateOption.Top_K |> Option.map(Usage.positive "--top-k")
        TopP = options.TryGetResult GenerateOption.Top_P |> Option.map(Usage.share "--top-p" (fun share -> share > 0.0))
        MinP = options.TryGetResult GenerateOption.Min_P |> Option.map(Usage.share "--min-p" (fun share -> share >= 0.0))
        MaxTokens = options.TryGetResult GenerateOption.Max_Tokens |> Option.map(Usage.positive "--max-tokens")
        StopTexts = options.GetResults GenerateOption.Stop |> List.map(Usage.filled "--stop")
    }

    let private run cancellation (options: ParseResults<GenerateOption>) =
        let folder, prompt = prompt(options.GetResult(GenerateOption.Words, []))
        let given = given options
        let defaults = {
            Generation.defaults with
                MaxTokens = 256
                Samples = options.GetResult(GenerateOption.Samples, 1) |> Usage.positive "--samples"
                Seed = options.GetResult(GenerateOption.Seed, 0) |> Seed.ofInt
        }
        use policy =
            Loading.policy
                (options.GetResult(GenerateOption.Dtype, Float32))
                (options.GetResult(GenerateOption.Device, "cpu"))
                (options.TryGetResult GenerateOption.Adapter)
                folder
        let settings, notices = GenerationAdvice.complete defaults given policy
        Loading.tell notices
        let date = options.TryGetResult GenerateOption.Date |> Option.map Usage.date |> Option.defaultWith Moment.now
        let tokens = opening options date policy prompt
        let dateRead =
            if options.Contains GenerateOption.Chat && PromptFrame.readsDate policy then
                Some(Moment.text date)
            else
                None
        let isJson = options.Contains GenerateOption.Json
        let mutable number = 0
        let onText text =
            if not isJson then
                number <- number + 1
                show settings.Samples number text
        let clock = Stopwatch.StartNew()
        let continuations = Continuation.write settings policy tokens onText cancellation
        if isJson then
            continuations |> Array.iteri(fun number continuation -> printfn "%s" (asJson dateRead number continuation))
        elif settings.Samples = 1 then
            printfn ""
        let written = continuations |> Array.sumBy _.Tokens.Length
        eprintfn $"{written} tokens, {float written / clock.Elapsed.TotalSeconds:F1} a second"
        0

    let command =
        Command.create
            "generate"
            "Let a policy go on with a text, and show it as it is written."
            [
                "Experiments/data/warm-start \"What is the capital of Peru?\" --max-tokens 20", "continue a text"
                "MODEL \"Why is the sky blue?\" --chat --system \"Be brief.\" --temperature 0.7", "ask, in the policy's chat template"
                "MODEL \"Once upon a time\" --temperature 0.8 --top-p 0.95 --seed 3", "draw, without the unlikeliest tokens"
                "MODEL \"Question: who wrote Emma?\" --temperature 0 --stop \"Question:\"", "the likeliest text, up to an end"
                "MODEL - --samples 8 --json < prompt.txt", "eight continuations of a file, for a program"
            ]
            run
