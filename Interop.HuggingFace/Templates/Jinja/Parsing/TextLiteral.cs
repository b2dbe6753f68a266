using System.Globalization;
using System.Text;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Literal texts, with Python's escapes.</summary>
internal static class TextLiteral
{
    /// <summary>
    /// The text that is meant by what stands between the quotes; <paramref name="error"/> makes the error of a bad escape.
    /// </summary>
    internal static string Unescape(string quoted, Func<string, Exception> error)
    {
        var text = new StringBuilder();
        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] != '\\')
            {
                text.Append(quoted[i]);
                continue;
            }
            i++;
            switch (quoted[i])
            {
                case '\n':
                    break;
                case 'x':
                    text.Append(CodePoint(quoted, ref i, 2, error));
                    break;
                case 'u':
                    text.Append(CodePoint(quoted, ref i, 4, error));
                    break;
                case 'U':
                    text.Append(CodePoint(quoted, ref i, 8, error));
                    break;
                case >= '0' and <= '7':
                    text.Append(Octal(quoted, ref i));
                    break;
                case 'N':
                    throw error("the escape \\N is not supported; write the character itself, or \\u and its number.");
                case var other:
                    text.Append(Simple(other));
                    break;
            }
        }
        return text.ToString();
    }

    // Python keeps a backslash that begins no escape.
    private static string Simple(char letter) => letter switch
    {
        '\\' or '\'' or '"' => $"{letter}",
        'a' => "\a",
        'b' => "\b",
        'f' => "\f",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'v' => "\v",
        _ => $"\\{letter}",
    };

    private static string CodePoint(string quoted, ref int at, int digits, Func<string, Exception> error)
    {
        var number = quoted.AsSpan(at + 1, Math.Min(digits, quoted.Length - at - 1));
        if (number.Length < digits || !uint.TryParse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code > 0x10FFFF)
        {
            throw error($"the escape \\{quoted[at]} needs {digits} hexadecimal digits of a character.");
        }
        at += digits;
        return code is >= 0xD800 and <= 0xDFFF
            ? throw error("the escape is half of a surrogate pair; write the character itself.")
            : char.ConvertFromUtf32((int)code);
    }

    private static char Octal(string quoted, ref int at)
    {
        var code = 0;
        var end = at + 3;
        for (; at < end && at < quoted.Length && quoted[at] is >= '0' and <= '7'; at++)
        {
            code = (code * 8) + (quoted[at] - '0');
        }
        at--;
        return (char)code;
    }
}
