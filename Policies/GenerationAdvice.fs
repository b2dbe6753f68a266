namespace Levee.Policies

open Levee.Interop.HuggingFace
open Levee.Policies.Sampling

/// The settings that a user gives for continuing texts. A setting that is not given is left to `generation_config.json`, and where that does not have it
/// either, to the defaults.
type GivenGeneration = {
    Temperature: float option
    TopK: int option
    TopP: float option
    MinP: float option
    MaxTokens: int option
    /// Texts that end a continuation; an empty list means that none are given.
    StopTexts: string list
}

/// The sampling that the makers of a model advise, as `generation_config.json` has it.
[<RequireQualifiedAccess>]
module GenerationAdvice =
    /// Settings of which none is given.
    let nothing = { Temperature = None; TopK = None; TopP = None; MinP = None; MaxTokens = None; StopTexts = [] }

    let private ofNullable value = Option.ofNullable value

    /// The file's fields that take effect beside what is given. Without a given temperature or filter, `do_sample` false is temperature 0 and no filter; a
    /// file that does not have the field is one that samples, as for vLLM.
    let private advised given (config: GenerationConfig) =
        let isSampling = given.Temperature.IsSome || given.TopK.IsSome || given.TopP.IsSome || given.MinP.IsSome
        let isGreedy = ofNullable config.DoSample = Some false && not isSampling
        let unless given advice =
            if Option.isSome given || isGreedy then
                None
            else
                ofNullable advice
        {
            Temperature =
                if isGreedy then
                    Some 0.0
                else
                    unless given.Temperature config.Temperature
            TopK = unless given.TopK config.TopK
            TopP = unless given.TopP config.TopP
            MinP = unless given.MinP config.MinP
            MaxTokens =
                if given.MaxTokens.IsSome then
                    None
                else
                    ofNullable config.MaxNewTokens
            StopTexts =
                if given.StopTexts.IsEmpty then
                    List.ofSeq config.StopStrings
                else
                    []
        }

    let private describe (advice: GivenGeneration) = [
        let number name value = value |> Option.map(fun value -> $"{name} {value}") |> Option.toList
        yield! number "temperature" advice.Temperature
        yield! number "top_k" advice.TopK
        yield! number "top_p" advice.TopP
        yield! number "min_p" advice.MinP
        yield! number "max_new_tokens" advice.MaxTokens
        if not advice.StopTexts.IsEmpty then
            let texts = advice.StopTexts |> List.map(fun text -> $"\"{text}\"") |> String.concat ", "
            $"stop_strings {texts}"
    ]

    /// Complete settings: each is the one given, else that of the policy's `generation_config.json`, else that of `defaults`. With them comes a line for the
    /// user on what was taken from the file, and on what it asks for that nothing here follows; no line where the file says nothing. The tokens that end a
    /// text are those of `Policy.stopTokens` in any case.
    let complete (defaults: GenerationOptions) (given: GivenGeneration) (policy: Policy) : GenerationOptions * string list =
        let advice, unfollowed =
            match policy.Files.GenerationConfig with
            | Some config -> advised given config, List.ofSeq config.Unfollowed
            | None -> nothing, []
        let first given advice otherwise = given |> Option.orElse advice |> Option.defaultValue otherwise
        let options = {
            defaults with
                Sampling = {
                    defaults.Sampling with
                        Temperature = first given.Temperature advice.Temperature defaults.Sampling.Temperature
                        TopK = given.TopK |> Option.orElse advice.TopK
                        TopP = first given.TopP advice.TopP defaults.Sampling.TopP
                        MinP = first given.MinP advice.MinP defaults.Sampling.MinP
                }
                MaxTokens = first given.MaxTokens advice.MaxTokens defaults.MaxTokens
                StopTexts = given.StopTexts @ advice.StopTexts
        }
        let parts = [
            match describe advice with
            | [] -> ()
            | taken ->
                let taken = String.concat ", " taken
                $"taken from it: {taken}"
            match unfollowed with
            | [] -> ()
            | left ->
                let left = String.concat ", " left
                $"not followed: {left}"
        ]
        options,
        (if parts.IsEmpty then
             []
         else
             [ $"{ModelFolder.GenerationConfigName}: " + String.concat "; " parts ])
