namespace Levee.Policies

open System.IO
open System.Text.Json
open Levee.Interop.HuggingFace

/// The families of decoder-only transformers that can be loaded.
type Family =
    /// Qwen2 and Qwen2.5: biases on the query, key and value projections (arXiv 2412.15115).
    | Qwen2
    /// Qwen3: queries and keys are normed head by head (arXiv 2505.09388).
    | Qwen3
    /// Llama 2 and 3 (arXiv 2407.21783).
    | Llama

/// The stretching of rotary wavelengths for contexts longer than those of pre-training (Llama 3.1): short wavelengths stay, long ones grow by `Factor`, those
/// between are blended.
type RopeScaling = {
    Factor: float
    /// Wavelengths above `OriginalContext` / `LowFrequency` grow.
    LowFrequency: float
    /// Wavelengths below `OriginalContext` / `HighFrequency` stay; above `LowFrequency`.
    HighFrequency: float
    /// Tokens of context in pre-training.
    OriginalContext: float
}

/// The shape of a decoder-only transformer: RMSNorm, rotary positions, grouped-query attention, SwiGLU.
type Architecture = {
    Family: Family
    /// Rows of the embedding; at least the tokenizer's `VocabularySize`.
    VocabularySize: int
    /// Width of the residual stream.
    Width: int
    /// Width inside the feed-forward half of a layer.
    FeedForwardWidth: int
    Layers: int
    /// Query heads.
    Heads: int
    /// Key and value heads; divides `Heads`.
    KeyValueHeads: int
    /// Width of one head; even.
    HeadWidth: int
    /// True when the head's weight is the embedding's.
    TiedHead: bool
    /// Epsilon of RMSNorm, above 0.
    NormEpsilon: float
    /// Base of the rotary wavelengths, above 0.
    RopeBase: float
    RopeScaling: RopeScaling option
    /// The longest sequence, in tokens.
    ContextLimit: int
    /// Standard deviation of freshly drawn matrices, above 0.
    InitializerRange: float
}

