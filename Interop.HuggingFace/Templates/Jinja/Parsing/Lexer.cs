using System.Text.RegularExpressions;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>
/// Cuts a template into tokens, as Jinja does with <c>trim_blocks</c> and <c>lstrip_blocks</c>: the line feed after a block or comment
/// goes, and so do the blanks before it where it begins its line; <c>-</c> takes all white space, <c>+</c> keeps it. Comments are left out.
/// </summary>
internal sealed partial class Lexer
{
    private static readonly string[] Symbols =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "<", ">", "=", ".", ":", "|", ",", "(", ")", "[", "]", "{", "}"];

    private readonly TemplateSource _source;
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private int _at;

    private Lexer(TemplateSource source)
    {
        _source = source;
        _text = source.Text;
    }

    /// <summary>The tokens of a template; the last is its end.</summary>
    /// <exception cref="InvalidDataException">A tag, comment or text is not closed, or a character has no meaning there.</exception>
    internal static IReadOnlyList<Token> Read(TemplateSource source)
    {
        var lexer = new Lexer(source);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private void ReadAll()
    {
        while (NextTag() is { } tag)
        {
            ReadData(tag);
            var sign = _text.AsSpan(tag + 2).StartsWith('-') || _text.AsSpan(tag + 2).StartsWith('+') ? 1 : 0;
            _at = tag + 2 + sign;
            switch (_text[tag + 1])
            {
                case '#':
                    SkipComment(tag);
                    break;
                case '%':
                    Add(TokenKind.BlockBegin, "{%", tag);
                    ReadTag(tag, TokenKind.BlockEnd, "%}");
                    break;
                default:
                    Add(TokenKind.OutputBegin, "{{", tag);
                    ReadTag(tag, TokenKind.OutputEnd, "}}");
                    break;
            }
        }
        if (_at < _text.Length)
        {
            Add(TokenKind.Data, _text[_at..], _at);
        }
        Add(TokenKind.End, "", _text.Length);
    }

    private int? NextTag()
    {
        var match = TagBegin().Match(_text, _at);
        return match.Success ? match.Index : null;
    }

    private void ReadData(int tag)
    {
        var data = _text.AsSpan(_at, tag - _at);
        var sign = tag + 2 < _text.Length ? _text[tag + 2] : ' ';
        if (sign == '-')
        {
            data = data.TrimEndAsPython();
        }
        else if (sign != '+' && _text[tag + 1] != '{')
        {
            var line = data.LastIndexOf('\n') + 1;
            var beginsLine = line > 0 || _at == 0 || _text[_at - 1] == '\n';
            data = beginsLine && data[line..].TrimEndAsPython().IsEmpty ? data[..line] : data;
        }
        if (!data.IsEmpty)
        {
            Add(TokenKind.Data, data.ToString(), _at);
        }
    }

    private void SkipComment(int tag)
    {
        var end = _text.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Error(tag, "the comment is not closed; end it with #}.");
        }
        var sign = end > _at ? _text[end - 1] : ' ';
        _at = end + 2;
        SkipAfterEnd(sign, isBlock: true);
    }

    // Reads the inside of a tag and its end. Brackets may hold what would else be the end: {{ {"a": {}} }}.
    private void ReadTag(int tag, TokenKind endKind, string end)
    {
        var open = new Stack<char>();
        while (true)
        {
            _at += _text.AsSpan(_at).Length - _text.AsSpan(_at).TrimStartAsPython().Length;
            if (_at == _text.Length)
            {
                throw Error(tag, $"the tag is not closed; end it with {end}.");
            }
            var sign = _text[_at] == '-' || (_text[_at] == '+' && endKind == TokenKind.BlockEnd) ? 1 : 0;
            if (open.Count == 0 && _text.AsSpan(_at + sign).StartsWith(end))
            {
                var mark = sign == 1 ? _text[_at] : ' ';
                Add(endKind, end, _at);
                _at += sign + 2;
                SkipAfterEnd(mark, endKind == TokenKind.BlockEnd);
                return;
            }
            ReadToken(open);
        }
    }

    private void SkipAfterEnd(char sign, bool isBlock)
    {
        if (sign == '-')
        {
            _at = _text.Length - _text.AsSpan(_at).TrimStartAsPython().Length;
        }
        else if (isBlock && sign != '+' && _at < _text.Length && _text[_at] == '\n')
        {
            _at++;
        }
    }

    private void ReadToken(Stack<char> open)
    {
        var start = _at;
        if (Take(Real()) is { } real)
        {
            Add(TokenKind.Real, real.Replace("_", "", StringComparison.Ordinal), start);
        }
        else if (Take(Integer()) is { } integer)
        {
            Add(TokenKind.Integer, integer.Replace("_", "", StringComparison.Ordinal), start);
        }
        else if (Take(Name()) is { } name)
        {
            Add(TokenKind.Name, name, start);
        }
        else if (_text[_at] is '\'' or '"')
        {
            var quoted = Take(Quoted()) ?? throw Error(start, $"the text is not closed; end it with {_text[start]}.");
            Add(TokenKind.Text, TextLiteral.Unescape(quoted[1..^1], message => Error(start, message)), start);
        }
        else
        {
            ReadSymbol(open);
        }
    }

    private void ReadSymbol(Stack<char> open)
    {
        var symbol = Array.Find(Symbols, s => _text.AsSpan(_at).StartsWith(s))
            ?? throw Error(_at, $"the character '{_text[_at]}' has no meaning in a tag.");
        switch (symbol)
        {
            case "(" or "[" or "{":
                open.Push(symbol switch { "(" => ')', "[" => ']', _ => '}' });
                break;
            case ")" or "]" or "}":
                if (!open.TryPop(out var expected) || expected != symbol[0])
                {
                    throw Error(_at, expected == default ? $"'{symbol}' closes nothing." : $"expected '{expected}', found '{symbol}'.");
                }
                break;
        }
        Add(TokenKind.Symbol, symbol, _at);
        _at += symbol.Length;
    }

    private string? Take(Regex pattern)
    {
        var match = pattern.Match(_text, _at);
        _at += match.Length;
        return match.Success ? match.Value : null;
    }

    private void Add(TokenKind kind, string text, int offset) => _tokens.Add(new Token(kind, text, Position.At(_text, offset)));

    private InvalidDataException Error(int offset, string message) => _source.Error(Position.At(_text, offset), message);

    [GeneratedRegex(@"\{[%{#]")]
    private static partial Regex TagBegin();

    [GeneratedRegex(@"\G(?<!\.)[0-9]+(_[0-9]+)*((\.[0-9]+(_[0-9]+)*)?[eE][+-]?[0-9]+(_[0-9]+)*|\.[0-9]+(_[0-9]+)*)")]
    private static partial Regex Real();

    [GeneratedRegex(@"\G[0-9]+(_[0-9]+)*")]
    private static partial Regex Integer();

    [GeneratedRegex(@"\G[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*")]
    private static partial Regex Name();

    [GeneratedRegex(@"\G('([^'\\]*(?:\\.[^'\\]*)*)'|""([^""\\]*(?:\\.[^""\\]*)*)"")", RegexOptions.Singleline)]
    private static partial Regex Quoted();
}
