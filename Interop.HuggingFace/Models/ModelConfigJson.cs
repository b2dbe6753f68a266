using System.Text.Json;
using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace;

/// <summary>Between <see cref="ModelConfig"/> and its JSON.</summary>
internal static class ModelConfigJson
{
    // The only one of the families here whose default is not the quotient of two other fields.
    private const int Qwen3HeadDim = 128;

    internal static ModelConfig Read(JsonField root)
    {
        var rope = RopeJson.Read(root);
        var config = new ModelConfig
        {
            ModelType = root.Required("model_type").Text(),
            Architectures = root.Optional("architectures")?.Items().Select(item => item.Text()).ToArray() ?? [],
            HiddenSize = root.Required("hidden_size").Integer(minimum: 1),
            IntermediateSize = root.Required("intermediate_size").Integer(minimum: 1),
            NumHiddenLayers = root.Required("num_hidden_layers").Integer(minimum: 1),
            NumAttentionHeads = root.Required("num_attention_heads").Integer(minimum: 1),
            VocabSize = root.Required("vocab_size").Integer(minimum: 1),
            BosTokenIds = Ids(root.Optional("bos_token_id")),
            EosTokenIds = Ids(root.Optional("eos_token_id")),
            PadTokenIds = Ids(root.Optional("pad_token_id")),
            RopeScaling = rope.Scaling,
            RopeScalingName = rope.ScalingName,
            AttentionBias = root.Optional("attention_bias")?.Flag(),
            MlpBias = root.Optional("mlp_bias")?.Flag(),
            LayerTypes = root.Optional("layer_types")?.Items().Select(item => item.Text()).ToArray() ?? [],
            QuantizationConfig = root.Optional("quantization_config")?.Element,
            DType = (root.Optional("dtype") ?? root.Optional("torch_dtype"))?.Text(),
            Source = root.Element,
        };
        config = ReadDefaulted(config, root) with { RopeTheta = rope.Theta ?? config.RopeTheta };
        CheckHeads(config, root);
        return config with { Notices = UnreadSettings.Check(root, config) };
    }

    internal static JsonObject ToDocument(ModelConfig config)
    {
        var original = config.Source is { } source ? Read(JsonSource.Reparse(ModelFolder.ConfigName, source)) : null;
        var document = JsonOutput.Merge(config.Source, original is null ? [] : Fields(original), Fields(config));
        if (original is not null && !RopeJson.AreEqual(original, config))
        {
            RopeJson.Write(document, config);
        }
        return document;
    }

    private static ModelConfig ReadDefaulted(ModelConfig config, JsonField root)
    {
        if (root.Optional("num_key_value_heads") is { } keyValueHeads)
        {
            config = config with { NumKeyValueHeads = keyValueHeads.Integer(minimum: 1) };
        }
        if (root.Optional("head_dim") is { } headDim)
        {
            config = config with { HeadDim = headDim.Integer(minimum: 1) };
        }
        else if (config.ModelType == "qwen3")
        {
            config = config with { HeadDim = Qwen3HeadDim };
        }
        return config with
        {
            RmsNormEps = root.Optional("rms_norm_eps")?.Positive() ?? config.RmsNormEps,
            MaxPositionEmbeddings = root.Optional("max_position_embeddings")?.Integer(minimum: 1) ?? config.MaxPositionEmbeddings,
            HiddenAct = root.Optional("hidden_act")?.Text() ?? config.HiddenAct,
            TieWordEmbeddings = root.Optional("tie_word_embeddings")?.Flag() ?? config.TieWordEmbeddings,
            UseSlidingWindow = root.Optional("use_sliding_window")?.Flag() ?? config.UseSlidingWindow,
            InitializerRange = root.Optional("initializer_range")?.Positive() ?? config.InitializerRange,
        };
    }

    private static void CheckHeads(ModelConfig config, JsonField root)
    {
        if (config.NumAttentionHeads % config.NumKeyValueHeads != 0)
        {
            throw root.Required("num_key_value_heads").Error(
                $"{config.NumKeyValueHeads} does not divide num_attention_heads, {config.NumAttentionHeads}; correct one of them.");
        }
        if (!config.HasHeadDim && config.HiddenSize % config.NumAttentionHeads != 0)
        {
            throw root.Required("num_attention_heads").Error(
                $"{config.NumAttentionHeads} does not divide hidden_size, {config.HiddenSize}; correct it, or give head_dim.");
        }
    }

    internal static int[] Ids(JsonField? field) => field switch
    {
        null => [],
        { Element.ValueKind: JsonValueKind.Array } => [.. field.Items().SelectMany(Id)],
        _ => Id(field),
    };

    // -1 is how older files say that there is no such token.
    private static int[] Id(JsonField field) => field.Integer(minimum: -1) is >= 0 and var id ? [id] : [];

    private static (string Name, JsonNode? Value)[] Fields(ModelConfig config) =>
    [
        ("architectures", JsonOutput.Texts(config.Architectures)),
        ("attention_bias", config.AttentionBias),
        ("bos_token_id", Ids(config.BosTokenIds)),
        ("eos_token_id", Ids(config.EosTokenIds)),
        ("pad_token_id", Ids(config.PadTokenIds)),
        ("head_dim", config.HasHeadDim ? config.HeadDim : null),
        ("hidden_act", config.HiddenAct),
        ("hidden_size", config.HiddenSize),
        ("initializer_range", JsonOutput.Real(config.InitializerRange)),
        ("intermediate_size", config.IntermediateSize),
        ("layer_types", JsonOutput.Texts(config.LayerTypes)),
        ("max_position_embeddings", config.MaxPositionEmbeddings),
        ("mlp_bias", config.MlpBias),
        ("model_type", config.ModelType),
        ("num_attention_heads", config.NumAttentionHeads),
        ("num_hidden_layers", config.NumHiddenLayers),
        ("num_key_value_heads", config.NumKeyValueHeads),
        ("quantization_config", config.QuantizationConfig is { } quantization ? JsonNode.Parse(quantization.GetRawText()) : null),
        ("rms_norm_eps", JsonOutput.Real(config.RmsNormEps)),
        ("rope_scaling", config.RopeScaling is { } scaling ? JsonNode.Parse(scaling.GetRawText()) : null),
        ("rope_theta", JsonOutput.Real(config.RopeTheta)),
        ("tie_word_embeddings", config.TieWordEmbeddings),
        (config.Source is { } source && source.TryGetProperty("dtype", out _) ? "dtype" : "torch_dtype", config.DType),
        ("use_sliding_window", config.UseSlidingWindow),
        ("vocab_size", config.VocabSize),
    ];

    private static JsonNode? Ids(IReadOnlyList<int> ids) => ids switch
    {
        [] => null,
        [var id] => JsonValue.Create(id),
        _ => new JsonArray([.. ids.Select(id => JsonValue.Create(id))]),
    };
}
