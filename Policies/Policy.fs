namespace Levee.Policies

open System
open Levee
open Levee.Interop.HuggingFace
open Levee.Policies.Sampling
open Levee.Policies.Transformer
open Levee.Policies.Weights
open TorchSharp

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Policy =
    /// The sizes of a policy that learns on a laptop: 2 layers of width 64, 4 query and 2 key heads, a tied head, 512 tokens of context.
    let tiny (vocabularySize: int) = {
        Family = Qwen2
        VocabularySize = vocabularySize
        Width = 64
        FeedForwardWidth = 192
        Layers = 2
        Heads = 4
        KeyValueHeads = 2
        HeadWidth = 16
        TiedHead = true
        NormEpsilon = 1e-6
        RopeBase = 10000.0
        RopeScaling = None
        ContextLimit = 512
        InitializerRange = 0.02
    }

    /// A fresh policy in float32 on the CPU, its weights drawn from the seed. Raises `ArgumentException` where the tokenizer has more
    /// tokens than the architecture.
    let create (architecture: Architecture) (tokenizer: Tokenizer) (tokenizerConfig: TokenizerConfig) (seed: Seed) =
        if tokenizer.VocabularySize > architecture.VocabularySize then
            Setting.refuse
                $"The tokenizer has {tokenizer.VocabularySize} tokens, the architecture {architecture.VocabularySize}: raise the latter."
        let ids (token: string | null) =
            match token with
            | null -> [||]
            | token -> tokenizer.IdOf token |> Option.ofNullable |> Option.toArray
        let config =
            Architecture.toConfig architecture (ids tokenizerConfig.BosToken) (ids tokenizerConfig.EosToken) (ids tokenizerConfig.PadToken)
        {
            Model = Parameters.initialise architecture torch.float32 torch.CPU seed |> Model.ofParameters
            Tokenizer = TokenizerAdapter tokenizer
            Files = {
                Config = config
                Tokenizer = tokenizer
                TokenizerConfig = tokenizerConfig
                GenerationConfig = None
                Notices = []
            }
        }

    /// The policy in a folder, ready to be trained, in a type and on a device of choice. Raises `FileNotFoundException`,
    /// `DirectoryNotFoundException` or `InvalidDataException`, which name the file, the tensors or field, and the remedy.
    let load dtype device (folder: string) = Checkpoint.load true dtype device folder

    /// Loads a policy as `load` does, without room for a gradient: to write, to be evaluated, or as a reference.
    let loadFrozen dtype device (folder: string) = Checkpoint.load false dtype device folder

    /// Loads a policy as `loadFrozen` does, with numbers that the type cannot hold refused or saturated.
    let loadNarrowing overflow dtype device (folder: string) = Checkpoint.loadNarrowing overflow false dtype device folder

    /// The architecture of the policy in a folder, from its `config.json`. Raises as `load` does.
    let architecture (folder: string) = Checkpoint.architecture folder

    /// The notices that loading the policy in a folder would give of its configuration and its tensors' names, a line each. Raises as `load` does.
    let notices (folder: string) = Checkpoint.notices folder

    /// Writes a policy to a folder, replacing what is there, in files of at most 5 GB as transformers does. Everything is written to a new
    /// folder beside it first, so that a crash or a full disk leaves the old policy whole. An adapter's products are written in the weights, and the
    /// adapter itself beside them in `adapter`.
    let save (folder: string) (policy: Policy) = Checkpoint.save ModelWeights.DefaultShardSize folder policy

    /// Writes a policy as `save` does, in files of weights of at most `shardSize` bytes.
    let saveSharded shardSize (folder: string) (policy: Policy) = Checkpoint.save shardSize folder policy

    /// Writes a policy as `saveSharded` does, with a model's other files beside the policy's own. Numbers beyond the weights' type, which an adapter's
    /// products may lead to, are refused or saturated. Gives the notices for the user, a line each.
    let saveWith overflow companions shardSize (folder: string) (policy: Policy) =
        Checkpoint.saveWith overflow companions shardSize folder policy

    /// A frozen copy that shares no weights that training moves: a reference policy, or the policy of an earlier step. It cannot be trained,
    /// whether or not the original can (`cloneTrainable`). Of a policy with an adapter, the adapter alone is copied.
    let clone (policy: Policy) = { policy with Model = Model.frozen policy.Model }

    /// A copy as `clone` makes it, but ready to be trained; training it leaves the original as it is.
    let cloneTrainable (policy: Policy) = {
        policy with
            Model = policy.Model |> Model.withParameters(Parameters.cloneTrainable policy.Parameters)
    }

    /// A copy as `clone` makes it, in which the numbers that training moves are in float32 where they were of half precision.
    let cloneWide (policy: Policy) = { policy with Model = Parameters.cloneWide policy.Parameters |> Model.ofParameters }

    let private withAdapter adapter (policy: Policy) = {
        policy with
            Model = policy.Model |> Model.withParameters(Parameters.beside adapter policy.Parameters)
    }

    /// The policy with a fresh adapter beside its weights, which it shares and which stay as they are: training moves the adapter alone, and it
    /// changes nothing before the first update. `origin` is where the policy is from, for PEFT: its folder or name. Raises `ArgumentException`
    /// for options out of range.
    let adapt (options: LoraOptions) (origin: string) (seed: Seed) (policy: Policy) =
        let values = policy.Parameters.Values
        policy
        |> withAdapter(Some(Adapter.initialise policy.Parameters.Architecture options origin values.dtype values.device seed))

    /// The policy without its adapter: a frozen view of the weights beside it.
    let bare (policy: Policy) = withAdapter None policy

    /// The policy with an adapter from a folder in PEFT's layout beside its weights, which it shares; ready to be trained, or frozen. Raises
    /// `FileNotFoundException`, `DirectoryNotFoundException` or `InvalidDataException`, which name the file, the tensors or field, and the remedy.
    let loadAdapter trainable (folder: string) (policy: Policy) =
        let values = policy.Parameters.Values
        let adapter, notices = AdapterFolder.load trainable policy.Parameters.Architecture values.dtype values.device folder
        let adapted = withAdapter (Some adapter) policy
        { adapted with Files = { policy.Files with Notices = policy.Files.Notices @ notices } }

    /// Writes a policy's adapter to a folder in PEFT's layout, replacing what is there. Raises `InvalidOperationException` for a policy without
    /// one.
    let saveAdapter (folder: string) (policy: Policy) =
        match policy.Parameters.Adapter with
        | Some adapter -> AdapterFolder.save folder adapter
        | None -> invalidOp "This policy has no adapter: give it one by Policy.adapt or Policy.loadAdapter, or save the policy itself."

    /// A frozen copy without an adapter, but with its products in the weights.
    let merge (policy: Policy) = { policy with Model = policy.Model |> Model.withParameters(Parameters.merge policy.Parameters) }

    /// The device that holds the weights.
    let device (policy: Policy) = policy.Parameters.Values.device

    /// The tokens that a policy's files name as ends of a text: `eos_token_id` of `generation_config.json` and `config.json`, `eos_token` of
    /// `tokenizer_config.json`.
    let stopTokens (policy: Policy) =
        let files = policy.Files
        let ofTokenizer = files.TokenizerConfig.EosTokenId files.Tokenizer |> Option.ofNullable
        let ofGeneration = files.GenerationConfig |> Option.map(_.EosTokenIds >> List.ofSeq) |> Option.defaultValue []
        List.distinct(ofGeneration @ List.ofSeq files.Config.EosTokenIds @ Option.toList ofTokenizer)

    /// A sampler of the policy at a temperature, 0 for greedy, without filters. Training samples with it.
    let sampler (temperature: float) (policy: Policy) =
        Sampling.create { SamplingOptions.defaults with Temperature = temperature } policy.Model

    /// Frees the weights now.
    let dispose (policy: Policy) = (policy :> IDisposable).Dispose()
