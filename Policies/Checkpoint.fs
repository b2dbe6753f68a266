namespace Levee

open System
open System.Collections.Generic
open System.IO
open Levee.Interop.HuggingFace
open TorchSharp

/// Policies as folders in Hugging Face's layout: `config.json`, `model.safetensors` (or several with their index), `tokenizer.json`,
/// `tokenizer_config.json`, and `generation_config.json` where there was one.
[<RequireQualifiedAccess>]
module Checkpoint =
    let private refuse (file: string) (problem: string) (remedy: string) = raise(InvalidDataException $"{file}: {problem}; {remedy}")

    let private listed (names: string seq) = names |> Seq.sort |> String.concat ", "

    let private shapeText (shape: int64 seq) =
        let sizes = String.Join(", ", shape)
        $"[{sizes}]"

    /// That there are exactly the tensors of an architecture, by name and shape, as floating-point numbers; every fault is named.
    let private checkTensors (source: ITensorSource) (shapes: (string * int64[])[]) =
        let expected = shapes |> Array.map fst |> HashSet
        let missing = expected |> Seq.filter(fun name -> not(source.Tensors.ContainsKey name)) |> listed
        let extra = source.Tensors.Keys |> Seq.filter(fun name -> not(expected.Contains name)) |> listed

        let faults = [|
            if missing <> "" then
                $"missing tensors {missing}"

            if extra <> "" then
                $"tensors that the architecture does not have: {extra}"

            for name, shape in shapes do
                match source.Tensors.TryGetValue name with
                | true, entry when entry.Shape <> shape ->
                    $"tensor '{name}' has shape {shapeText entry.Shape}, the architecture wants {shapeText shape}"
                | true, entry when not(TensorFile.isRead entry.DType) ->
                    $"tensor '{name}' is of type {entry.DType}, and weights are F32, F64, BF16 or F16"
                | _ -> ()
        |]

        if faults.Length > 0 then
            refuse source.Path (String.concat "; " faults) "check that the weights belong to the config.json beside them."

    let private read (folder: ModelFolder) trainable architecture (dtype: torch.ScalarType) (device: torch.Device) =
        use weights = ModelWeights.Open folder
        checkTensors weights (Parameters.shapes architecture)
        use scope = torch.NewDisposeScope()
        let values = torch.empty([| Parameters.count architecture |], dtype = dtype, device = device)
        let parameters = Parameters.ofValues architecture trainable (scope.MoveToOuter values)

        for name, tensor in Parameters.named parameters do
            TensorFile.load weights name tensor

        parameters

    /// The model in a folder that needs no tokenizer, in a type and on a device of choice, ready to be trained or frozen. Its weights are
    /// read straight to their place: beside them only a few MB are held. Raises as `load` does.
    let loadModel trainable (dtype: torch.ScalarType) (device: torch.Device) (folder: string) =
        let files = ModelFolder folder
        files.Check(tokenizer = false)
        let architecture = Architecture.ofConfig files.Config (ModelConfig.Load files.Config)
        read files trainable architecture dtype device |> Model.ofParameters

    /// The policy in a folder, in a type and on a device of choice, ready to be trained or frozen. Raises `FileNotFoundException`,
    /// `DirectoryNotFoundException` or `InvalidDataException`, which name the file, the tensors or field, and the remedy.
    let load trainable (dtype: torch.ScalarType) (device: torch.Device) (folder: string) : Policy =
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
            Model = loadModel trainable dtype device folder
            Tokenizer = TokenizerAdapter tokenizer
            Files = {
                Config = config
                Tokenizer = tokenizer
                TokenizerConfig = tokenizerConfig
                GenerationConfig =
                    if File.Exists files.GenerationConfig then
                        Some(GenerationConfig.Load files.GenerationConfig)
                    else
                        None
            }
        }

    let private dtypeName (policy: Policy) = (string policy.Parameters.Values.dtype).ToLowerInvariant()

    let private writeInto shardSize (folder: string) (policy: Policy) =
        use _ = torch.NewDisposeScope()
        let files = ModelFolder folder
        (policy.Files.Config.WithDType(dtypeName policy)).Save files.Config
        ModelWeights.Write(folder, Parameters.named policy.Parameters |> Array.map TensorFile.stored, shardSize)
        policy.Files.Tokenizer.Save files.Tokenizer
        policy.Files.TokenizerConfig.Save files.TokenizerConfig
        policy.Files.GenerationConfig |> Option.iter _.Save(files.GenerationConfig)

    /// Moves a finished folder to its place; what was there gives way only then.
    let private install (source: string) (target: string) =
        if Directory.Exists target then
            let old = $"{source}.old"
            Directory.Move(target, old)
            Directory.Move(source, target)
            Directory.Delete(old, true)
        else
            Directory.Move(source, target)

    /// Writes a policy to a folder, replacing what is there, in files of weights of at most `shardSize` bytes. Everything is written to a
    /// new folder beside it first, so that a crash or a full disk leaves the old policy whole.
    let save (shardSize: int64) (folder: string) (policy: Policy) =
        let target = Path.TrimEndingDirectorySeparator(Path.GetFullPath folder)
        let temporary = $"{target}.{Path.GetRandomFileName()}.tmp"
        Directory.CreateDirectory temporary |> ignore

        try
            writeInto shardSize temporary policy
            install temporary target
        finally
            if Directory.Exists temporary then
                Directory.Delete(temporary, true)
