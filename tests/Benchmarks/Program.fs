module Levee.Benchmarks.Program

open System
open System.IO
open Argu
open Levee
open Levee.Benchmarks.Comparison
open Levee.Benchmarks.Measure
open TorchSharp

type Benchmark =
    | Memory
    | Memory_Logits
    | Update
    | Rollout
    | Llds
    | Tokenizer

// In this order: what others leave behind would hide what training holds on to.
let private all = [ Memory; Memory_Logits; Update; Rollout; Llds; Tokenizer ]

type Option =
    | [<MainCommand>] Benchmarks of Benchmark list
    | [<Unique>] Pairs of count: int
    | [<Unique>] Clock of Clock
    | [<Unique>] Threads of count: int
    | [<Unique>] Json of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Benchmarks _ -> "what to measure; everything when not given."
            | Pairs _ -> "rounds in which ours and theirs take turns (default: 15); llds, whose effect is small, takes ten times as many."
            | Clock _ -> "what time is: of the processor over all threads (the default; other work disturbs it little), or on the wall."
            | Threads _ -> "threads that one operation may use, ours and theirs (default: 1)."
            | Json _ -> "also write the results to this file, one JSON object a line."

let private examples =
    """
EXAMPLES:

    dotnet fsi build.fsx bench                              all, about six minutes
    dotnet fsi build.fsx bench update rollout               only what is compared with PyTorch
    dotnet fsi build.fsx bench tokenizer                    the tokenizer of Qwen2.5 against Hugging Face's library
    dotnet fsi build.fsx bench llds --pairs 50              more rounds, a narrower spread
    dotnet fsi build.fsx bench --json artifacts/bench.jsonl also for programs"""

let private parser = ArgumentParser.Create<Option>(programName = "dotnet fsi build.fsx bench")

let private isCompared benchmark = benchmark = Update || benchmark = Rollout

let private run settings benchmark =
    if isCompared benchmark && Peer.python.Value.IsNone then
        printfn $"{benchmark}: skipped, no python3 with PyTorch to compare with; `dotnet fsi build.fsx setup` installs it where it can."
        []
    else
        printfn $"{benchmark} ..."
        match benchmark with
        | Memory -> MemoryBench.run()
        | Memory_Logits -> LogitsBench.run settings
        | Update -> UpdateBench.run settings
        | Rollout -> RolloutBench.run settings
        | Llds -> LldsBench.run settings
        | Tokenizer -> TokenizerBench.run settings

let private atLeastOne name value =
    if value < 1 then
        invalidArg name $"--{name} {value} is out of range: give 1 or more."

let private measure (options: ParseResults<Option>) =
    let settings = {
        Pairs = options.GetResult(Pairs, 15)
        Clock = options.GetResult(Clock, Processor)
        Threads = options.GetResult(Threads, 1)
    }
    atLeastOne "pairs" settings.Pairs
    atLeastOne "threads" settings.Threads
    torch.set_num_threads settings.Threads
    let chosen = options.GetResult(Benchmarks, all)
    let results = all |> List.filter(fun benchmark -> List.contains benchmark chosen) |> List.collect(run settings)
    let clock = settings.Clock.ToString().ToLowerInvariant()
    printfn $"\n{settings.Threads} thread(s), {clock} time, median of {settings.Pairs} rounds or more\n"
    printfn $"{Result.table results}"
    options.TryGetResult Json |> Option.iter(fun file -> Result.write file results)

[<EntryPoint>]
let main arguments =
    try
        match arguments with
        | [| word; way; threads |] when word = LogitsBench.childWord -> LogitsBench.child way threads
        | _ -> measure(parser.Parse(arguments |> Array.filter((<>) "--")))

        0
    with
    | :? ArguParseException as error when error.ErrorCode = ErrorCode.HelpText ->
        printfn $"{error.Message}{examples}"
        0
    | :? ArguParseException as error ->
        eprintfn $"{error.Message}"
        2
    | :? ArgumentException
    | :? InvalidDataException
    | :? IOException
    | :? UnauthorizedAccessException
    | :? DllNotFoundException as error ->
        eprintfn $"error: {error.Message}"
        1
