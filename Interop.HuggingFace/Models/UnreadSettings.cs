using System.IO.Enumeration;
using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// Settings of a <c>config.json</c> that <see cref="ModelConfig"/> does not read. Some families' files have them to change what a model
/// computes: unless such a setting has the value that changes nothing, it is refused. Others are known to change nothing. What is left is
/// told.
/// </summary>
internal static class UnreadSettings
{
    /// <summary>The families whose settings are known here.</summary>
    private static readonly string[] Families = ["qwen2", "qwen3", "llama"];

    private static readonly HashSet<string> Read = new(StringComparer.Ordinal)
    {
        "architectures", "attention_bias", "bos_token_id", "dtype", "eos_token_id", "head_dim", "hidden_act", "hidden_size",
        "initializer_range", "intermediate_size", "layer_types", "max_position_embeddings", "mlp_bias", "model_type", "num_attention_heads",
        "num_hidden_layers", "num_key_value_heads", "pad_token_id", "quantization_config", "rms_norm_eps", "rope_parameters", "rope_scaling",
        "rope_theta", "tie_word_embeddings", "torch_dtype", "use_sliding_window", "vocab_size",
    };

    /// <summary>
    /// Settings that change numbers, by patterns of which the first that fits decides, and whether a value changes nothing.
    /// </summary>
    private static readonly (string Pattern, Func<JsonElement, ModelConfig, bool> IsNeutral)[] Changing =
    [
        ("partial_rotary_factor", IsOne),
        ("rotary_pct", IsOne),
        ("rotary_percent", IsOne),
        ("rope_percent", IsOne),
        ("rope_ratio", IsOne),
        ("rotary_dim", (value, config) => Is(value, config.HeadDim)),
        ("rope_type", (value, _) => IsText(value, "default")),
        ("rope_*base*", (value, config) => Is(value, config.RopeTheta)),
        ("rotary_*base*", (value, config) => Is(value, config.RopeTheta)),
        ("*rope*theta*", (value, config) => Is(value, config.RopeTheta)),
        ("use_rope", IsTrue),
        ("use_rotary*", IsTrue),
        ("no_rope_layers", (value, config) => IsOff(value, config) || IsOne(value, config)),
        ("*rope*", IsOff),
        ("*rotary*", IsOff),
        ("position_embedding_type", (value, _) => IsText(value, "rope") || IsText(value, "rotary")),
        ("*alibi*", IsOff),
        ("*ntk*", IsOff),
        ("*logn*", IsOff),

        ("*softcap*", IsOff),
        ("*multiplier*", IsOne),
        ("*scaling", IsOne),
        ("scale_attn_weights", IsTrue),
        ("scale_attn_by_inverse_layer_idx", IsOff),
        ("*scale*", IsOne),
        ("query_pre_attn_scalar", (value, config) => Is(value, config.HeadDim)),
        ("dim_model_base", (value, config) => Is(value, config.HiddenSize)),
        ("clip_qkv", IsOff),
        ("*temperature_tuning*", IsOff),

        ("qkv_bias", HasFamilysBias),
        ("use_qkv_bias", HasFamilysBias),
        ("add_qkv_bias", HasFamilysBias),
        ("*bias", IsOff),
        ("*norm*eps*", (value, config) => Is(value, config.RmsNormEps)),
        ("*qk*norm*", HasFamilysHeadNorms),
        ("norm_type", (value, _) => IsText(value, "rmsnorm") || IsText(value, "rms_norm")),
        ("hidden_activation", IsSilu),
        ("activation_function", IsSilu),
        ("*parallel_residual", IsOff),
        ("parallel_att*", IsOff),

        ("is_causal", IsTrue),
        ("*bidirectional*", IsOff),
        ("attention_chunk_size", IsOff),
        ("sliding_window_*", IsOff),
        ("*attention_sink*", IsOff),
        ("kv_channels", (value, config) => Is(value, config.HeadDim)),
        ("v_head_dim", (value, config) => Is(value, config.HeadDim)),
        ("qk_*head_dim", (value, config) => Is(value, config.HeadDim)),
        ("*lora_rank", IsOff),
        ("num_kv_shared_layers", IsOff),
        ("add_cross_attention", IsOff),
        ("is_encoder_decoder", IsOff),
        ("pruned_heads", IsOff),

        ("num_experts*", IsOff),
        ("num_local_experts", IsOff),
        ("n_*_experts", IsOff),
        ("moe_*", IsOff),
        ("quantization*", IsOff),
        ("compression_config", IsOff),
    ];

