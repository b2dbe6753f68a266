using System.Globalization;
using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>The kinds of characters that the patterns of byte-level tokenizers tell apart.</summary>
internal enum CharacterKind : byte
{
    /// <summary>Neither letter nor number nor white space: <c>[^\s\p{L}\p{N}]</c>.</summary>
    Other,

    /// <summary><c>\p{L}</c>.</summary>
    Letter,

    /// <summary><c>\p{N}</c>.</summary>
    Number,

    /// <summary><c>\s</c> but no line break.</summary>
    Space,

    /// <summary><c>[\r\n]</c>.</summary>
    LineBreak,

    /// <summary>Half of a character beyond U+FFFF.</summary>
    Half,
}

/// <summary>The kinds of a text's characters.</summary>
internal static class CharacterKinds
{
    private static readonly CharacterKind[] Kinds = [.. Enumerable.Range(0, 0x10000).Select(code => KindOf((char)code))];

    /// <summary>The kind of the character at a place.</summary>
    internal static CharacterKind At(ReadOnlySpan<char> text, int place)
    {
        var kind = Kinds[text[place]];
        return kind == CharacterKind.Half ? KindOfPair(text, place) : kind;
    }

    /// <summary>The first place from <paramref name="place"/> on where no character of a kind is.</summary>
    internal static int SkipAll(this CharacterKind wanted, ReadOnlySpan<char> text, int place)
    {
        while (place < text.Length)
        {
            var kind = Kinds[text[place]];
            if (kind == wanted)
            {
                place++;
            }
            else if (kind == CharacterKind.Half && KindOfPair(text, place) == wanted)
            {
                place += 2;
            }
            else
            {
                break;
            }
        }
        return place;
    }

    /// <summary>The place behind the character at a place.</summary>
    internal static int After(ReadOnlySpan<char> text, int place) => place + (char.IsHighSurrogate(text[place]) ? 2 : 1);

    private static CharacterKind KindOf(char character) =>
        character is '\r' or '\n' ? CharacterKind.LineBreak
        : char.IsSurrogate(character) ? CharacterKind.Half
        : char.IsWhiteSpace(character) ? CharacterKind.Space
        : KindOf(char.GetUnicodeCategory(character));

    private static CharacterKind KindOfPair(ReadOnlySpan<char> text, int place) =>
        KindOf(Rune.GetUnicodeCategory(new Rune(text[place], text[place + 1])));

    private static CharacterKind KindOf(UnicodeCategory category) => category switch
    {
        <= UnicodeCategory.OtherLetter => CharacterKind.Letter,
        >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber => CharacterKind.Number,
        _ => CharacterKind.Other,
    };
}
