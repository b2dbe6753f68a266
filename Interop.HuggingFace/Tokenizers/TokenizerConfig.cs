using System.Text.Json;
using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// The <c>tokenizer_config.json</c> beside a <c>tokenizer.json</c>: which tokens have which role. Unknown fields survive loading and
/// saving.
/// </summary>
public sealed record TokenizerConfig
{
    // transformers writes int(1e30) for "no limit".
    private const double NoLimit = 1e18;

    /// <summary>The class of transformers that loads the tokenizer.</summary>
    public string TokenizerClass { get; init; } = "PreTrainedTokenizerFast";

    /// <summary>The token that begins a text; null for none.</summary>
    public string? BosToken { get; init; }

    /// <summary>The token that ends a text; null for none.</summary>
    public string? EosToken { get; init; }

    /// <summary>The token that fills a batch; null for none.</summary>
    public string? PadToken { get; init; }

    /// <summary>The token for words outside the vocabulary; null for none.</summary>
    public string? UnkToken { get; init; }

    /// <summary>Special tokens without one of the roles above.</summary>
    public IReadOnlyList<string> AdditionalSpecialTokens { get; init; } = [];

    /// <summary>The longest text that the model takes, in tokens; null for no limit.</summary>
    public long? ModelMaxLength { get; init; }

    /// <summary>
    /// Whether transformers removes blanks before punctuation when it decodes; <see cref="Tokenizer.Decode"/> never does.
    /// </summary>
    public bool CleanUpTokenizationSpaces { get; init; }

    /// <summary>All special tokens, each once: those with a role, then the additional ones.</summary>
    public IReadOnlyList<string> SpecialTokens
    {
        get
        {
            string?[] tokens = [BosToken, EosToken, PadToken, UnkToken, .. AdditionalSpecialTokens];
            return [.. tokens.OfType<string>().Distinct(StringComparer.Ordinal)];
        }
    }

    /// <summary>The document that this configuration was read from.</summary>
    internal JsonElement? Source { get; init; }

    /// <summary>Reads a <c>tokenizer_config.json</c>, or the one in a folder.</summary>
    /// <exception cref="InvalidDataException">
    /// The text is no JSON, or a field has the wrong type; file, line and field are named.
    /// </exception>
    public static TokenizerConfig Load(string path) => Read(JsonSource.Load(ModelFolder.FileAt(path, ModelFolder.TokenizerConfigName)));

    /// <summary>
    /// Writes the file, or <c>tokenizer_config.json</c> in a folder. What was read and not changed is written as it was read.
    /// </summary>
    public void Save(string path)
    {
        var read = Source is { } source ? Read(JsonSource.Reparse(ModelFolder.TokenizerConfigName, source)).Fields() : [];
        var document = JsonOutput.Merge(Source, read, Fields());
        JsonOutput.Save(ModelFolder.FileAt(path, ModelFolder.TokenizerConfigName), writer => document.WriteTo(writer));
    }

    /// <summary>The id of <see cref="BosToken"/>; null where there is none.</summary>
    /// <exception cref="InvalidDataException">The tokenizer lacks the token.</exception>
    public int? BosTokenId(Tokenizer tokenizer) => IdIn(tokenizer, "bos_token", BosToken);

    /// <summary>The id of <see cref="EosToken"/>; null where there is none.</summary>
    /// <exception cref="InvalidDataException">The tokenizer lacks the token.</exception>
    public int? EosTokenId(Tokenizer tokenizer) => IdIn(tokenizer, "eos_token", EosToken);

    /// <summary>The id of <see cref="PadToken"/>; null where there is none.</summary>
    /// <exception cref="InvalidDataException">The tokenizer lacks the token.</exception>
    public int? PadTokenId(Tokenizer tokenizer) => IdIn(tokenizer, "pad_token", PadToken);

    private static int? IdIn(Tokenizer tokenizer, string role, string? token) =>
        token is null
            ? null
            : tokenizer.IdOf(token) ?? throw new InvalidDataException(
                $"{ModelFolder.TokenizerConfigName}: {role}: the tokenizer has no token '{token}'; the two files do not belong together.");

    private static TokenizerConfig Read(JsonField root) => new()
    {
        TokenizerClass = root.Optional("tokenizer_class")?.Text() ?? "PreTrainedTokenizerFast",
        BosToken = Token(root.Optional("bos_token")),
        EosToken = Token(root.Optional("eos_token")),
        PadToken = Token(root.Optional("pad_token")),
        UnkToken = Token(root.Optional("unk_token")),
        AdditionalSpecialTokens = root.Optional("additional_special_tokens")?.Items().Select(item => Token(item)!).ToArray() ?? [],
        ModelMaxLength = root.Optional("model_max_length") is { } length && length.Positive() < NoLimit ? length.Whole(minimum: 1) : null,
        CleanUpTokenizationSpaces = root.Optional("clean_up_tokenization_spaces")?.Flag() ?? false,
        Source = root.Element,
    };

    // A token is its text, or an object with its text and flags.
    private static string? Token(JsonField? field) =>
        field is { Element.ValueKind: JsonValueKind.Object } ? field.Required("content").Text() : field?.Text();

    private (string Name, JsonNode? Value)[] Fields() =>
    [
        ("additional_special_tokens", JsonOutput.Texts(AdditionalSpecialTokens)),
        ("bos_token", BosToken),
        ("clean_up_tokenization_spaces", CleanUpTokenizationSpaces),
        ("eos_token", EosToken),
        ("model_max_length", ModelMaxLength),
        ("pad_token", PadToken),
        ("tokenizer_class", TokenizerClass),
        ("unk_token", UnkToken),
    ];
}