    /// <summary>
    /// Settings that change nothing here: names, training, generation (<c>generation_config.json</c> has its own), how transformers runs.
    /// </summary>
    private static readonly string[] Inert =
    [
        "_*", "*dropout*", "*flash*", "*_pdrop", "attn_implementation", "bad_words_ids", "begin_suppress_tokens", "chunk_size_feed_forward",
        "cross_attention_hidden_size", "decoder_start_token_id", "diversity_penalty", "do_sample", "early_stopping",
        "encoder_no_repeat_ngram_size", "exponential_decay_length_penalty", "finetuning_task", "forced_bos_token_id", "forced_eos_token_id",
        "gradient_checkpointing", "id2label", "is_decoder", "is_llama_config", "label2id", "length_penalty", "max_length", "min_length", "no_repeat_ngram_size",
        "num_beam_groups", "num_beams", "num_return_sequences", "output_attentions", "output_hidden_states", "output_scores", "prefix",
        "pretraining_tp", "problem_type", "remove_invalid_values", "repetition_penalty", "return_dict", "return_dict_in_generate",
        "sep_token_id", "suppress_tokens", "task_specific_params", "temperature", "tf_legacy_loss", "tie_encoder_decoder", "tokenizer_class",
        "top_k", "top_p", "torchscript", "transformers.js_config", "transformers_version", "typical_p", "unsloth_*", "use_bfloat16", "use_cache",
    ];

    /// <summary>The notices of a file: the settings about which nothing is known.</summary>
    /// <exception cref="InvalidDataException">A setting would change numbers; file, line and field are named.</exception>
    internal static string[] Check(JsonField root, ModelConfig config)
    {
        if (!Families.Contains(config.ModelType, StringComparer.Ordinal))
        {
            return [];
        }
        var unknown = new List<string>();
        foreach (var (name, value) in root.Members().Where(member => member.Value.Element.ValueKind != JsonValueKind.Null))
        {
            if (Read.Contains(name) || IsWindow(name, config))
            {
                continue;
            }
            if (Changing.FirstOrDefault(rule => Fits(rule.Pattern, name)) is { Pattern: not null } found)
            {
                if (!found.IsNeutral(value.Element, config))
                {
                    throw value.Error(
                        $"{value.Excerpt()} is not supported, since it changes what the model computes; use a checkpoint without it.");
                }
            }
            else if (!Inert.Any(pattern => Fits(pattern, name)))
            {
                unknown.Add(name);
            }
        }
        return unknown.Count == 0
            ? []
            : [root.Note($"settings that nothing is known of are passed over, and kept when the model is saved: {string.Join(", ", unknown)}")];
    }

    // Qwen's window has a switch of its own, which is read.
    private static bool IsWindow(string name, ModelConfig config) =>
        name is "sliding_window" or "max_window_layers" && config.ModelType != "llama";

    private static bool Fits(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name);

    private static bool IsOff(JsonElement value, ModelConfig config) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Number => value.GetDouble().Equals(0.0),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.String => value.GetString() == "",
        _ => false,
    };

    private static bool IsOne(JsonElement value, ModelConfig config) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().All(item => Is(item, 1)) : Is(value, 1);

    private static bool IsTrue(JsonElement value, ModelConfig config) => value.ValueKind == JsonValueKind.True;

    private static bool Is(JsonElement value, double number) => value.ValueKind == JsonValueKind.Number && value.GetDouble().Equals(number);

    private static bool IsText(JsonElement value, string text) => value.ValueKind == JsonValueKind.String && value.GetString() == text;

    private static bool IsSilu(JsonElement value, ModelConfig config) => IsText(value, "silu") || IsText(value, "swish");

    private static bool HasFamilysBias(JsonElement value, ModelConfig config) =>
        value.ValueKind == (config.ModelType == "qwen2" ? JsonValueKind.True : JsonValueKind.False);

    private static bool HasFamilysHeadNorms(JsonElement value, ModelConfig config) =>
        config.ModelType == "qwen3" ? IsTrue(value, config) : IsOff(value, config);
}
