using System.Text;

namespace Levee.PythonText;

/// <summary>
/// Methods of Python's <c>str</c>, equal to those of Python 3.11 (Unicode 14) for every text. Half a surrogate pair counts as a character
/// of no kind that stays as it is, as in Python.
/// </summary>
public static class PythonString
{
    private const int Sigma = 0x3A3;

    /// <summary><c>str.lower</c>, with a final sigma at the end of a word.</summary>
    public static string Lower(string text) => Ascii.IsValid(text)
        ? text.ToLowerInvariant()
        : Mapped(CodePoints(text), Lower);

    /// <summary><c>str.upper</c>; ß becomes SS.</summary>
    public static string Upper(string text) => Ascii.IsValid(text)
        ? text.ToUpperInvariant()
        : Mapped(CodePoints(text), Upper);

    /// <summary><c>str.title</c>: cased characters after others in title case, the rest in lower case.</summary>
    public static string Title(string text) => Mapped(
        CodePoints(text),
        (points, i) => i > 0 && PythonCharacter.IsCased(points[i - 1]) ? Lower(points, i) : Title(points, i));

    /// <summary><c>str.capitalize</c>: the first character in title case, the rest in lower case.</summary>
    public static string Capitalize(string text) => Mapped(CodePoints(text), (points, i) => i == 0 ? Title(points, i) : Lower(points, i));

    /// <summary><c>str.swapcase</c>: upper case for lower case, and the other way round.</summary>
    public static string SwapCase(string text) => Mapped(
        CodePoints(text),
        (points, i) => PythonCharacter.IsUpper(points[i]) ? Lower(points, i)
            : PythonCharacter.IsLower(points[i]) ? Upper(points, i)
            : null);

    /// <summary><c>str.isalpha</c>: letters only, at least one.</summary>
    public static bool IsAlphabetic(string text) => All(text, PythonCharacter.IsAlphabetic);

    /// <summary><c>str.isalnum</c>: letters and numbers only, at least one.</summary>
    public static bool IsAlphanumeric(string text) => All(text, PythonCharacter.IsAlphanumeric);

    /// <summary><c>str.isdecimal</c>: digits of positional systems only, at least one.</summary>
    public static bool IsDecimal(string text) => All(text, PythonCharacter.IsDecimal);

    /// <summary><c>str.isdigit</c>: digits only, raised and circled ones among them; at least one.</summary>
    public static bool IsDigit(string text) => All(text, PythonCharacter.IsDigit);

    /// <summary><c>str.isnumeric</c>: characters for numbers only, at least one.</summary>
    public static bool IsNumeric(string text) => All(text, PythonCharacter.IsNumeric);

    /// <summary><c>str.isspace</c>: white space only, at least one.</summary>
    public static bool IsSpace(string text) => All(text, PythonCharacter.IsSpace);

    /// <summary><c>str.islower</c>: something in lower case, and nothing in upper or title case.</summary>
    public static bool IsLower(string text) => CodePoints(text) is var points
        && points.Any(PythonCharacter.IsLower)
        && !points.Any(point => PythonCharacter.IsUpper(point) || PythonCharacter.IsTitle(point));

    /// <summary><c>str.isupper</c>: something in upper case, and nothing in lower or title case.</summary>
    public static bool IsUpper(string text) => CodePoints(text) is var points
        && points.Any(PythonCharacter.IsUpper)
        && !points.Any(point => PythonCharacter.IsLower(point) || PythonCharacter.IsTitle(point));

    /// <summary><c>str.istitle</c>: upper and title case only after what has no case, lower case only after what has one; at least one.</summary>
    public static bool IsTitle(string text)
    {
        var isInWord = false;
        var isSome = false;
        foreach (var point in CodePoints(text))
        {
            var isLower = PythonCharacter.IsLower(point);
            var isCased = isLower || PythonCharacter.IsUpper(point) || PythonCharacter.IsTitle(point);
            if (isCased && isLower != isInWord)
            {
                return false;
            }
            isInWord = isCased;
            isSome |= isCased;
        }
        return isSome;
    }

    /// <summary><c>str.split()</c>: the words between white space; none of them is empty.</summary>
    public static string[] Split(string text)
    {
        var words = new List<string>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            // No white space lies beyond the basic plane.
            if (i == text.Length || PythonCharacter.IsSpace(text[i]))
            {
                if (i > start)
                {
                    words.Add(text[start..i]);
                }
                start = i + 1;
            }
        }
        return [.. words];
    }

    /// <summary>The code points of a text in order, a lone half of a surrogate pair as its own.</summary>
    public static IReadOnlyList<int> CodePoints(string text)
    {
        var points = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            points.Add(isPair ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i]);
            i += isPair ? 1 : 0;
        }
        return points;
    }

    // The texts that the code points become (null where one stays), joined.
    private static string Mapped(IReadOnlyList<int> points, Func<IReadOnlyList<int>, int, string?> change)
    {
        var result = new StringBuilder(points.Count);
        for (var i = 0; i < points.Count; i++)
        {
            if (change(points, i) is { } changed)
            {
                result.Append(changed);
            }
            else if (points[i] < 0x10000)
            {
                result.Append((char)points[i]);
            }
            else
            {
                result.Append(char.ConvertFromUtf32(points[i]));
            }
        }
        return result.ToString();
    }

    private static string? Lower(IReadOnlyList<int> points, int i) => points[i] == Sigma
        ? IsFinal(points, i) ? "ς" : "σ"
        : CharacterTables.Cases(points[i]).Lower;

    private static string? Upper(IReadOnlyList<int> points, int i) => CharacterTables.Cases(points[i]).Upper;

    private static string? Title(IReadOnlyList<int> points, int i) => CharacterTables.Cases(points[i]).Title;

    // Unicode's condition Final_Sigma: something cased before it and nothing cased behind it, other marks between passed over.
    private static bool IsFinal(IReadOnlyList<int> points, int i) => IsCasedFrom(points, i, -1) && !IsCasedFrom(points, i, 1);

    private static bool IsCasedFrom(IReadOnlyList<int> points, int i, int step)
    {
        do
        {
            i += step;
        }
        while (i >= 0 && i < points.Count && PythonCharacter.IsIgnorable(points[i]));
        return i >= 0 && i < points.Count && PythonCharacter.IsCased(points[i]);
    }

    private static bool All(string text, Func<int, bool> holds) => text.Length > 0 && CodePoints(text).All(holds);
}
