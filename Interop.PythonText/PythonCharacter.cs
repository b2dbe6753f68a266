namespace Levee.PythonText;

/// <summary>Python's kinds of characters, of one code point each (0 to 0x10FFFF), as Python 3.11 has them: Unicode 14.</summary>
public static class PythonCharacter
{
    /// <summary><c>str.isalpha</c>: a letter.</summary>
    public static bool IsAlphabetic(int codePoint) => Has(codePoint, CharacterKind.Alphabetic);

    /// <summary><c>str.isalnum</c>: a letter or a number of any kind. With '_', what <c>\w</c> of Python's <c>re</c> matches.</summary>
    public static bool IsAlphanumeric(int codePoint) => Has(
        codePoint, CharacterKind.Alphabetic | CharacterKind.Decimal | CharacterKind.Digit | CharacterKind.Numeric);

    /// <summary><c>str.isdecimal</c>: a digit of a positional system.</summary>
    public static bool IsDecimal(int codePoint) => Has(codePoint, CharacterKind.Decimal);

    /// <summary><c>str.isdigit</c>: a digit of any form, raised and circled ones among them.</summary>
    public static bool IsDigit(int codePoint) => Has(codePoint, CharacterKind.Digit);

    /// <summary><c>str.isnumeric</c>: a character that stands for a number, fractions and Chinese numerals among them.</summary>
    public static bool IsNumeric(int codePoint) => Has(codePoint, CharacterKind.Numeric);

    /// <summary><c>str.isspace</c>: white space, which <c>split</c>, <c>strip</c> and <c>\s</c> of Python's <c>re</c> go by.</summary>
    public static bool IsSpace(int codePoint) => Has(codePoint, CharacterKind.Space);

    /// <summary><c>str.isprintable</c>: what <c>repr</c> writes as it is.</summary>
    public static bool IsPrintable(int codePoint) => Has(codePoint, CharacterKind.Printable);

    /// <summary><c>str.islower</c>.</summary>
    public static bool IsLower(int codePoint) => Has(codePoint, CharacterKind.Lower);

    /// <summary><c>str.isupper</c>.</summary>
    public static bool IsUpper(int codePoint) => Has(codePoint, CharacterKind.Upper);

    /// <summary>A capital before a small letter in one character, such as U+01C5.</summary>
    public static bool IsTitle(int codePoint) => Has(codePoint, CharacterKind.Title);

    internal static bool IsCased(int codePoint) => Has(codePoint, CharacterKind.Cased);

    internal static bool IsIgnorable(int codePoint) => Has(codePoint, CharacterKind.Ignorable);

    private static bool Has(int codePoint, CharacterKind kinds) => (CharacterTables.Kind(codePoint) & kinds) != 0;
}
