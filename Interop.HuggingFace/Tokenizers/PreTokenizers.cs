using System.Text;
using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// The third stage of encoding: from text to the pieces that the model sees. A piece may be a slice of the text or new text.
/// </summary>
internal interface IPreTokenizer
{
    /// <summary>Appends the pieces of a text, none of them empty.</summary>
    void Split(ReadOnlyMemory<char> text, List<ReadOnlyMemory<char>> pieces);

    /// <summary>Writes the pre-tokenizer as a JSON object with its type.</summary>
    void Write(Utf8JsonWriter writer);
}

/// <summary>Splits wherever a pattern matches.</summary>
/// <param name="pattern">What is looked for.</param>
/// <param name="behavior">What becomes of the delimiters.</param>
/// <param name="invert">Whether the delimiters are what the pattern does not match.</param>
internal abstract class PatternPreTokenizer(ITextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public void Split(ReadOnlyMemory<char> text, List<ReadOnlyMemory<char>> pieces)
    {
        var stretches = pattern.Find(text.Span);
        if (invert)
        {
            stretches = stretches.ConvertAll(s => s with { IsMatch = !s.IsMatch });
        }
        foreach (var (start, end) in behavior.Pieces(stretches))
        {
            if (start < end)
            {
                pieces.Add(text[start..end]);
            }
        }
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteFields(writer);
        writer.WriteEndObject();
    }

    protected abstract void WriteFields(Utf8JsonWriter writer);
}

/// <summary>Splits at white space and drops it.</summary>
internal sealed class WhitespaceSplitPreTokenizer()
    : PatternPreTokenizer(new RunePattern(Rune.IsWhiteSpace), SplitBehavior.Removed, invert: false)
{
    protected override void WriteFields(Utf8JsonWriter writer) => writer.WriteString("type", "WhitespaceSplit");
}

/// <summary>Keeps words and runs of other characters, drops white space.</summary>
internal sealed class WhitespacePreTokenizer() : PatternPreTokenizer(new WordPattern(), SplitBehavior.Removed, invert: true)
{
    protected override void WriteFields(Utf8JsonWriter writer) => writer.WriteString("type", "Whitespace");
}

/// <summary>Splits at punctuation.</summary>
internal sealed class PunctuationPreTokenizer(SplitBehavior behavior)
    : PatternPreTokenizer(new RunePattern(RuneClasses.IsPunctuation), behavior, invert: false)
{
    private readonly SplitBehavior _behavior = behavior;

    protected override void WriteFields(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "Punctuation");
        writer.WriteString("behavior", _behavior.ToString());
    }
}

/// <summary>Splits at a text or at a regular expression.</summary>
internal sealed class SplitPreTokenizer : PatternPreTokenizer
{
    private readonly bool _isRegex;
    private readonly string _pattern;
    private readonly SplitBehavior _behavior;
    private readonly bool _invert;

    /// <exception cref="NotSupportedException">The regular expression uses what .NET has no equal for, or the text is empty.</exception>
    internal SplitPreTokenizer(bool isRegex, string pattern, SplitBehavior behavior, bool invert)
        : base(isRegex ? new RegexPattern(pattern) : Literal(pattern), behavior, invert)
    {
        _isRegex = isRegex;
        _pattern = pattern;
        _behavior = behavior;
        _invert = invert;
    }

    protected override void WriteFields(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "Split");
        writer.WriteStartObject("pattern");
        writer.WriteString(_isRegex ? "Regex" : "String", _pattern);
        writer.WriteEndObject();
        writer.WriteString("behavior", _behavior.ToString());
        writer.WriteBoolean("invert", _invert);
    }

    private static LiteralPattern Literal(string pattern) =>
        pattern.Length > 0 ? new LiteralPattern(pattern) : throw new NotSupportedException("splitting at an empty text is not supported.");
}

/// <summary>Pre-tokenizers one after the other, each on the pieces of the one before.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    public void Split(ReadOnlyMemory<char> text, List<ReadOnlyMemory<char>> pieces)
    {
        List<ReadOnlyMemory<char>> current = [text];
        foreach (var step in steps)
        {
            var next = new List<ReadOnlyMemory<char>>(current.Count);
            current.ForEach(piece => step.Split(piece, next));
            current = next;
        }
        pieces.AddRange(current);
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Sequence");
        writer.WriteStartArray("pretokenizers");
        foreach (var step in steps)
        {
            step.Write(writer);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
