using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// Turns Oniguruma's regular expressions (Ruby's syntax, which the tokenizers library uses) into .NET's. Syntax that means the same in both
/// is passed on, the word classes are spelt out, and syntax that would silently mean something else is refused.
/// </summary>
internal static class OnigurumaSyntax
{
    private const string Word = $"[{RuneClasses.WordClass}]";

    private static readonly HashSet<string> Categories =
    [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co", "Cn",
    ];

    /// <exception cref="NotSupportedException">The pattern uses something that has no equal; the message names it.</exception>
    internal static string ToDotNet(string pattern)
    {
        if (pattern.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            throw Refuse(pattern, "a character beyond U+FFFF");
        }
        var output = new StringBuilder(pattern.Length);
        var ignoresCase = new Stack<bool>([false]);
        var i = 0;
        while (i < pattern.Length)
        {
            TrackCase(pattern.AsSpan(i), ignoresCase);
            i = pattern[i] switch
            {
                's' or 'S' when ignoresCase.Peek() => LetterS(i, output),
                '\\' => Escape(pattern, i, inClass: false, output),
                '[' => Class(pattern, i, output),
                '(' => Group(pattern, i, output),
                '{' => Interval(pattern, i, output),
                _ => Copy(pattern, i, 1, output),
            };
        }
        return output.ToString();
    }

    private static void TrackCase(ReadOnlySpan<char> rest, Stack<bool> ignoresCase)
    {
        if (rest[0] == '(')
        {
            ignoresCase.Push(rest.StartsWith("(?i:") || (ignoresCase.Peek() && !rest.StartsWith("(?-i:")));
        }
        else if (rest[0] == ')' && ignoresCase.Count > 1)
        {
            ignoresCase.Pop();
        }
    }

    // Without regard to case, s is also the long s, which .NET does not know.
    private static int LetterS(int start, StringBuilder output)
    {
        output.Append("[s\u017F]");
        return start + 1;
    }

    private static int Escape(string pattern, int start, bool inClass, StringBuilder output)
    {
        if (start + 1 == pattern.Length)
        {
            throw Refuse(pattern, "a backslash at the end");
        }
        var letter = pattern[start + 1];
        switch (letter)
        {
            case 'w':
                output.Append(inClass ? RuneClasses.WordClass : Word);
                return start + 2;
            case 'W' when !inClass:
                output.Append($"[^{RuneClasses.WordClass}]");
                return start + 2;
            case 'b' when !inClass:
                output.Append($"(?:(?<={Word})(?!{Word})|(?<!{Word})(?={Word}))");
                return start + 2;
            case 'B' when !inClass:
                output.Append($"(?:(?<={Word})(?={Word})|(?<!{Word})(?!{Word}))");
                return start + 2;
            case 'p' or 'P':
                return Category(pattern, start, output);
            case 'x' when pattern.AsSpan(start).StartsWith("\\x{"):
                throw Refuse(pattern, "\\x{...}");
            case 'b' or 'd' or 'D' or 's' or 'S' or 'n' or 'r' or 't' or 'v' or 'f' or 'a' or 'e' or 'x' or 'u':
            case 'A' or 'z' when !inClass:
            case >= '0' and <= '9':
                return Copy(pattern, start, 2, output);
            default:
                return char.IsAsciiLetter(letter) ? throw Refuse(pattern, $"\\{letter}") : Copy(pattern, start, 2, output);
        }
    }

    private static int Category(string pattern, int start, StringBuilder output)
    {
        var end = pattern.IndexOf('}', start);
        var name = end > start + 2 && pattern[start + 2] == '{' ? pattern[(start + 3)..end] : "";
        return Categories.Contains(name)
            ? Copy(pattern, start, end + 1 - start, output)
            : throw Refuse(pattern, $"\\{pattern[start + 1]} with another name than a general category");
    }

    private static int Class(string pattern, int start, StringBuilder output)
    {
        var i = Copy(pattern, start, pattern.AsSpan(start).StartsWith("[^") ? 2 : 1, output);
        if (i < pattern.Length && pattern[i] == ']')
        {
            throw Refuse(pattern, "a class that begins with ]");
        }
        while (i < pattern.Length && pattern[i] != ']')
        {
            if (pattern[i] == '[')
            {
                throw Refuse(pattern, "a class within a class");
            }
            if (pattern.AsSpan(i).StartsWith("&&"))
            {
                throw Refuse(pattern, "an intersection of classes");
            }
            i = pattern[i] == '\\' ? Escape(pattern, i, inClass: true, output) : Copy(pattern, i, 1, output);
        }
        return i < pattern.Length ? Copy(pattern, i, 1, output) : throw Refuse(pattern, "a class without end");
    }

    private static int Group(string pattern, int start, StringBuilder output)
    {
        if (!pattern.AsSpan(start).StartsWith("(?"))
        {
            return Copy(pattern, start, 1, output);
        }
        string[] openings = ["(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!", "(?i:", "(?-i:"];
        var opening = openings.FirstOrDefault(o => pattern.AsSpan(start).StartsWith(o));
        return opening is null
            ? throw Refuse(pattern, "a group that begins with (? and is not plain, a look-around, atomic or (?i:...)")
            : Copy(pattern, start, opening.Length, output);
    }

    private static int Interval(string pattern, int start, StringBuilder output)
    {
        var end = pattern.IndexOf('}', start);
        var body = end < 0 ? "" : pattern[(start + 1)..end];
        var isPlain = body.Length > 0
            && char.IsAsciiDigit(body[0])
            && body.All(c => char.IsAsciiDigit(c) || c == ',')
            && body.Count(c => c == ',') <= 1;
        if (!isPlain)
        {
            throw Refuse(pattern, "a brace that opens no {n}, {n,} or {n,m}; write \\{ for the character");
        }
        if (!body.Contains(',', StringComparison.Ordinal) && pattern.AsSpan(end + 1).StartsWith("?"))
        {
            throw Refuse(pattern, "{n}?");
        }
        return Copy(pattern, start, end + 1 - start, output);
    }

    private static int Copy(string pattern, int start, int length, StringBuilder output)
    {
        output.Append(pattern, start, length);
        return start + length;
    }

    private static NotSupportedException Refuse(string pattern, string what) =>
        new($"the regular expression {pattern} is not supported: it uses {what}.");
}
