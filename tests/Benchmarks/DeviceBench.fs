/// Decoding and training of a model of a known shape, with random weights, on a device of choice: what a GPU is measured by.
module Levee.Benchmarks.DeviceBench

open System
open System.Diagnostics
open System.Globalization
open System.IO
open System.Text.Json
open System.Threading
open Levee
open Levee.Policies.Transformer
open Levee.Training.Report
open Levee.Benchmarks.Measure
open Levee.Benchmarks.Result
open Levee.Tests
open TorchSharp

/// The work that is measured, and the device.
type Settings = {
    Device: string
    Shape: string
    /// The device's dense peak in the precision used, in 10^12 FLOP/s, where the user knows it.
    PeakTeraflops: float option
    /// Sequences written, or trained on, at a time.
    Rows: int
    /// Tokens that a row writes, after a prompt of as many. Training takes twice as many a row.
    Tokens: int
    /// True when a token's work is recorded as a CUDA graph.
    Graphs: bool
}

let private qwen width feedForward layers heads headWidth = {
    Policy.tiny 151936 with
        Width = width
        FeedForwardWidth = feedForward
        Layers = layers
        Heads = heads
        KeyValueHeads = 2
        HeadWidth = headWidth
        RopeBase = 1e6
        ContextLimit = 32768
}

/// Shapes by name; Qwen2.5's are those of its config.json files (arXiv 2412.15115).
let private shapes =
    Map.ofList [
        "tiny", { Policy.tiny 1024 with ContextLimit = 32768 }
        "qwen2.5-0.5b", qwen 896 4864 24 14 64
        "qwen2.5-1.5b", qwen 1536 8960 28 12 128
        "qwen2.5-3b", qwen 2048 11008 36 16 128
    ]

let private architecture settings =
    match shapes.TryFind settings.Shape with
    | Some shape -> { shape with ContextLimit = 2 * settings.Tokens }
    | None -> Setting.refuse $"""--shape {settings.Shape} is unknown: give one of {String.Join(", ", shapes.Keys)}."""

let private seconds (work: unit -> unit) =
    let start = Stopwatch.GetTimestamp()
    work()
    Stopwatch.GetElapsedTime(start).TotalSeconds

/// Middle of three times, after one that is not counted.
let private timed work =
    work()
    (spread(Array.init 3 (fun _ -> seconds work))).Median

let private tokens architecture count seed = Array.init count (fun i -> Seed.derive i seed |> Seed.below architecture.VocabularySize)

/// Seconds in which a model writes `Tokens` tokens a row, the prompt's pass included.
let private decoding settings architecture (model: Model) =
    let sampler = Sampling.create { SamplingOptions.defaults with CudaGraphs = settings.Graphs } model
    let requests =
        Array.init settings.Rows (fun row -> {
            Row = row
            Context = tokens architecture settings.Tokens (Seed.ofInt row)
            Limit = settings.Tokens
        })
    timed(fun () ->
        use session = sampler.Open(Array.init settings.Rows Seed.ofInt)
        // All rows have the same limit, so that one call writes them all.
        session.Write(requests, (fun _ _ -> false), CancellationToken.None) |> ignore)

/// Tokens that transformers' `generate` writes a second with the same shape; None with why not.
let private peer settings (dtype: torch.ScalarType) architecture =
    let folder = Directory.CreateTempSubdirectory "levee-device-"
    try
        (Architecture.toConfig architecture [||] [||] [||]).Save folder.FullName
        let arguments = [
            Path.Combine(Repository.root, "tests", "Benchmarks", "peer", "generate.py")
            folder.FullName
            "--device"
            settings.Device
            "--dtype"
            (if dtype = torch.bfloat16 then "bfloat16" else "float32")
            "--rows"
            string settings.Rows
            "--tokens"
            string settings.Tokens
            "--threads"
            string(torch.get_num_threads())
        ]
        let python = Peer.python.Value |> Option.defaultValue "python3"
        let start = ProcessStartInfo(python, arguments, RedirectStandardOutput = true, UseShellExecute = false)
        try
            match Process.Start start with
            | null -> Error $"{python} does not start"
            | child ->
                use child = child
                let answer = child.StandardOutput.ReadToEnd()
                child.WaitForExit()
                if child.ExitCode = 0 then
                    let root = JsonDocument.Parse(answer).RootElement
                    Ok(root.GetProperty("peer").GetString(), root.GetProperty("tokensPerSecond").GetDouble())
                else
                    Error "python3 has no transformers, or it failed: what it wrote stands above"
        with :? ComponentModel.Win32Exception ->
            Error "no python3"
    finally
        folder.Delete true

