using System.Text;
using System.Text.RegularExpressions;

namespace Levee.Interop.HuggingFace;

/// <summary>Something that matches stretches of a text.</summary>
internal interface ITextPattern
{
    /// <summary>The matches and what lies between them, in order, covering the text.</summary>
    List<Stretch> Find(ReadOnlySpan<char> text);
}

/// <summary>Collects matches from left to right and fills the gaps between them.</summary>
internal sealed class StretchBuilder
{
    private readonly List<Stretch> _stretches = [];
    private int _end;

    internal void Match(int start, int end)
    {
        Gap(start);
        _stretches.Add(new Stretch(start, end, IsMatch: true));
        _end = end;
    }

    internal List<Stretch> Finish(int length)
    {
        Gap(length);
        return _stretches;
    }

    private void Gap(int start)
    {
        if (_end != start)
        {
            _stretches.Add(new Stretch(_end, start, IsMatch: false));
        }
    }
}

/// <summary>Matches every single character of a class.</summary>
internal sealed class RunePattern(Func<Rune, bool> isMatch) : ITextPattern
{
    public List<Stretch> Find(ReadOnlySpan<char> text)
    {
        var stretches = new StretchBuilder();
        var start = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var end = start + rune.Utf16SequenceLength;
            if (isMatch(rune))
            {
                stretches.Match(start, end);
            }
            start = end;
        }
        return stretches.Finish(text.Length);
    }
}

/// <summary>Matches <c>\w+|[^\w\s]+</c>: runs of word characters, and runs of characters that are neither word nor space.</summary>
internal sealed class WordPattern : ITextPattern
{
    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    public List<Stretch> Find(ReadOnlySpan<char> text)
    {
        var stretches = new StretchBuilder();
        var (runStart, runKind, position) = (0, Kind.Space, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var kind = RuneClasses.IsWord(rune) ? Kind.Word : Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other;
            if (kind != runKind)
            {
                End(position);
                (runStart, runKind) = (position, kind);
            }
            position += rune.Utf16SequenceLength;
        }
        End(position);
        return stretches.Finish(text.Length);

        void End(int end)
        {
            if (runKind != Kind.Space)
            {
                stretches.Match(runStart, end);
            }
        }
    }
}

/// <summary>Matches a text, character by character.</summary>
internal sealed class LiteralPattern(string literal) : ITextPattern
{
    public List<Stretch> Find(ReadOnlySpan<char> text)
    {
        var stretches = new StretchBuilder();
        var start = 0;
        while (text[start..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var offset)
        {
            stretches.Match(start + offset, start + offset + literal.Length);
            start += offset + literal.Length;
        }
        return stretches.Finish(text.Length);
    }
}

/// <summary>Matches a regular expression over whole characters, also those that .NET stores as two.</summary>
internal sealed class RegexPattern : ITextPattern
{
    // Multiline because ^ and $ are those of lines in Oniguruma's syntax.
    private const RegexOptions Options = RegexOptions.Compiled | RegexOptions.CultureInvariant | RegexOptions.Multiline;

    private readonly Regex _regex;

    /// <param name="pattern">In Oniguruma's syntax, which tokenizer.json uses.</param>
    /// <exception cref="NotSupportedException">The pattern uses what .NET has no equal for; the message names it.</exception>
    internal RegexPattern(string pattern)
    {
        try
        {
            _regex = new Regex(OnigurumaSyntax.ToDotNet(pattern), Options);
        }
        catch (ArgumentException e)
        {
            throw new NotSupportedException($"the regular expression {pattern} is not supported: {e.Message}", e);
        }
    }

    public List<Stretch> Find(ReadOnlySpan<char> text)
    {
        var standIn = AstralStandIns.Replace(text);
        var stretches = new StretchBuilder();
        var lastEnd = -1;
        foreach (var match in _regex.EnumerateMatches(standIn.Text))
        {
            if (match.Length == 0 && match.Index == lastEnd)
            {
                continue;
            }
            lastEnd = match.Index + match.Length;
            stretches.Match(standIn.ToOriginal(match.Index), standIn.ToOriginal(lastEnd));
        }
        return stretches.Finish(text.Length);
    }
}
