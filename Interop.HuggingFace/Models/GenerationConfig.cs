using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// The <c>generation_config.json</c> beside a model: how its makers advise to sample. Kept as it stands. What it does not say is null here.
/// </summary>
/// <param name="Text">The file's text.</param>
/// <param name="EosTokenIds">The tokens that end a text; empty where the file names none.</param>
public sealed record GenerationConfig(string Text, IReadOnlyList<int> EosTokenIds)
{
    /// <summary>Fields that say how a text is begun, filled or looked at, or what loads the file, and not which text is written.</summary>
    private static readonly HashSet<string> Inert = new(StringComparer.Ordinal)
    {
        "bos_token_id", "cache_implementation", "chat_format", "max_length", "output_attentions", "output_hidden_states", "output_logits",
        "output_scores", "pad_token_id", "return_dict_in_generate", "transformers_version", "trust_remote_code", "use_cache",
    };

    /// <summary>Values with which a field asks for nothing.</summary>
    private static readonly Dictionary<string, double> Neutral = new(StringComparer.Ordinal)
    {
        ["encoder_repetition_penalty"] = 1,
        ["guidance_scale"] = 1,
        ["length_penalty"] = 1,
        ["num_beam_groups"] = 1,
        ["num_beams"] = 1,
        ["num_return_sequences"] = 1,
        ["repetition_penalty"] = 1,
        ["top_h"] = 1,
        ["typical_p"] = 1,
    };

    /// <summary>True when tokens are drawn; false takes the likeliest.</summary>
    public bool? DoSample { get; private init; }

    /// <summary>The temperature to draw at, from 0.</summary>
    public double? Temperature { get; private init; }

    /// <summary>Draw from so many of the likeliest tokens, from 1; null also where the file says 0 or -1, which is no filter.</summary>
    public int? TopK { get; private init; }

    /// <summary>Draw from the fewest likeliest tokens whose share reaches this, in (0, 1].</summary>
    public double? TopP { get; private init; }

    /// <summary>Draw from tokens that are at least so likely relative to the likeliest, in [0, 1].</summary>
    public double? MinP { get; private init; }

    /// <summary>Write so many tokens at most, from 1.</summary>
    public int? MaxNewTokens { get; private init; }

    /// <summary>Texts that end a text; empty where the file names none.</summary>
    public IReadOnlyList<string> StopStrings { get; private init; } = [];

    /// <summary>The other settings that the file asks for, as <c>name value</c>; nothing here follows them.</summary>
    public IReadOnlyList<string> Unfollowed { get; private init; } = [];

    /// <summary>Reads a <c>generation_config.json</c>.</summary>
    /// <exception cref="InvalidDataException">
    /// The text is no JSON, or a field has the wrong type or is out of range; file, line and field are named.
    /// </exception>
    public static GenerationConfig Load(string path)
    {
        var root = JsonSource.Load(path);
        return new(File.ReadAllText(path), ModelConfigJson.Ids(root.Optional("eos_token_id")))
        {
            DoSample = root.Optional("do_sample")?.Flag(),
            Temperature = root.Optional("temperature")?.Within(0, double.MaxValue),
            TopK = root.Optional("top_k")?.Integer(minimum: -1) is >= 1 and var count ? count : null,
            TopP = root.Optional("top_p") is { } share ? Math.Min(share.Positive(), share.Within(0, 1)) : null,
            MinP = root.Optional("min_p")?.Within(0, 1),
            MaxNewTokens = root.Optional("max_new_tokens")?.Integer(minimum: 1),
            StopStrings = Stops(root.Optional("stop_strings")),
            Unfollowed = [.. root.Members().Where(IsUnfollowed).Select(member => $"{member.Name} {member.Value.Excerpt()}")],
        };
    }

    /// <summary>Writes the file as it was read.</summary>
    public void Save(string path) => AtomicFile.WriteText(path, Text);

    private static string[] Stops(JsonField? field) => field switch
    {
        null => [],
        { Element.ValueKind: JsonValueKind.String } => [field.Text()],
        _ => [.. field.Items().Select(item => item.Text())],
    };

    private static bool IsUnfollowed((string Name, JsonField Value) member)
    {
        var isFollowed = member.Name is "do_sample" or "temperature" or "top_k" or "top_p" or "min_p" or "max_new_tokens" or "eos_token_id"
            or "stop_strings";
        return !isFollowed && !Inert.Contains(member.Name) && !member.Name.StartsWith('_') && AsksForSomething(member.Name, member.Value.Element);
    }

    private static bool AsksForSomething(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.Number => !value.GetDouble().Equals(Neutral.GetValueOrDefault(name)),
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        JsonValueKind.String => value.GetString() != "",
        _ => true,
    };
}
