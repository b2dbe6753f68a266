using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// The <c>config.json</c> of a decoder-only transformer. Where a field may be left out, its default is that of transformers' Qwen2Config,
/// unless said
/// otherwise. Fields that this record does not know survive loading and saving.
/// </summary>
public sealed record ModelConfig
{
    private readonly int? _numKeyValueHeads;
    private readonly int? _headDim;

    /// <summary>The architecture's name, such as <c>qwen2</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>The classes of transformers that load the model, such as <c>Qwen2ForCausalLM</c>.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width inside the feed-forward block.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of transformer blocks.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Number of key and value heads; divides <see cref="NumAttentionHeads"/>, which it is where left out.</summary>
    public int NumKeyValueHeads
    {
        get => _numKeyValueHeads ?? NumAttentionHeads;
        init => _numKeyValueHeads = value;
    }

    /// <summary>Width of one head; <see cref="HiddenSize"/> / <see cref="NumAttentionHeads"/> where left out.</summary>
    public int HeadDim
    {
        get => _headDim ?? HiddenSize / NumAttentionHeads;
        init => _headDim = value;
    }

    /// <summary>Rows of the embedding; at least <see cref="Tokenizer.VocabularySize"/>.</summary>
    public required int VocabSize { get; init; }

    /// <summary>The epsilon of RMS normalisation, above 0.</summary>
    public double RmsNormEps { get; init; } = 1e-6;

    /// <summary>
    /// The base of the rotary embedding's wavelengths, above 0. Read from <c>rope_parameters</c> and <c>rope_scaling</c> too, for all layers or
    /// nested by their type; places that contradict each other are refused.
    /// </summary>
    public double RopeTheta { get; init; } = 10_000.0;

    /// <summary>The stretching of the rotary embedding, as it stands in the file; null for none.</summary>
    public JsonElement? RopeScaling { get; init; }

    /// <summary>The place in the file where <see cref="RopeScaling"/> stands, such as <c>rope_parameters</c>, to be named in errors.</summary>
    public string RopeScalingName { get; init; } = "rope_scaling";

    /// <summary>The longest sequence that the model was made for, in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 32_768;

    /// <summary>The activation of the feed-forward block.</summary>
    public string HiddenAct { get; init; } = "silu";

    /// <summary>The tokens that begin a text; empty where there is none.</summary>
    public IReadOnlyList<int> BosTokenIds { get; init; } = [];

    /// <summary>The tokens that end a text; empty where there is none.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>The tokens that fill a batch; empty where there is none.</summary>
    public IReadOnlyList<int> PadTokenIds { get; init; } = [];

    /// <summary>True when the head's matrix is the embedding's.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>
    /// True when attention projections have biases; null where the file does not say and the architecture decides, as Qwen2 always does.
    /// </summary>
    public bool? AttentionBias { get; init; }

    /// <summary>True when the feed-forward projections have biases; null where the file does not say, which means no.</summary>
    public bool? MlpBias { get; init; }

    /// <summary>True when some layers attend to a window only.</summary>
    public bool UseSlidingWindow { get; init; }

    /// <summary>The kind of each layer's attention, such as <c>full_attention</c>; empty where the file does not say.</summary>
    public IReadOnlyList<string> LayerTypes { get; init; } = [];

    /// <summary>The quantisation of the stored weights, as it stands in the file; null for none.</summary>
    public JsonElement? QuantizationConfig { get; init; }

    /// <summary>
    /// The type of the stored weights by torch's name, such as <c>bfloat16</c> (the field <c>dtype</c> or <c>torch_dtype</c>); null where
    /// the file does not say.
    /// </summary>
    public string? DType { get; init; }

    /// <summary>Standard deviation of freshly drawn weights, above 0.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>
    /// Notices for the user of the file, a line each: settings that are neither read nor known to change nothing; they are kept.
    /// </summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>True when <see cref="HeadDim"/> is a field of its own rather than computed.</summary>
    internal bool HasHeadDim => _headDim is not null;

    /// <summary>The document that this configuration was read from.</summary>
    internal JsonElement? Source { get; init; }

    /// <summary>Reads a <c>config.json</c>, or the one in a folder.</summary>
    /// <exception cref="InvalidDataException">
    /// The text is no JSON, a required field is missing, a value is out of range, values contradict each other, or a setting of the families
    /// that can be loaded would change what the model computes and is not supported; file, line and field are named.
    /// </exception>
    public static ModelConfig Load(string path) => ModelConfigJson.Read(JsonSource.Load(ModelFolder.FileAt(path, ModelFolder.ConfigName)));

    /// <summary>A configuration that differs in the type of the stored weights alone, given by torch's name.</summary>
    public ModelConfig WithDType(string dtype) => this with { DType = dtype };

    /// <summary>Writes the file, or <c>config.json</c> in a folder. What was read and not changed is written as it was read.</summary>
    public void Save(string path) =>
        JsonOutput.Save(ModelFolder.FileAt(path, ModelFolder.ConfigName), writer => ModelConfigJson.ToDocument(this).WriteTo(writer));
}
