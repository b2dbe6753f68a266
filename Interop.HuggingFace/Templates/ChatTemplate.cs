using System.Text.Json.Nodes;
using Levee.Interop.HuggingFace.Templates;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// A chat template: how a conversation is written for a model, in the part of Jinja that such templates use, with what transformers adds
/// to it. Immutable; rendering is a pure function of what it is given.
/// </summary>
/// <remarks>
/// Follows Jinja 3.1 as transformers sets it up: <c>trim_blocks</c>, <c>lstrip_blocks</c>, loop controls, its own <c>tojson</c>.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly TemplateSource _source;
    private readonly IReadOnlyList<Statement> _statements;

    private ChatTemplate(TemplateSource source)
    {
        _source = source;
        _statements = TemplateParser.Parse(source);
    }

    /// <summary>Parses a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="fileName">The template's name in errors.</param>
    /// <exception cref="InvalidDataException">
    /// The text is no template, or uses what is not supported; file, line and column are named, and what is supported.
    /// </exception>
    public static ChatTemplate Parse(string text, string fileName = "chat template") => new(new TemplateSource(fileName, text));

    /// <summary>True when the template may write the time, which is when it names <c>strftime_now</c> anywhere.</summary>
    public bool ReadsTime => Lexer.Read(_source).Any(token => token.Is(TokenKind.Name, Functions.TimeName));

    /// <summary>The text of a conversation.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="tools">The tools that the model may call, each as the JSON schema of a function; null for none.</param>
    /// <param name="addGenerationPrompt">True when the text ends where the model is to speak.</param>
    /// <param name="variables">Further variables of the template, such as <c>bos_token</c> or <c>enable_thinking</c>.</param>
    /// <param name="now">The time that a template may write, as it is, whatever its time zone; null for none.</param>
    /// <exception cref="InvalidDataException">
    /// The template refuses the conversation, does what is not supported or has no meaning, or writes the time where there is none; file, line
    /// and column are named.
    /// </exception>
    public string Render(
        IEnumerable<ChatMessage> messages,
        IEnumerable<JsonNode>? tools = null,
        bool addGenerationPrompt = false,
        IReadOnlyDictionary<string, JsonNode?>? variables = null,
        DateTime? now = null) => Render(messages.Select(message => message.ToJson()), tools, addGenerationPrompt, variables, now);

    /// <summary>The text of a conversation whose messages are in transformers' own form: objects with <c>role</c>, <c>content</c> and more.</summary>
    /// <inheritdoc cref="Render(IEnumerable{ChatMessage}, IEnumerable{JsonNode}, bool, IReadOnlyDictionary{string, JsonNode}, DateTime?)"/>
    public string Render(
        IEnumerable<JsonObject> messages,
        IEnumerable<JsonNode>? tools = null,
        bool addGenerationPrompt = false,
        IReadOnlyDictionary<string, JsonNode?>? variables = null,
        DateTime? now = null)
    {
        var functions = Functions.All(now);
        var names = new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["messages"] = Value.List(messages.Select(ValueJson.Of)),
            ["tools"] = tools is null ? Value.None : Value.List(tools.Select(ValueJson.Of)),
            ["documents"] = Value.None,
            ["add_generation_prompt"] = Value.Of(addGenerationPrompt),
        };
        foreach (var (name, value) in variables ?? new Dictionary<string, JsonNode?>())
        {
            names[name] = ValueJson.Of(value);
        }
        return Evaluator.Run(_source, _statements, new Scope(new Scope(null, functions), names));
    }
}
