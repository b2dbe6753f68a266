using System.Text;
using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>Which texts get a blank in front.</summary>
internal enum PrependScheme
{
    /// <summary>Every one, also behind an added token.</summary>
    Always,

    /// <summary>The one that begins the whole text.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}

/// <summary>The settings that pre-tokenizer and decoder Metaspace share.</summary>
/// <param name="Replacement">The character that stands for a blank.</param>
/// <param name="Scheme">Which texts get one in front.</param>
/// <param name="Splits">True when each begins a piece.</param>
internal sealed record MetaspaceOptions(Rune Replacement, PrependScheme Scheme, bool Splits)
{
    internal static MetaspaceOptions Read(JsonField field)
    {
        field.AllowOnly("type", "replacement", "str_rep", "prepend_scheme", "add_prefix_space", "split");
        var scheme = field.Optional("prepend_scheme") is { } named ? ReadScheme(named) : PrependScheme.Always;
        // A field of files from before there were schemes; the library takes it only where it says the same as the scheme.
        if (field.Optional("add_prefix_space") is { } prefix && !prefix.Flag() && scheme != PrependScheme.Never)
        {
            throw prefix.Error("false does not go with this prepend_scheme, which is \"always\" unless it is given; set it to \"never\".");
        }
        return new MetaspaceOptions(Character(field.Required("replacement")), scheme, field.Optional("split")?.Flag() ?? true);
    }

    internal static Rune Character(JsonField field) =>
        field.Text().EnumerateRunes().ToArray() is [var only] ? only : throw field.Error("expected one character.");

    private static PrependScheme ReadScheme(JsonField field) => field.Text() switch
    {
        "always" => PrependScheme.Always,
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        var other => throw field.Error($"the scheme {other} is not one of always, first and never."),
    };
}

/// <summary>Writes a character for each blank, one in front where the scheme asks for it, and splits before each.</summary>
internal sealed class MetaspacePreTokenizer(MetaspaceOptions options, JsonElement source) : IPreTokenizer
{
    private readonly string _replacement = options.Replacement.ToString();
    private readonly Replacement _blanks = new(new LiteralPattern(" "), options.Replacement.ToString());
    private readonly ITextPattern _starts = new LiteralPattern(options.Replacement.ToString());

    public void Split(MarkedText text, PieceAction next)
    {
        var isPrepended = options.Scheme == PrependScheme.Always || (options.Scheme == PrependScheme.First && text.Opens);
        var replaced = _blanks.Apply(text);
        var whole = isPrepended && !replaced.Text.StartsWith(_replacement, StringComparison.Ordinal)
            ? replaced.Span.Prepend(_replacement).Span
            : replaced.Span;
        if (!options.Splits)
        {
            next(whole);
            return;
        }
        foreach (var (start, end) in SplitBehavior.MergedWithNext.Pieces(_starts.Find(whole.Text)))
        {
            next(whole[start..end]);
        }
    }

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);
}