[<RequireQualifiedAccess>]
module Architecture =
    let private families = [ "qwen2", Qwen2; "qwen3", Qwen3; "llama", Llama ]

    /// Raises `InvalidDataException` that names the file, what is wrong in it, and the remedy.
    let internal refuse (file: string) (problem: string) (remedy: string) = raise(InvalidDataException $"{file}: {problem}; {remedy}")

    let private llama3 = "llama3"

    let private ropeScaling file (place: string) (scaling: JsonElement) =
        let field (name: string) =
            match scaling.TryGetProperty name with
            | true, value -> Some value
            | _ -> None
        let number name =
            match field name with
            | Some value when value.ValueKind = JsonValueKind.Number && value.GetDouble() > 0.0 -> value.GetDouble()
            | Some value -> refuse file $"{place}.{name} is {value.GetRawText()}" "give a number above 0."
            | None -> refuse file $"{place}.{name} is missing" "add it."
        match field "rope_type" |> Option.orElseWith(fun () -> field "type") |> Option.map string with
        | Some "default" -> None
        | Some kind when kind = llama3 ->
            let scaling = {
                Factor = number "factor"
                LowFrequency = number "low_freq_factor"
                HighFrequency = number "high_freq_factor"
                OriginalContext = number "original_max_position_embeddings"
            }
            if scaling.HighFrequency <= scaling.LowFrequency then
                refuse file $"{place}.high_freq_factor is not above low_freq_factor" "correct one of them."
            Some scaling
        | kind ->
            let kind = kind |> Option.map(fun kind -> $" of type \"{kind}\"") |> Option.defaultValue " without a type"
            refuse
                file
                $"{place}{kind} is not supported"
                $"remove it if sequences stay within the length that the model was trained for; \"{llama3}\" is supported."

    /// Refuses a configuration that asks for something that is not built here.
    let private checkSettings file (family: Family) (config: ModelConfig) =
        let refuse problem remedy = refuse file problem remedy
        // Two names of one function.
        if config.HiddenAct <> "silu" && config.HiddenAct <> "swish" then
            refuse $"hidden_act \"{config.HiddenAct}\" is not supported" "checkpoints of these families have \"silu\"."
        let partial = config.LayerTypes |> Seq.tryFind((<>) "full_attention")
        if config.UseSlidingWindow then
            refuse "use_sliding_window true is not supported" "set it to false if sequences stay shorter than the window."
        if partial.IsSome then
            refuse
                $"layer_types \"{partial.Value}\" is not supported"
                "make it \"full_attention\" if sequences stay shorter than the window."
        match family, Option.ofNullable config.AttentionBias with
        | Qwen2, Some false ->
            refuse "attention_bias false contradicts model_type \"qwen2\", whose projections have biases" "remove the field."
        | (Qwen3 | Llama), Some true -> refuse "attention_bias true is not supported for this model_type" "use a checkpoint without biases."
        | _ -> ()
        if Option.ofNullable config.MlpBias = Some true then
            refuse "mlp_bias true is not supported" "use a checkpoint without biases."
        if config.QuantizationConfig.HasValue then
            refuse "quantization_config is not supported" "use the checkpoint that is not quantised."
        if config.HeadDim % 2 <> 0 then
            refuse $"head_dim {config.HeadDim} is odd" "rotary positions turn dimensions in pairs."

    /// The architecture that a `config.json` describes. `file` is named in errors.
    /// Raises `InvalidDataException` for a model type or a setting that is not supported, by the name of its field.
    let ofConfig (file: string) (config: ModelConfig) =
        let family =
            match List.tryFind (fst >> (=) config.ModelType) families with
            | Some(_, family) -> family
            | None ->
                let known = families |> List.map(fun (name, _) -> $"\"{name}\"") |> String.concat ", "
                refuse file $"model_type \"{config.ModelType}\" is not supported" $"use a checkpoint of one of {known}."
        checkSettings file family config
        {
            Family = family
            VocabularySize = config.VocabSize
            Width = config.HiddenSize
            FeedForwardWidth = config.IntermediateSize
            Layers = config.NumHiddenLayers
            Heads = config.NumAttentionHeads
            KeyValueHeads = config.NumKeyValueHeads
            HeadWidth = config.HeadDim
            TiedHead = config.TieWordEmbeddings
            NormEpsilon = config.RmsNormEps
            RopeBase = config.RopeTheta
            RopeScaling = config.RopeScaling |> Option.ofNullable |> Option.bind(ropeScaling file config.RopeScalingName)
            ContextLimit = config.MaxPositionEmbeddings
            InitializerRange = config.InitializerRange
        }

    /// True when the query, key and value projections have biases.
    let hasAttentionBias (architecture: Architecture) = (architecture.Family = Qwen2)

    /// True when queries and keys are normed head by head before they are turned.
    let hasHeadNorms (architecture: Architecture) = (architecture.Family = Qwen3)

    let private scalingJson (scaling: RopeScaling) =
        JsonSerializer.SerializeToElement(
            dict [
                "rope_type", box llama3
                "factor", scaling.Factor
                "low_freq_factor", scaling.LowFrequency
                "high_freq_factor", scaling.HighFrequency
                "original_max_position_embeddings", int scaling.OriginalContext
            ]
        )

    /// The `config.json` of an architecture, with the ids of the tokens that begin a text, end it, and fill a batch.
    let toConfig (architecture: Architecture) (bos: int[]) (eos: int[]) (pad: int[]) =
        let a = architecture
        ModelConfig(
            ModelType = (families |> List.find(snd >> (=) a.Family) |> fst),
            Architectures = [| $"{a.Family}ForCausalLM" |],
            VocabSize = a.VocabularySize,
            HiddenSize = a.Width,
            IntermediateSize = a.FeedForwardWidth,
            NumHiddenLayers = a.Layers,
            NumAttentionHeads = a.Heads,
            NumKeyValueHeads = a.KeyValueHeads,
            HeadDim = a.HeadWidth,
            TieWordEmbeddings = a.TiedHead,
            RmsNormEps = a.NormEpsilon,
            RopeTheta = a.RopeBase,
            RopeScaling = (a.RopeScaling |> Option.map scalingJson |> Option.toNullable),
            MaxPositionEmbeddings = a.ContextLimit,
            InitializerRange = a.InitializerRange,
            BosTokenIds = bos,
            EosTokenIds = eos,
            PadTokenIds = pad,
            DType = "float32"
        )
