using System.Globalization;
using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// A text in which every character beyond U+FFFF is replaced by one of the same category below it, so that .NET's regular expressions,
/// which see two
/// halves instead of such a character, class and count it rightly.
/// </summary>
internal readonly ref struct AstralStandIns
{
    // Above the letters, digits and ideographs that patterns name one by one.
    private const int SearchStart = 0xA000;

    private static readonly Dictionary<UnicodeCategory, char> ByCategory = FirstOfEachCategory();

    private readonly int[]? _positions;

    private AstralStandIns(ReadOnlySpan<char> text, int[]? positions)
    {
        Text = text;
        _positions = positions;
    }

    /// <summary>The text with its stand-ins.</summary>
    internal ReadOnlySpan<char> Text { get; }

    internal static AstralStandIns Replace(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyInRange('\ud800', '\udfff'))
        {
            return new AstralStandIns(text, null);
        }
        var replaced = new StringBuilder(text.Length);
        var positions = new List<int>(text.Length + 1);
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            replaced.Append(rune.IsBmp ? (char)rune.Value : StandIn(rune));
            positions.Add(position);
            position += rune.Utf16SequenceLength;
        }
        positions.Add(position);
        return new AstralStandIns(replaced.ToString(), [.. positions]);
    }

    /// <summary>The place in the original of a position in <see cref="Text"/>.</summary>
    internal int ToOriginal(int position) => _positions is null ? position : _positions[position];

    private static char StandIn(Rune rune) =>
        RuneClasses.IsCircledLetter(rune.Value) ? '\u24B6' : ByCategory[Rune.GetUnicodeCategory(rune)];

    private static Dictionary<UnicodeCategory, char> FirstOfEachCategory() =>
        Enumerable.Range(SearchStart, 0x10000 - SearchStart)
            .Select(code => (char)code)
            .DistinctBy(char.GetUnicodeCategory)
            .ToDictionary(char.GetUnicodeCategory);
}
