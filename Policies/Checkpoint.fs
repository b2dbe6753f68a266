namespace Levee.Policies

open System.IO
open Levee.Interop.HuggingFace
open Levee.Policies.Transformer
open Levee.Policies.Weights
open TorchSharp

/// Policies as folders in Hugging Face's layout: `config.json`, `model.safetensors` (or several with their index), `tokenizer.json`,
/// `tokenizer_config.json`, and `generation_config.json` where there was one; `adapter` holds an adapter in PEFT's layout.
[<RequireQualifiedAccess>]
module Checkpoint =
    let private refuse (file: string) (problem: string) (remedy: string) = raise(InvalidDataException $"{file}: {problem}; {remedy}")

    // A tokenizer that is too small goes unnoticed until no token of it ends a text.
    let private checkEnds (tokenizer: Tokenizer) (file: string) (ends: int seq) =
        for id in ends do
            if isNull(tokenizer.TokenOf id) then
                refuse file $"eos_token_id {id} is no token of {ModelFolder.TokenizerName}" "check that the tokenizer belongs to the model."

    let private read (folder: ModelFolder) trainable architecture (dtype: torch.ScalarType) (device: torch.Device) =
        use weights = ModelWeights.Open folder

        TensorFile.check
            weights
            "the architecture"
            "check that the weights belong to the config.json beside them."
            (Parameters.shapes architecture)

        use scope = torch.NewDisposeScope()
        let values = torch.empty([| Parameters.count architecture |], dtype = dtype, device = device)
        let parameters = Parameters.ofValues architecture trainable (scope.MoveToOuter values)

        for name, tensor in Parameters.named parameters do
            TensorFile.load weights name tensor

        parameters

    let private modelOf (files: ModelFolder) config trainable dtype device =
        read files trainable (Architecture.ofConfig files.Config config) dtype device |> Model.ofParameters

    /// The model in a folder that needs no tokenizer, in a type and on a device of choice, ready to be trained or frozen. Its weights are
    /// read straight to their place: beside them only a few MB are held. Raises as `load` does.
    let loadModel trainable (dtype: torch.ScalarType) (device: torch.Device) (folder: string) =
        let files = ModelFolder folder
        files.Check(tokenizer = false)
        modelOf files (ModelConfig.Load files.Config) trainable dtype device

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

        let generation =
            if File.Exists files.GenerationConfig then
                Some(GenerationConfig.Load files.GenerationConfig)
            else
                None

        checkEnds tokenizer files.Config config.EosTokenIds
        generation |> Option.iter(fun generation -> checkEnds tokenizer files.GenerationConfig generation.EosTokenIds)

        {
            Model = modelOf files config trainable dtype device
            Tokenizer = TokenizerAdapter tokenizer
            Files = {
                Config = config
                Tokenizer = tokenizer
                TokenizerConfig = tokenizerConfig
                GenerationConfig = generation
            }
        }

    let private dtypeName (policy: Policy) = (string policy.Parameters.Values.dtype).ToLowerInvariant()

    let private writeInto shardSize (folder: string) (policy: Policy) =
        use _ = torch.NewDisposeScope()
        let files = ModelFolder folder
        (policy.Files.Config.WithDType(dtypeName policy)).Save files.Config
        ModelWeights.Write(folder, Parameters.namedMerged policy.Parameters |> Array.map TensorFile.computed, shardSize)
        policy.Files.Tokenizer.Save files.Tokenizer
        policy.Files.TokenizerConfig.Save files.TokenizerConfig
        policy.Files.GenerationConfig |> Option.iter _.Save(files.GenerationConfig)

        for adapter in Option.toList policy.Parameters.Adapter do
            AdapterFolder.writeInto (Directory.CreateDirectory(Path.Combine(folder, "adapter")).FullName) adapter

    /// Writes a policy to a folder, replacing what is there, in files of weights of at most `shardSize` bytes. An adapter's products are
    /// written in the weights, and the adapter itself beside them in `adapter`. Everything is written to a new folder beside it first, so
    /// that a crash or a full disk leaves the old policy whole.
    let save (shardSize: int64) (folder: string) (policy: Policy) =
        Folders.replace folder (fun temporary -> writeInto shardSize temporary policy)
