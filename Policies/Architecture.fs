namespace Levee

open System.IO
open Levee.Interop.HuggingFace

/// The shape of a decoder-only transformer of the Qwen2 family.
type Architecture = {
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
    /// Whether the query, key and value projections have biases.
    AttentionBias: bool
    /// Whether the head's weight is the embedding's.
    TiedHead: bool
    /// Epsilon of RMSNorm, above 0.
    NormEpsilon: float
    /// Base of the rotary wavelengths, above 0.
    RopeBase: float
    /// The longest sequence, in tokens.
    ContextLimit: int
    /// Standard deviation of freshly drawn matrices, above 0.
    InitializerRange: float
}

[<RequireQualifiedAccess>]
module Architecture =
    let private modelType = "qwen2"

    /// The architecture that a `config.json` describes. `file` is named in errors.
    /// Raises `InvalidDataException` for a model type or a setting that is not supported, by the name of its field.
    let ofConfig (file: string) (config: ModelConfig) =
        let refuse field remedy = raise(InvalidDataException $"{file}: {field}; {remedy}")

        if config.ModelType <> modelType then
            refuse $"model_type \"{config.ModelType}\" is not supported" $"use a checkpoint of model_type \"{modelType}\"."

        if config.HiddenAct <> "silu" then
            refuse $"hidden_act \"{config.HiddenAct}\" is not supported" "Qwen2 checkpoints have \"silu\"."

        if config.UseSlidingWindow then
            refuse "use_sliding_window true is not supported" "set it to false if sequences stay shorter than the window."

        if config.RopeScaling.HasValue then
            refuse "rope_scaling is not supported" "remove it if sequences stay within the length that the model was trained for."

        if config.AttentionBias.HasValue && not config.AttentionBias.Value then
            refuse "attention_bias false contradicts model_type \"qwen2\", whose projections have biases" "remove the field."

        if config.HeadDim % 2 <> 0 then
            refuse $"head_dim {config.HeadDim} is odd" "rotary positions turn dimensions in pairs."

        {
            VocabularySize = config.VocabSize
            Width = config.HiddenSize
            FeedForwardWidth = config.IntermediateSize
            Layers = config.NumHiddenLayers
            Heads = config.NumAttentionHeads
            KeyValueHeads = config.NumKeyValueHeads
            HeadWidth = config.HeadDim
            AttentionBias = true
            TiedHead = config.TieWordEmbeddings
            NormEpsilon = config.RmsNormEps
            RopeBase = config.RopeTheta
            ContextLimit = config.MaxPositionEmbeddings
            InitializerRange = config.InitializerRange
        }

    /// The `config.json` of an architecture, with the ids of the tokens that begin a text, end it, and fill a batch.
    let toConfig (architecture: Architecture) (bos: int[]) (eos: int[]) (pad: int[]) =
        let a = architecture

        ModelConfig(
            ModelType = modelType,
            Architectures = [| "Qwen2ForCausalLM" |],
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
            MaxPositionEmbeddings = a.ContextLimit,
            InitializerRange = a.InitializerRange,
            BosTokenIds = bos,
            EosTokenIds = eos,
            PadTokenIds = pad,
            DType = "float32"
        )
