namespace Levee.Interop.HuggingFace;

/// <summary>
/// A regular expression that many tokenizers share, matched by code of its own: the same matches, many times as fast. Matches cover the
/// text.
/// </summary>
internal abstract class PieceScanner : ITextPattern
{
    /// <summary>The pattern of GPT-2, which the pre-tokenizer ByteLevel uses.</summary>
    internal const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>The pattern of Llama 3 (and of cl100k): numbers fall into threes.</summary>
    internal const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The pattern of Qwen2, Qwen2.5 and Qwen3: every digit by itself.</summary>
    internal const string Qwen2 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The scanner of a pattern with exactly this text; null where there is none.</summary>
    internal static PieceScanner? Of(string pattern) => pattern switch
    {
        Gpt2 => new Gpt2Scanner(),
        Llama3 => new Llama3Scanner(digits: 3),
        Qwen2 => new Llama3Scanner(digits: 1),
        _ => null,
    };

    public List<Stretch> Find(ReadOnlySpan<char> text)
    {
        var stretches = new StretchBuilder();
        for (var start = 0; start < text.Length;)
        {
            var end = End(text, start);
            stretches.Match(start, end);
            start = end;
        }
        return stretches.Finish(text.Length);
    }

    /// <summary>Hands on each match.</summary>
    internal void Split(MarkedText text, PieceAction next)
    {
        while (text.Length > 0)
        {
            var end = End(text.Text, 0);
            next(text[..end]);
            text = text[end..];
        }
    }

    /// <summary>The end of the match that begins at <paramref name="start"/>.</summary>
    protected abstract int End(ReadOnlySpan<char> text, int start);

    /// <summary>The length of the contraction that follows an apostrophe; 0 where none does.</summary>
    protected static int Contraction(ReadOnlySpan<char> rest, bool ignoresCase)
    {
        var (first, second) = (LetterAt(rest, 0, ignoresCase), LetterAt(rest, 1, ignoresCase));
        return (first, second) switch
        {
            ('s' or 't' or 'm' or 'd', _) => 1,
            ('r' or 'v', 'e') or ('l', 'l') => 2,
            _ => 0,
        };
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: white space, but its last character only at the end of the text or where it stands alone.</summary>
    protected static int EndOfSpace(ReadOnlySpan<char> text, int start)
    {
        var end = SkipSpace(text, start);
        return end == text.Length || end == start + 1 ? end : end - 1;
    }

    protected static int SkipSpace(ReadOnlySpan<char> text, int place)
    {
        while (place < text.Length && CharacterKinds.At(text, place) is CharacterKind.Space or CharacterKind.LineBreak)
        {
            place++;
        }
        return place;
    }

    // Only one letter outside ASCII has a partner by case that occurs in a contraction: the long s.
    private static char LetterAt(ReadOnlySpan<char> text, int place, bool ignoresCase) =>
        place >= text.Length ? '\0'
        : !ignoresCase ? text[place]
        : text[place] == '\u017F' ? 's'
        : text[place] is >= 'A' and <= 'Z' ? (char)(text[place] | 0x20)
        : text[place];
}

/// <summary>Matches <see cref="PieceScanner.Gpt2"/>.</summary>
internal sealed class Gpt2Scanner : PieceScanner
{
    protected override int End(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contraction(text[(start + 1)..], ignoresCase: false) is > 0 and var contraction)
        {
            return start + 1 + contraction;
        }
        var kind = CharacterKinds.At(text, start);
        if (text[start] == ' ' && start + 1 < text.Length)
        {
            kind = CharacterKinds.At(text, start + 1);
            start = kind is CharacterKind.Space or CharacterKind.LineBreak ? start : start + 1;
        }
        return kind is CharacterKind.Space or CharacterKind.LineBreak ? EndOfSpace(text, start) : kind.SkipAll(text, start);
    }
}

/// <summary>Matches <see cref="PieceScanner.Llama3"/> and, with one digit, <see cref="PieceScanner.Qwen2"/>.</summary>
/// <param name="digits">The largest number of digits in a match.</param>
internal sealed class Llama3Scanner(int digits) : PieceScanner
{
    protected override int End(ReadOnlySpan<char> text, int start)
    {
        var kind = CharacterKinds.At(text, start);
        if (kind == CharacterKind.Letter)
        {
            return kind.SkipAll(text, start);
        }
        if (kind == CharacterKind.Number)
        {
            return EndOfNumber(text, start);
        }
        if (text[start] == '\'' && Contraction(text[(start + 1)..], ignoresCase: true) is > 0 and var contraction)
        {
            return start + 1 + contraction;
        }
        var after = CharacterKinds.After(text, start);
        var next = after < text.Length ? CharacterKinds.At(text, after) : CharacterKind.Space;
        if (kind != CharacterKind.LineBreak && next == CharacterKind.Letter)
        {
            return next.SkipAll(text, after);
        }
        if (kind == CharacterKind.Other || (text[start] == ' ' && next == CharacterKind.Other))
        {
            return CharacterKind.LineBreak.SkipAll(text, CharacterKind.Other.SkipAll(text, after));
        }
        var lastBreak = text[start..SkipSpace(text, start)].LastIndexOfAny('\r', '\n');
        return lastBreak >= 0 ? start + lastBreak + 1 : EndOfSpace(text, start);
    }

    private int EndOfNumber(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        for (var i = 0; i < digits && end < text.Length && CharacterKinds.At(text, end) == CharacterKind.Number; i++)
        {
            end = CharacterKinds.After(text, end);
        }
        return end;
    }
}
