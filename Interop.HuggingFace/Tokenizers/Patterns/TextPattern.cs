namespace Levee.Interop.HuggingFace;

/// <summary>The patterns of <c>tokenizer.json</c>: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
internal static class TextPattern
{
    /// <summary>Which of the two it is, and the field with its text.</summary>
    internal static (bool IsRegex, JsonField Value) Read(JsonField pattern)
    {
        var (kind, value) = pattern.Members().ToArray() is [var only]
            ? only
            : throw pattern.Error("expected one field, \"String\" or \"Regex\".");
        return kind is "String" or "Regex"
            ? (kind == "Regex", value)
            : throw value.Error($"the pattern {kind} is not supported, only String and Regex.");
    }

    /// <exception cref="NotSupportedException">The regular expression uses what .NET has no equal for, or the text is empty.</exception>
    internal static ITextPattern Of(bool isRegex, string pattern) =>
        isRegex ? PieceScanner.Of(pattern) ?? (ITextPattern)new RegexPattern(pattern)
        : pattern.Length > 0 ? new LiteralPattern(pattern)
        : throw new NotSupportedException("splitting at an empty text is not supported.");
}

/// <summary>Another text for each match of a pattern, as the normalizer and the decoder Replace do it.</summary>
internal sealed class Replacement(ITextPattern pattern, string content)
{
    internal static Replacement Read(JsonField field)
    {
        field.AllowOnly("type", "pattern", "content");
        var (isRegex, value) = TextPattern.Read(field.Required("pattern"));
        try
        {
            return new Replacement(TextPattern.Of(isRegex, value.Text()), field.Required("content").Text());
        }
        catch (NotSupportedException e)
        {
            throw value.Error(e.Message);
        }
    }

    internal string Apply(ReadOnlySpan<char> text) => Apply(new MarkedText(text, default)).Text;

    /// <summary>A marked text with its matches replaced. The content in place of a match is foreign where any of the match is.</summary>
    internal MarkedString Apply(MarkedText text)
    {
        var replaced = new MarkedBuilder(text.Length, !text.Foreign.IsEmpty);
        foreach (var (start, end, isMatch) in pattern.Find(text.Text))
        {
            if (isMatch)
            {
                replaced.Append(content, text.HasForeignIn(start, end - start));
            }
            else
            {
                replaced.Append(text[start..end]);
            }
        }
        return replaced.Build();
    }
}
