namespace Levee

open System
open System.Collections.Generic
open System.IO
open Levee.Interop.HuggingFace
open TorchSharp

/// Policies as folders in Hugging Face's layout: `config.json`, `model.safetensors`, `tokenizer.json`, `tokenizer_config.json`.
[<RequireQualifiedAccess>]
module Checkpoint =
    let private refuse (file: string) (problem: string) (remedy: string) = raise(InvalidDataException $"{file}: {problem}; {remedy}")

    let private listed (names: string seq) = names |> Seq.sort |> String.concat ", "

    let private shapeText (shape: int64 seq) =
        let sizes = String.Join(", ", shape)
        $"[{sizes}]"

    /// That a file has exactly the tensors of an architecture, by name and shape, as floating-point numbers.
    let private checkTensors (file: SafetensorsFile) (shapes: (string * int64[])[]) =
        let expected = shapes |> Array.map fst |> HashSet
        let missing = expected |> Seq.filter(fun name -> not(file.Tensors.ContainsKey name)) |> listed
        let extra = file.Tensors.Keys |> Seq.filter(fun name -> not(expected.Contains name)) |> listed
        let belongs = "check that the weights belong to the config.json beside them."

        if missing <> "" then
            refuse file.Path $"missing tensors {missing}" belongs

        if extra <> "" then
            refuse file.Path $"tensors that the architecture does not have: {extra}" belongs

        for name, shape in shapes do
            let entry = file.Tensors[name]

            if entry.Shape <> shape then
                refuse file.Path $"tensor '{name}' has shape {shapeText entry.Shape}, the architecture wants {shapeText shape}" belongs

            if not(TensorFile.isRead entry.DType) then
                refuse file.Path $"tensor '{name}' is of type {entry.DType}" "weights are F32, F64, BF16 or F16: convert the file."

    let private read (path: string) architecture (dtype: torch.ScalarType) (device: torch.Device) =
        use file = SafetensorsFile.Open path
        checkTensors file (Parameters.shapes architecture)
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad()
        let values = torch.zeros([| Parameters.count architecture |], dtype = dtype, device = device)
        let parameters = Parameters.ofValues architecture true (scope.MoveToOuter values)

        for name, tensor in Parameters.named parameters do
            use stored = TensorFile.read file name
            tensor.copy_ stored |> ignore

        parameters

    /// The model in a folder that needs no tokenizer, in a type and on a device of choice, ready to be trained. Raises as `load` does.
    let loadModel (dtype: torch.ScalarType) (device: torch.Device) (folder: string) =
        let files = ModelFolder folder
        files.Check(tokenizer = false)
        let architecture = Architecture.ofConfig files.Config (ModelConfig.Load files.Config)
        read (Seq.exactlyOne files.Weights) architecture dtype device |> Model.ofParameters

    /// The policy in a folder, in a type and on a device of choice, ready to be trained. Raises `FileNotFoundException`,
    /// `DirectoryNotFoundException` or `InvalidDataException`, which name the file, the tensor or field, and the remedy.
    let load (dtype: torch.ScalarType) (device: torch.Device) (folder: string) : Policy =
        let files = ModelFolder folder
        files.Check()
        let config = ModelConfig.Load files.Config
        let tokenizer = Tokenizer.Load files.Tokenizer
        let tokenizerConfig = TokenizerConfig.Load files.TokenizerConfig

        if tokenizer.VocabularySize > config.VocabSize then
            refuse
                files.Tokenizer
                $"it has {tokenizer.VocabularySize} tokens, but vocab_size in {ModelFolder.ConfigName} is {config.VocabSize}"
                "check that the tokenizer belongs to the model."

        {
            Model = loadModel dtype device folder
            Tokenizer = TokenizerAdapter tokenizer
            Files = { Config = config; Tokenizer = tokenizer; TokenizerConfig = tokenizerConfig }
        }

    let private writeInto (folder: string) (policy: Policy) =
        use _ = torch.NewDisposeScope()
        let files = ModelFolder folder
        policy.Files.Config.Save files.Config
        SafetensorsWriter.Write(Seq.exactlyOne files.Weights, Parameters.named policy.Model.Parameters |> Array.map TensorFile.stored)
        policy.Files.Tokenizer.Save files.Tokenizer
        policy.Files.TokenizerConfig.Save files.TokenizerConfig

    /// Moves a finished folder to its place; what was there gives way only then.
    let private install (source: string) (target: string) =
        if Directory.Exists target then
            let old = $"{source}.old"
            Directory.Move(target, old)
            Directory.Move(source, target)
            Directory.Delete(old, true)
        else
            Directory.Move(source, target)

    /// Writes a policy to a folder, replacing what is there. Everything is written to a new folder beside it first, so that a crash or a
    /// full disk leaves the old policy whole.
    let save (folder: string) (policy: Policy) =
        let target = Path.TrimEndingDirectorySeparator(Path.GetFullPath folder)
        let temporary = $"{target}.{Path.GetRandomFileName()}.tmp"
        Directory.CreateDirectory temporary |> ignore

        try
            writeInto temporary policy
            install temporary target
        finally
            if Directory.Exists temporary then
                Directory.Delete(temporary, true)
