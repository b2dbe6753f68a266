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

    private const string ChatTemplateName = "chat_template";
    private const string AdditionalName = "additional_special_tokens";

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
    /// True when transformers removes blanks before punctuation when it decodes; <see cref="Tokenizer.Decode"/> never does.
    /// </summary>
    public bool CleanUpTokenizationSpaces { get; init; }

    /// <summary>The templates by which conversations are written; empty for a model without chat.</summary>
    public ChatTemplates ChatTemplates { get; init; } = ChatTemplates.None;

    /// <summary>All special tokens, each once: those with a role, then the additional ones.</summary>
    public IReadOnlyList<string> SpecialTokens
    {
        get
        {
            string?[] tokens = [BosToken, EosToken, PadToken, UnkToken, .. AdditionalSpecialTokens];
            return [.. tokens.OfType<string>().Distinct(StringComparer.Ordinal)];
        }
    }

    /// <summary>
    /// The variables that a chat template finds besides the conversation: <c>bos_token</c> and the other roles that have a token.
    /// </summary>
    public IReadOnlyDictionary<string, JsonNode?> ChatVariables => Fields()
        .Where(entry => entry.Name == AdditionalName || entry.Name.EndsWith("_token", StringComparison.Ordinal))
        .Where(entry => entry.Value is not null)
        .ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>The document that this configuration was read from.</summary>
    internal JsonElement? Source { get; init; }

    /// <summary>
    /// Reads a <c>tokenizer_config.json</c>, or the one in a folder, and the <c>chat_template.jinja</c> beside it, which wins.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The text is no JSON, or a field has the wrong type; file, line and field are named.
    /// </exception>
    public static TokenizerConfig Load(string path)
    {
        var file = ModelFolder.FileAt(path, ModelFolder.TokenizerConfigName);
        var config = Read(JsonSource.Load(file));
        return config with { ChatTemplates = ChatTemplates.LoadBeside(file) ?? config.ChatTemplates };
    }

    /// <summary>
    /// Writes the file, or <c>tokenizer_config.json</c> in a folder, and the <c>chat_template.jinja</c> beside it where the template was
    /// read from such a file. What was read and not changed is written as it was read.
    /// </summary>
    public void Save(string path)
    {
        var read = Source is { } source ? Read(JsonSource.Reparse(ModelFolder.TokenizerConfigName, source)).Fields() : [];
        // A template in a file of its own says nothing about the field that it stands before.
        var now = ChatTemplates.IsFile ? Fields().Where(entry => entry.Name != ChatTemplateName) : Fields();
        var document = JsonOutput.Merge(Source, read, now);
        JsonOutput.Save(ModelFolder.FileAt(path, ModelFolder.TokenizerConfigName), writer => document.WriteTo(writer));
        ChatTemplates.SaveBeside(ModelFolder.FileAt(path, ModelFolder.TokenizerConfigName));
    }

    /// <summary>
    /// The text of a conversation, in the template for it: the one called <c>tool_use</c> where tools are given and there is one, else the
    /// default.
    /// </summary>
    /// <exception cref="InvalidDataException">There is no template, or it does not take the conversation.</exception>
    /// <param name="messages">The conversation.</param>
    /// <param name="tools">The tools that the model may call, each as the JSON schema of a function; null for none.</param>
    /// <param name="addGenerationPrompt">True when the text ends where the model is to speak.</param>
    /// <param name="variables">Further variables of the template; they win over the tokens.</param>
    /// <param name="now">The time that a template may write, as it is, whatever its time zone; null for none.</param>
    public string RenderChat(
        IEnumerable<ChatMessage> messages,
        IEnumerable<JsonNode>? tools = null,
        bool addGenerationPrompt = false,
        IReadOnlyDictionary<string, JsonNode?>? variables = null,
        DateTime? now = null)
    {
        var template = ChatTemplates.For(hasTools: tools is not null);
        var all = new Dictionary<string, JsonNode?>(ChatVariables, StringComparer.Ordinal);
        foreach (var (name, value) in variables ?? new Dictionary<string, JsonNode?>())
        {
            all[name] = value;
        }
        return template.Render(messages, tools, addGenerationPrompt, all, now);
    }

    /// <summary>A configuration that differs in its chat templates alone.</summary>
    public TokenizerConfig With(ChatTemplates templates) => this with { ChatTemplates = templates };

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
        AdditionalSpecialTokens = root.Optional(AdditionalName)?.Items().Select(item => Token(item)!).ToArray() ?? [],
        ModelMaxLength = root.Optional("model_max_length") is { } length && length.Positive() < NoLimit ? length.Whole(minimum: 1) : null,
        ChatTemplates = ChatTemplates.Read(root.Optional(ChatTemplateName)),
        CleanUpTokenizationSpaces = root.Optional("clean_up_tokenization_spaces")?.Flag() ?? false,
        Source = root.Element,
    };

    // A token is its text, or an object with its text and flags.
    private static string? Token(JsonField? field) =>
        field is { Element.ValueKind: JsonValueKind.Object } ? field.Required("content").Text() : field?.Text();

    private (string Name, JsonNode? Value)[] Fields() =>
    [
        (AdditionalName, JsonOutput.Texts(AdditionalSpecialTokens)),
        ("bos_token", BosToken),
        (ChatTemplateName, ChatTemplates.ToJson()),
        ("clean_up_tokenization_spaces", CleanUpTokenizationSpaces),
        ("eos_token", EosToken),
        ("model_max_length", ModelMaxLength),
        ("pad_token", PadToken),
        ("tokenizer_class", TokenizerClass),
        ("unk_token", UnkToken),
    ];
}
