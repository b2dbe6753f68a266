using System.Text.Json;
using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// The texts of a tokenizer's chat templates. They are parsed when asked for, so that a model can be used without its chat.
/// </summary>
public sealed record ChatTemplates
{
    /// <summary>The name of the template that is used unless another is asked for.</summary>
    public const string DefaultName = "default";

    /// <summary>The name of the template for conversations with tools.</summary>
    public const string ToolUseName = "tool_use";

    /// <summary>No template.</summary>
    public static readonly ChatTemplates None = new();

    /// <summary>The templates by name.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// True when the default stands in a <c>chat_template.jinja</c> of its own, rather than in <c>tokenizer_config.json</c>.
    /// </summary>
    public bool IsFile { get; init; }

    /// <summary>True when <c>tokenizer_config.json</c> lists templates with their names, even where there is only the default.</summary>
    internal bool IsList { get; init; }

    /// <summary>The templates of a tokenizer that has only one.</summary>
    public static ChatTemplates Of(string text) => new() { Texts = new Dictionary<string, string> { [DefaultName] = text } };

    /// <summary>The template of a name.</summary>
    /// <exception cref="InvalidDataException">
    /// There is none of this name, or it is not supported; file, line and column are named.
    /// </exception>
    public ChatTemplate Named(string name) => Texts.TryGetValue(name, out var text)
        ? ChatTemplate.Parse(text, Origin(name))
        : throw new InvalidDataException(
            Texts.Count == 0
                ? $"{ModelFolder.TokenizerConfigName}: there is no chat_template, so conversations cannot be written; "
                    + $"add one, there or in {ModelFolder.ChatTemplateName}, or give the model plain text."
                : $"{ModelFolder.TokenizerConfigName}: chat_template: there is no template '{name}', "
                    + $"only {string.Join(", ", Texts.Keys)}.");

    /// <summary>
    /// The template for a conversation, as transformers chooses it: the one for tools where there are any, else the default.
    /// </summary>
    /// <inheritdoc cref="Named"/>
    public ChatTemplate For(bool hasTools) => Named(hasTools && Texts.ContainsKey(ToolUseName) ? ToolUseName : DefaultName);

    /// <summary>The field <c>chat_template</c>: a text, or a list of names and texts.</summary>
    internal static ChatTemplates Read(JsonField? field)
    {
        if (field is null)
        {
            return None;
        }
        if (field.Element.ValueKind != JsonValueKind.Array)
        {
            return Of(field.Text());
        }
        var texts = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in field.Items())
        {
            var name = item.Required("name");
            if (!texts.TryAdd(name.Text(), item.Required("template").Text()))
            {
                throw name.Error($"the template '{name.Text()}' is given twice; remove one.");
            }
        }
        return new ChatTemplates { Texts = texts, IsList = true };
    }

    /// <summary>The template in a <c>chat_template.jinja</c> beside a file; null where there is none.</summary>
    internal static ChatTemplates? LoadBeside(string file) =>
        FileBeside(file) is var path && File.Exists(path) ? Of(File.ReadAllText(path)) with { IsFile = true } : null;

    /// <summary>Writes the <c>chat_template.jinja</c> where the template stands in one.</summary>
    internal void SaveBeside(string file)
    {
        if (IsFile)
        {
            AtomicFile.WriteText(FileBeside(file), Texts[DefaultName]);
        }
    }

    /// <summary>The field <c>chat_template</c>; null where there is nothing to write there.</summary>
    internal JsonNode? ToJson() => this switch
    {
        _ when IsFile || Texts.Count == 0 => null,
        { IsList: false, Texts.Count: 1 } when Texts.TryGetValue(DefaultName, out var only) => only,
        _ => new JsonArray([.. Texts.Select(text => new JsonObject { ["name"] = text.Key, ["template"] = text.Value })]),
    };

    private string Origin(string name) => this switch
    {
        { IsFile: true } => ModelFolder.ChatTemplateName,
        { IsList: true } => $"{ModelFolder.TokenizerConfigName}: chat_template '{name}'",
        _ => $"{ModelFolder.TokenizerConfigName}: chat_template",
    };

    private static string FileBeside(string file) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, ModelFolder.ChatTemplateName);
}
