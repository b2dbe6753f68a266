/// Episodes whose actions are written in advance, in a world of one document.
module Levee.Environments.Tests.Scripted

open System
open System.Threading
open System.Threading.Tasks
open Levee

let question = { Id = "q1"; Text = "What is the capital of France?"; GoldenAnswers = [ "Paris" ]; Metadata = "" }

let paris = { Id = "fr"; Title = "France"; Text = "Paris is the capital" }

/// Finds one document for every query but "down"; keeps the batches it was asked.
type Library() =
    let asked = ResizeArray<string[]>()
    member _.Asked = asked

    interface IRetriever with
        member _.Retrieve(queries, _, _) =
            asked.Add queries
            queries
            |> Array.map(fun query ->
                if query = "down" then
                    Error "no connection"
                else
                    Ok [| paris |])
            |> Task.FromResult

let searching (library: Library) : IEnvironment = SearchEnvironment({ SearchOptions.defaults with Wording = Wording.Brief }, library)

let options = { RolloutOptions.defaults with TurnTokens = 24; ObservationTokens = 40 }

let encode (tokenizer: ITokenizer) text = tokenizer.Encode(text, true)
let script tokenizer rows = rows |> List.map(List.map(encode tokenizer) >> List.toArray) |> List.toArray

let seeds = Array.init 100 (fun i -> Seed.derive i (Seed.ofInt 0))

let runIn (environment: IEnvironment) tokenizer options contextLimit (script: int[][][]) =
    let sampler = ScriptedSampler(contextLimit, script)
    let items = Array.init script.Length (fun i -> question, seeds[i])
    let trajectories = (Rollout.run options tokenizer environment sampler items CancellationToken.None).GetAwaiter().GetResult()
    trajectories, sampler

let run tokenizer options script = runIn (searching(Library())) tokenizer options 1000 script |> fst

let actions trajectory =
    trajectory.Segments
    |> List.choose(function
        | Segment.Action(tokens, _) -> Some tokens
        | _ -> None)

let kinds trajectory =
    trajectory.Segments
    |> List.map(function
        | Segment.Prompt _ -> 'P'
        | Segment.Action _ -> 'A'
        | Segment.Observation _ -> 'O')
    |> Array.ofList
    |> String

let observations (tokenizer: ITokenizer) trajectory =
    trajectory.Segments
    |> List.choose(function
        | Segment.Observation tokens -> Some(tokenizer.Decode tokens)
        | _ -> None)

let search = "<think> I need it </think> <search> capital of France </search>"
let answer = "<think> I know </think> <answer> Paris </answer>"

/// Tokens of a trajectory.
let length trajectory =
    trajectory.Segments
    |> List.sumBy(function
        | Segment.Prompt tokens
        | Segment.Observation tokens
        | Segment.Action(tokens, _) -> tokens.Length)
