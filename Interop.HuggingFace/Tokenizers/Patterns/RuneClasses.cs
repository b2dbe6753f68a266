using System.Globalization;
using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>The classes of characters that tokenizers split by, as Unicode's annex on regular expressions defines them.</summary>
internal static class RuneClasses
{
    /// <summary>
    /// Oniguruma's <c>\w</c> as the inside of a class: Alphabetic, marks, decimal digits, connector punctuation. .NET's own lacks letter
    /// numbers,
    /// circled letters and some marks. The circled letters beyond U+FFFF are missing here: <see cref="AstralStandIns"/> brings them below.
    /// </summary>
    internal const string WordClass = @"\p{L}\p{M}\p{Nl}\p{Nd}\p{Pc}\u24B6-\u24E9";

    /// <summary>True when <c>\w</c> of Rust's regular expressions matches: Oniguruma's word characters and the join controls.</summary>
    internal static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter => true,
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber => true,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => true,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation => true,
        _ => IsCircledLetter(rune.Value) || IsJoinControl(rune.Value),
    };

    /// <summary>True when it is punctuation of Unicode or of ASCII (which counts $ + &lt; = &gt; ^ ` | ~ too).</summary>
    internal static bool IsPunctuation(Rune rune) =>
        Rune.IsPunctuation(rune) || (rune.IsAscii && char.IsSymbol((char)rune.Value));

    /// <summary>True when a letter stands in a circle or square: a symbol by category, yet alphabetic.</summary>
    internal static bool IsCircledLetter(int rune) =>
        rune is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    private static bool IsJoinControl(int rune) => rune is 0x200C or 0x200D;
}
