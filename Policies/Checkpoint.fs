namespace Levee.Policies

open System.IO
open Levee.Interop.HuggingFace
open Levee.Policies.Transformer
open Levee.Policies.Weights
open TorchSharp

[<RequireQualifiedAccess>]
module Checkpoint =
    // A tokenizer that is too small goes unnoticed until no token of it ends a text.
    let private checkEnds (tokenizer: Tokenizer) (file: string) (ends: int seq) =
        for id in ends do
            if isNull(tokenizer.TokenOf id) then
                Architecture.refuse
                    file
                    $"eos_token_id {id} is no token of {ModelFolder.TokenizerName}"
                    "check that the tokenizer belongs to the model."

    let private check (weights: ModelWeights) architecture =
        Parameters.shapes architecture
        |> TensorFile.check
            weights
            "the architecture"
            "check that the weights belong to the config.json beside them."
            (Redundant.reason architecture)

    /// Reads the weights in a folder, and gives them with the notices for the user.
    let private read overflow (folder: ModelFolder) trainable architecture (dtype: torch.ScalarType) (device: torch.Device) =
        use weights = ModelWeights.Open folder
        let passed = check weights architecture
        use scope = torch.NewDisposeScope()
        let values = torch.empty([| Parameters.count architecture |], dtype = dtype, device = device)
        let parameters = Parameters.ofValues architecture trainable (scope.MoveToOuter values)
        let misfits = [
            for name, tensor in Parameters.named parameters do
                yield! Option.toList(TensorFile.load weights name tensor)
        ]
        let saturated =
            try
                Narrowing.settle overflow weights.Path dtype misfits
            with _ ->
                (parameters :> System.IDisposable).Dispose()
                reraise()
        parameters, Redundant.notice architecture weights passed @ saturated

    let private modelOf overflow (files: ModelFolder) config trainable dtype device =
        let parameters, notices = read overflow files trainable (Architecture.ofConfig files.Config config) dtype device
        Model.ofParameters parameters, List.ofSeq config.Notices @ notices

    let loadModel trainable (dtype: torch.ScalarType) (device: torch.Device) (folder: string) =
        let files = ModelFolder folder
        files.Check(tokenizer = false)
        modelOf Overflow.Refuse files (ModelConfig.Load files.Config) trainable dtype device |> fst

    let architecture (folder: string) =
        let files = ModelFolder folder
        files.Check(tokenizer = false)
        Architecture.ofConfig files.Config (ModelConfig.Load files.Config)

    let notices (folder: string) =
        let files = ModelFolder folder
        files.Check()
        let config = ModelConfig.Load files.Config
        let architecture = Architecture.ofConfig files.Config config
        use weights = ModelWeights.Open files
        List.ofSeq (Tokenizer.Load files.Tokenizer).Notices
        @ List.ofSeq config.Notices
        @ Redundant.notice architecture weights (check weights architecture)

    let loadNarrowing overflow trainable (dtype: torch.ScalarType) (device: torch.Device) (folder: string) : Policy =
        let files = ModelFolder folder
        files.Check()
        let config = ModelConfig.Load files.Config
        let tokenizer = Tokenizer.Load files.Tokenizer
        let tokenizerConfig = TokenizerConfig.Load files.TokenizerConfig
        if tokenizer.VocabularySize > config.VocabSize then
            Architecture.refuse
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
        let model, notices = modelOf overflow files config trainable dtype device
        {
            Model = model
            Tokenizer = TokenizerAdapter tokenizer
            Files = {
                Config = config
                Tokenizer = tokenizer
                TokenizerConfig = tokenizerConfig
                GenerationConfig = generation
                Notices = List.ofSeq tokenizer.Notices @ notices
            }
        }

    let load trainable dtype device folder = loadNarrowing Overflow.Refuse trainable dtype device folder

    let private dtypeName (policy: Policy) = (string policy.Parameters.Values.dtype).ToLowerInvariant()

    let private writeInto overflow shardSize (folder: string) (policy: Policy) =
        use _ = torch.NewDisposeScope()
        let files = ModelFolder folder
        let values, misfits = policy.Parameters.Values, ResizeArray()
        // An adapter's product may take a weight out of its type's range.
        let computed =
            TensorFile.computed(fun found ->
                if overflow = Overflow.Refuse then
                    Narrowing.settle overflow folder values.dtype [ found ] |> ignore
                misfits.Add found)
        (policy.Files.Config.WithDType(dtypeName policy)).Save files.Config
        ModelWeights.Write(folder, Parameters.namedMerged policy.Parameters |> Array.map computed, shardSize)
        policy.Files.Tokenizer.Save files.Tokenizer
        policy.Files.TokenizerConfig.Save files.TokenizerConfig
        policy.Files.GenerationConfig |> Option.iter _.Save(files.GenerationConfig)
        for adapter in Option.toList policy.Parameters.Adapter do
            AdapterFolder.writeInto (Directory.CreateDirectory(Path.Combine(folder, "adapter")).FullName) adapter
        List.ofSeq misfits

    let save (shardSize: int64) (folder: string) (policy: Policy) =
        AtomicFolder.Replace(folder, (fun temporary -> writeInto Overflow.Refuse shardSize temporary policy |> ignore))

    let saveWith overflow (companions: Companions) (shardSize: int64) (folder: string) (policy: Policy) =
        let mutable misfits = []
        AtomicFolder.Replace(
            folder,
            fun temporary ->
                Companions.copyInto temporary companions
                misfits <- writeInto overflow shardSize temporary policy
        )
        Narrowing.settle Overflow.Saturate folder policy.Parameters.Values.dtype misfits @ Companions.notice companions
