using System.Globalization;
using System.Text;
using Levee.PythonText;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Texts as Python has them: counted in code points, with its white space and line ends.</summary>
internal static class PythonText
{
    /// <summary>Python's <c>str.isspace</c> of one character.</summary>
    internal static bool IsSpace(char c) => PythonCharacter.IsSpace(c);

    internal static ReadOnlySpan<char> TrimStartAsPython(this ReadOnlySpan<char> text)
    {
        var start = 0;
        while (start < text.Length && IsSpace(text[start]))
        {
            start++;
        }
        return text[start..];
    }

    internal static ReadOnlySpan<char> TrimEndAsPython(this ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
        {
            end--;
        }
        return text[..end];
    }

    internal static string ReplaceLineEndingsAsPython(this string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    /// <summary>The code points, each as a text.</summary>
    internal static IReadOnlyList<string> Characters(string text)
    {
        var characters = new List<string>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var length = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1;
            characters.Add(text.Substring(i, length));
            i += length - 1;
        }
        return characters;
    }

    /// <summary>The number of code points.</summary>
    internal static int Length(string text)
    {
        var length = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            length -= char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        }
        return length;
    }

    /// <summary><c>repr</c> of a text: in single quotes unless it has only such, what does not print escaped.</summary>
    internal static string Repr(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var result = new StringBuilder().Append(quote);
        foreach (var character in Characters(text))
        {
            result.Append(Escaped(character, quote));
        }
        return result.Append(quote).ToString();
    }

    /// <summary><c>repr</c> of a number: the shortest text that reads back as the same number, always with point or exponent.</summary>
    internal static string Repr(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        var sign = double.IsNegative(value) ? "-" : "";
        var (digits, point) = Decimal(Math.Abs(value));
        return sign + (point - 1) switch
        {
            < -4 or >= 16 => $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(point > 0 ? '+' : '-')}{Math.Abs(point - 1):00}",
            < 0 => $"0.{new string('0', -point)}{digits}",
            _ when point >= digits.Length => $"{digits.PadRight(point, '0')}.0",
            _ => $"{digits[..point]}.{digits[point..]}",
        };
    }

    // The shortest digits that read back as the number, and how many of them stand before the point.
    private static (string Digits, int Point) Decimal(double value)
    {
        var parts = value.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var whole = parts[0].Split('.');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var all = string.Concat(whole);
        var digits = all.TrimStart('0');
        return value == 0 ? ("0", 1) : (digits.TrimEnd('0'), whole[0].Length + exponent - (all.Length - digits.Length));
    }

    private static string Escaped(string character, char quote)
    {
        var code = PythonString.CodePoints(character)[0];
        return character switch
        {
            "\\" => "\\\\",
            "\n" => "\\n",
            "\r" => "\\r",
            "\t" => "\\t",
            _ when code == quote => $"\\{quote}",
            _ when PythonCharacter.IsPrintable(code) => character,
            _ => Number(code),
        };
    }

    private static string Number(int code) => code switch
    {
        < 0x100 => $"\\x{code:x2}",
        < 0x10000 => $"\\u{code:x4}",
        _ => $"\\U{code:x8}",
    };
}
