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
    | Device

// Memory comes first: the memory that other benchmarks leave behind would hide the memory that training holds on to.
let private all = [ Memory; Memory_Logits; Update; Rollout; Llds; Tokenizer; Device ]

// Device asks for a device and a shape, and may take hours on a CPU.
let private usual = all |> List.filter((<>) Device)

type Option =
    | [<MainCommand>] Benchmarks of Benchmark list
    | [<Unique>] Pairs of count: int
    | [<Unique>] Clock of Clock
    | [<Unique>] Threads of count: int
    | [<Unique; CustomCommandLine "--device">] On of name: string
    | [<Unique>] Shape of name: string
    | [<Unique>] Peak_Tflops of number: float
    | [<Unique>] Rows of count: int
    | [<Unique>] Tokens of count: int
    | [<Unique>] Graphs
    | [<Unique>] Json of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Benchmarks _ -> "what to measure; everything but device when not given."
            | Pairs _ -> "rounds in which ours and theirs take turns (default: 15); llds, whose effect is small, takes ten times as many."
            | Clock _ -> "what time is: of the processor over all threads (the default; other work disturbs it little), or on the wall."
            | Threads _ -> "threads that one operation may use, ours and theirs (default: 1)."
            | On _ -> "for device: cpu, cuda or cuda:N (default: cpu)."
            | Shape _ -> "for device: tiny, qwen2.5-0.5b, qwen2.5-1.5b or qwen2.5-3b, with random weights (default: tiny)."
            | Peak_Tflops _ -> "for device: its dense peak in 10^12 FLOP/s, in bfloat16 on a GPU, for the utilisation."
            | Rows _ -> "for device: sequences at a time (default: 8)."
            | Graphs -> "for device: a token's work is recorded as a CUDA graph and replayed."
            | Tokens _ -> "for device: tokens written by each row after as many of prompt; twice as many are trained on (default: 64)."
            | Json _ -> "also write the results to this file, one JSON object a line."

let private examples =
    """
EXAMPLES:

    dotnet fsi build.fsx bench                              all, about six minutes
    dotnet fsi build.fsx bench update rollout               only what is compared with PyTorch
    dotnet fsi build.fsx bench tokenizer                    the tokenizer of Qwen2.5 against Hugging Face's library
    dotnet fsi build.fsx bench llds --pairs 50              more rounds, a narrower spread
    dotnet fsi build.fsx bench device --shape qwen2.5-0.5b --device cuda --rows 64 --tokens 512 --peak-tflops 989
                                                            decoding and training speed of a shape on a device
    dotnet fsi build.fsx bench --json artifacts/bench.jsonl also for programs"""

let private parser = ArgumentParser.Create<Option>(programName = "dotnet fsi build.fsx bench")

let private isCompared benchmark = benchmark = Update || benchmark = Rollout

let private run settings device benchmark =
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
        | Device -> DeviceBench.run device

let private atLeastOne name value =
    if value < 1 then
        Setting.refuse $"--{name} {value} is out of range: give 1 or more."

let private measure (options: ParseResults<Option>) =
    let settings = {
        Pairs = options.GetResult(Pairs, 15)
        Clock = options.GetResult(Clock, Processor)
        Threads = options.GetResult(Threads, 1)
    }
    atLeastOne "pairs" settings.Pairs
    atLeastOne "threads" settings.Threads
    let device: DeviceBench.Settings = {
        Device = options.GetResult(On, "cpu")
        Shape = options.GetResult(Shape, "tiny")
        PeakTeraflops = options.TryGetResult Peak_Tflops
        Rows = options.GetResult(Rows, 8)
        Tokens = options.GetResult(Tokens, 64)
        Graphs = options.Contains Graphs
    }
    atLeastOne "rows" device.Rows
    atLeastOne "tokens" device.Tokens
    torch.set_num_threads settings.Threads
    let chosen = options.GetResult(Benchmarks, usual)
    let results = all |> List.filter(fun benchmark -> List.contains benchmark chosen) |> List.collect(run settings device)
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
