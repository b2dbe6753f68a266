/// A folder in the hub's layout becomes a trained one through the command line: weights in several bfloat16 files, a byte-level tokenizer.
module Levee.Tests.RealModelJourney

open System
open System.Diagnostics
open System.IO
open System.Security.Cryptography
open System.Text.Json
open Levee
open Levee.Interop.HuggingFace
open Levee.Tests
open Levee.Tests.World
open TorchSharp
open Xunit

let private data = Path.Combine(Repository.root, "Experiments", "data")

/// The tiny model with a tokenizer that can read all that Atlas says.
let private model (folder: TemporaryFolder) =
    let source, target = Oracles.file(Path.Combine("models", "qwen2-tiny-sharded-bf16")), folder.File "model"
    Directory.CreateDirectory target |> ignore
    for file in Directory.GetFiles source do
        if Path.GetFileName file <> "expected.json" then
            File.Copy(file, Path.Combine(target, Path.GetRelativePath(source, file)))
    let texts =
        [ "corpus.jsonl"; "train.jsonl"; "test.jsonl" ] |> List.map(fun file -> File.ReadAllText(Path.Combine(data, file)))
    let protocol = "<think></think><search></search><information></information><answer></answer>Question: Doc 1(Title: x)!?"
    CutTokenizer.write (ModelConfig.Load target).VocabSize (String.concat "\n" (protocol :: texts)) target
    target

/// The objective has an entropy term: a random policy is never right, and GRPO and LLDS alone would leave it as it is.
let private configuration model =
    experiment "tiny-qwen" {
        question "Does a real model's folder train?"
        task(Tasks.atlas data)
        start(Checkpoint model)
        arm "GRPO + LLDS" (Recipes.llds + 0.1 * Entropy.bonus)
        learningRate 1e-3
        steps 3
        batchSize 2
        miniBatchSize 1
        groupSize 3
        training(fun options -> {
            options with
                Memory.Precision = Precision.BFloat16
                Memory.Packing = true
                Memory.GradientCheckpointing = true
                Measuring.EvaluationQuestions = 2
        })
    }
    |> Configuration.toJson

let private readIndependently (folder: string) =
    let info = ProcessStartInfo("python3", RedirectStandardOutput = true)
    info.ArgumentList.Add(Path.Combine(Repository.root, "tests", "CommandLine.Tests", "read_safetensors.py"))
    info.ArgumentList.Add folder
    let started =
        try
            Process.Start info
        with :? ComponentModel.Win32Exception ->
            Assert.Skip "There is no python3 to read the weights with."
            null
    use reader =
        match started with
        | null -> failwith "python3 did not start"
        | started -> started
    let output = reader.StandardOutput.ReadToEnd()
    reader.WaitForExit()
    Assert.Equal(0, reader.ExitCode)
    JsonDocument.Parse(output).RootElement

let private weights (folder: string) =
    use policy = Policy.loadFrozen torch.float32 torch.CPU folder
    Map.ofArray [|
        for name, tensor in Parameters.named policy.Parameters -> name, (tensor.shape, tensor.contiguous().bytes.ToArray())
    |]

[<Fact>]
let ``a sharded bfloat16 model with a byte-level tokenizer is trained, saved, read by another reader, and writes`` () =
    use folder = new TemporaryFolder()
    let model = model folder
    let out = folder.File "runs"
    succeeds [ "train"; folder.Write("config.json", configuration model); "--output"; out; "--workers"; "1" ] |> ignore
    let run = Directory.GetDirectories out |> Assert.Single
    let lines = File.ReadAllLines(Path.Combine(run, "metrics.jsonl"))
    Assert.Equal(3, lines.Length)
    let trained = Directory.GetDirectories(Path.Combine(run, "policies")) |> Assert.Single
    let before, after, independent = weights model, weights trained, readIndependently trained
    Assert.Equal<string seq>(before.Keys, after.Keys)
    Assert.Equal<Set<string>>(set after.Keys, set [ for tensor in independent.EnumerateObject() -> tensor.Name ])
    for KeyValue(name, (shape, bytes)) in after do
        let other = independent.GetProperty name
        Assert.Equal("BF16", other.GetProperty("dtype").GetString())
        Assert.Equal<int64[]>(shape, [| for size in other.GetProperty("shape").EnumerateArray() -> size.GetInt64() |])
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData bytes), other.GetProperty("sha256").GetString())
        Assert.False(bytes.AsSpan().SequenceEqual(snd before[name]), $"{name} did not move")
    Assert.Equal("bfloat16", (ModelConfig.Load trained).DType)
    Assert.Contains("questions", succeeds [ "evaluate"; trained; "--questions"; "2" ])
    Assert.NotEqual<string>("", succeeds [ "generate"; trained; "Question: "; "--max-tokens"; "8"; "--temperature"; "1"; "--seed"; "1" ])
