using System.Text;
using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>An action on a piece of text.</summary>
internal delegate void PieceAction(MarkedText piece);

/// <summary>
/// The third stage of encoding: from text to the pieces that the model sees. A piece may be a slice of the text or new text.
/// </summary>
internal interface IPreTokenizer
{
    /// <summary>True when the pieces are bytes to the model, which it writes in <see cref="ByteAlphabet"/>.</summary>
    bool GivesBytes => false;

    /// <summary>Hands on the pieces of a text, none of them empty.</summary>
    void Split(MarkedText text, PieceAction next);

    /// <summary>Writes the pre-tokenizer as a JSON object with its type.</summary>
    void Write(Utf8JsonWriter writer);
}

/// <summary>Splits wherever a pattern matches.</summary>
/// <param name="pattern">The pattern that is looked for.</param>
/// <param name="behavior">The fate of the delimiters.</param>
/// <param name="invert">True when the delimiters are the stretches that the pattern does not match.</param>
internal abstract class PatternPreTokenizer(ITextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    // Then the pieces are the matches of a pattern whose matches cover the text.
    private readonly PieceScanner? _scanner =
        behavior == SplitBehavior.Isolated || (behavior == SplitBehavior.Removed && invert) ? pattern as PieceScanner : null;

    public void Split(MarkedText text, PieceAction next)
    {
        if (_scanner is not null)
        {
            _scanner.Split(text, next);
            return;
        }
        var stretches = pattern.Find(text.Text);
        if (invert)
        {
            stretches = stretches.ConvertAll(s => s with { IsMatch = !s.IsMatch });
        }
        foreach (var (start, end) in behavior.Pieces(stretches))
        {
            if (start < end)
            {
                next(text[start..end]);
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

/// <summary>Splits off numbers, as wholes or digit by digit.</summary>
internal sealed class DigitsPreTokenizer(bool individual)
    : PatternPreTokenizer(
        new RunePattern(Rune.IsNumber), individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous, invert: false)
{
    private readonly bool _individual = individual;

    protected override void WriteFields(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "Digits");
        writer.WriteBoolean("individual_digits", _individual);
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
        : base(TextPattern.Of(isRegex, pattern), behavior, invert)
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
}

/// <summary>Leaves bytes to the model, after it has put a blank in front and split by GPT-2's pattern where that is asked for.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex, JsonElement source) : IPreTokenizer
{
    private readonly PieceScanner? _scanner = useRegex ? PieceScanner.Of(PieceScanner.Gpt2) : null;

    public bool GivesBytes => true;

    public void Split(MarkedText text, PieceAction next)
    {
        if (addPrefixSpace && !text.Text.StartsWith(' '))
        {
            text = text.Prepend(" ").Span;
        }
        if (_scanner is null)
        {
            next(text);
        }
        else
        {
            _scanner.Split(text, next);
        }
    }

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);
}

/// <summary>Pre-tokenizers one after the other, each on the pieces of the one before.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    public bool GivesBytes => steps.Any(step => step.GivesBytes);

    public void Split(MarkedText text, PieceAction next) =>
        steps.Reverse().Aggregate(next, (after, step) => piece => step.Split(piece, after))(text);

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
