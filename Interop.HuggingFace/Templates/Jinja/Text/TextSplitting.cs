namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Python's ways to split a text.</summary>
internal static class TextSplitting
{
    /// <summary>The parts between occurrences of a separator, of which the first <paramref name="limit"/> count.</summary>
    internal static List<string> At(string text, string separator, int limit)
    {
        var parts = new List<string>();
        var start = 0;
        while (parts.Count < limit && text.IndexOf(separator, start, StringComparison.Ordinal) is >= 0 and var at)
        {
            parts.Add(text[start..at]);
            start = at + separator.Length;
        }
        parts.Add(text[start..]);
        return parts;
    }

    /// <summary><c>split</c>: at a separator, or, without one, at white space, which is then at no end of a part.</summary>
    internal static List<string> FromStart(string text, (string? Separator, int Limit) how)
    {
        if (how.Separator is { } separator)
        {
            return At(text, separator, how.Limit);
        }
        var parts = new List<string>();
        var rest = text.AsSpan().TrimStartAsPython();
        while (!rest.IsEmpty)
        {
            var end = parts.Count < how.Limit ? WordEnd(rest) : rest.Length;
            parts.Add(rest[..end].ToString());
            rest = rest[end..].TrimStartAsPython();
        }
        return parts;
    }

    /// <summary><c>rsplit</c>: as <see cref="FromStart"/>, where the last separators count.</summary>
    internal static List<string> FromEnd(string text, (string? Separator, int Limit) how)
    {
        var turned = FromStart(Turned(text), (how.Separator is { } separator ? Turned(separator) : null, how.Limit));
        turned.Reverse();
        return turned.ConvertAll(Turned);
    }

    /// <summary><c>splitlines</c></summary>
    internal static IEnumerable<string> Lines(string text, bool keepsEnds)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && !EndsLine(text[end]))
            {
                end++;
            }
            var next = end == text.Length ? end : text.AsSpan(end).StartsWith("\r\n") ? end + 2 : end + 1;
            yield return text[start..(keepsEnds ? next : end)];
            start = next;
        }
    }

    private static bool EndsLine(char c) =>
        c is '\n' or '\r' or '\v' or '\f' or (>= '\x1c' and <= '\x1e') or '\x85' or '\u2028' or '\u2029';

    private static int WordEnd(ReadOnlySpan<char> text)
    {
        var end = 0;
        while (end < text.Length && !PythonText.IsSpace(text[end]))
        {
            end++;
        }
        return end;
    }

    private static string Turned(string text) => string.Concat(text.Reverse());
}