let private decodingResult settings dtype architecture model =
    let written = float(settings.Rows * settings.Tokens)
    let ours = written / decoding settings architecture model
    let where = $"{settings.Shape} on {settings.Device}"
    let reference, ratio =
        match peer settings dtype architecture with
        | Ok(name, theirs) -> $"""{amount "tokens/s" 0 theirs} ({name})""", Some(spread [| ours / theirs |])
        | Error reason -> $"not run: {reason}", None
    {
        Measure = $"decoding, {where}, {settings.Rows} rows: speed against transformers' generate"
        Ours = amount "tokens/s" 0 ours
        Reference = reference
        Ratio = ratio
        Aim = "above 1.0"
    }

/// A trajectory of 2 `Tokens` tokens, a quarter of them the prompt.
let private trajectory settings architecture row : Trajectory =
    let prompt = settings.Tokens / 2
    let action = 2 * settings.Tokens - prompt
    let seed = Seed.ofInt row
    {
        Question = { Id = "device"; Text = "?"; GoldenAnswers = [ "answer" ]; Metadata = "" }
        Segments = [
            Prompt(tokens architecture prompt (Seed.named "prompt" seed))
            Action(tokens architecture action (Seed.named "action" seed), Array.create action (-log(float32 architecture.VocabularySize)))
        ]
        Reward = float(row % 2)
        Fault = None
        End = Answered
        Answer = Some "answer"
        AnswerTokens = 1
        CallTokens = []
        Searches = []
        InvalidActions = 0
    }

/// The FLOPs that one update needs by the model: 6 a parameter and token that meets it, and for each token 12 a layer, head, head's width and
/// token that it may see, which are half of the sequence (after PaLM, arXiv 2204.02311, appendix B). The head's matrix meets action tokens alone.
let private trainingFlops settings architecture =
    let a = architecture
    let length = 2.0 * float settings.Tokens
    let rows = float settings.Rows
    let embedding = float a.VocabularySize * float a.Width
    let body = float(Parameters.count a) - embedding * (if a.TiedHead then 1.0 else 2.0)
    let actions = length - float(settings.Tokens / 2)
    let attention = 12.0 * float(a.Layers * a.Heads * a.HeadWidth) * (length / 2.0)
    rows * (length * (6.0 * body + attention) + actions * 6.0 * embedding)

/// Seconds of one update: forward, loss, backward, clipping, AdamW.
let private training settings architecture precision (model: Model) =
    let trajectories = Array.init settings.Rows (trajectory settings architecture)
    use policy = World.freshPolicy()
    let policy = { policy with Model = model }
    let options = {
        TrainingOptions.defaults with
            Memory.MicroBatchSize = settings.Rows
            Memory.Precision = precision
    }
    let device = model.Parameters.Values.device
    use _ = torch.NewDisposeScope()
    let advantages = trajectories |> Array.map(fun t -> 2.0 * t.Reward - 1.0)
    let batch = Batch.create torch.float32 device trajectories advantages
    let plan = {
        Options = options
        Objective = Surrogate.clipped(Clip.symmetric 0.2)
        Rates = { PolicyRate = 1e-6; CriticRate = 1e-6 }
        OnPolicy = false
    }
    let mutable learner = Learner.start options Set.empty policy
    let update () =
        use _ = torch.NewDisposeScope()
        learner <- Update.run plan CancellationToken.None learner batch |> fst
        // Reading a weight waits for the device.
        model.Parameters.Values.narrow(0L, 0L, 1L).sum().ToDouble() |> ignore
    let time = timed update
    Learner.dispose learner
    time

let private trainingResult settings architecture precision model =
    let time = training settings architecture precision model
    let teraflops = trainingFlops settings architecture / time / 1e12
    let trained = float(2 * settings.Rows * settings.Tokens) / time
    {
        Measure =
            $"training, {settings.Shape} on {settings.Device}, {settings.Rows} sequences of {2 * settings.Tokens}: model FLOPs utilisation"
        Ours = $"""{teraflops.ToString("F3", CultureInfo.InvariantCulture)} TFLOP/s, {amount "tokens/s" 0 trained}"""
        Reference =
            match settings.PeakTeraflops with
            | Some peak -> amount "TFLOP/s at most" 1 peak
            | None -> "not known: give --peak-tflops"
        Ratio = settings.PeakTeraflops |> Option.map(fun peak -> spread [| teraflops / peak |])
        Aim = "above 0.4"
    }

/// Half precision on a GPU, single on the CPU.
let run settings =
    let architecture = architecture settings
    let device = Devices.named settings.Device
    let precision =
        if device.``type`` = DeviceType.CUDA then
            Precision.BFloat16
        else
            Precision.Float32
    let dtype = Precision.dtype precision
    use model = Parameters.initialise architecture dtype device (Seed.ofInt 1) |> Model.ofParameters
    [
        decodingResult settings dtype architecture model
        trainingResult settings architecture precision model
    ]
