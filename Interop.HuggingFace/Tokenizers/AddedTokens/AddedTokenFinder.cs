using System.Buffers;
using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>A part of a text: an added token where <see cref="Id"/> is there, else text still to be encoded.</summary>
internal readonly record struct TextPart(int Start, int End, int? Id);

/// <summary>
/// Finds added tokens in a text: the leftmost first, the longest of those that begin there, none overlapping, and none with a foreign
/// character in it.
/// </summary>
internal sealed class AddedTokenFinder
{
    private readonly Dictionary<char, Candidate[]> _byFirst;
    private readonly SearchValues<char> _first;

    /// <param name="tokens">The tokens with their ids and the text that is looked for, which is not empty and unique.</param>
    internal AddedTokenFinder(IEnumerable<(string Pattern, AddedToken Token, int Id)> tokens)
    {
        _byFirst = tokens
            .Select(t => new Candidate(t.Pattern, t.Token, t.Id))
            .GroupBy(c => c.Pattern[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(c => c.Pattern.Length).ToArray());
        _first = SearchValues.Create([.. _byFirst.Keys]);
    }

    /// <summary>
    /// The parts of a text in order. White space that a token strips, foreign or not, is in no part; no part of text is empty.
    /// </summary>
    internal List<TextPart> Split(MarkedText marked)
    {
        var text = marked.Text;
        var parts = new List<TextPart>();
        var (done, search) = (0, 0);
        while (Next(marked, search) is { } found)
        {
            var (token, matchStart, matchEnd) = (found.Candidate.Token, found.Start, found.Start + found.Candidate.Pattern.Length);
            search = matchEnd;
            if (token.SingleWord && TouchesWord(text, matchStart, matchEnd))
            {
                continue;
            }
            var start = token.LStrip ? Math.Max(text[..matchStart].TrimEnd().Length, done) : matchStart;
            var end = token.RStrip ? text.Length - text[matchEnd..].TrimStart().Length : matchEnd;
            if (done < start)
            {
                parts.Add(new TextPart(done, start, null));
            }
            parts.Add(new TextPart(start, end, found.Candidate.Id));
            done = end;
        }
        if (done < text.Length)
        {
            parts.Add(new TextPart(done, text.Length, null));
        }
        return parts;
    }

    private (Candidate Candidate, int Start)? Next(MarkedText marked, int from)
    {
        var text = marked.Text;
        while (text[from..].IndexOfAny(_first) is >= 0 and var offset)
        {
            var start = from + offset;
            foreach (var candidate in _byFirst[text[start]])
            {
                if (text[start..].StartsWith(candidate.Pattern, StringComparison.Ordinal)
                    && !marked.HasForeignIn(start, candidate.Pattern.Length))
                {
                    return (candidate, start);
                }
            }
            from = start + 1;
        }
        return null;
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end)
    {
        Rune.DecodeLastFromUtf16(text[..start], out var before, out var beforeLength);
        Rune.DecodeFromUtf16(text[end..], out var after, out var afterLength);
        return (beforeLength > 0 && RuneClasses.IsWord(before)) || (afterLength > 0 && RuneClasses.IsWord(after));
    }

    private readonly record struct Candidate(string Pattern, AddedToken Token, int Id);
}
