using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Parses expressions, with Jinja's precedence.</summary>
internal sealed class ExpressionParser(TokenReader tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>A whole expression.</summary>
    internal Expression Parse()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = ParseOr();
        while (tokens.Current is { } word && tokens.SkipName("if"))
        {
            var condition = ParseOr();
            value = new Conditional(word.Position, condition, value, tokens.SkipName("else") ? Parse() : null);
        }
        return value;
    }

    /// <summary>An expression, or several with commas between them: a tuple.</summary>
    internal Expression ParseTuple()
    {
        var start = tokens.Current.Position;
        var first = Parse();
        if (!tokens.AtSymbol(","))
        {
            return first;
        }
        var items = new List<Expression> { first };
        while (tokens.SkipSymbol(",") && tokens.Current.Kind is not (TokenKind.BlockEnd or TokenKind.OutputEnd) && !tokens.AtSymbol(")"))
        {
            items.Add(Parse());
        }
        return new ListLiteral(start, items, IsTuple: true);
    }

    /// <summary>An expression without an <c>if</c>, which has another meaning where this is used.</summary>
    internal Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.AtName("or"))
        {
            left = new Or(tokens.Next().Position, left, ParseAnd());
        }
        return left;
    }

    /// <summary>Filters after a value, the first without its <c>|</c> taken.</summary>
    internal IReadOnlyList<FilterCall> ParseFilters()
    {
        var filters = new List<FilterCall>();
        while (tokens.SkipSymbol("|"))
        {
            filters.Add(ParseFilter());
        }
        return filters;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.AtName("and"))
        {
            left = new And(tokens.Next().Position, left, ParseNot());
        }
        return left;
    }

    private Expression ParseNot() => tokens.AtName("not") ? new Not(tokens.Next().Position, ParseNot()) : ParseComparison();

    private Expression ParseComparison()
    {
        var start = tokens.Current.Position;
        var first = ParseSum();
        var others = new List<(string, Expression)>();
        while (TakeComparison() is { } name)
        {
            others.Add((name, ParseSum()));
        }
        return others.Count == 0 ? first : new Comparison(start, first, others);
    }

    private string? TakeComparison()
    {
        if (tokens.Current.Kind == TokenKind.Symbol && Comparisons.Contains(tokens.Current.Text))
        {
            return tokens.Next().Text;
        }
        if (tokens.AtName("not") && tokens.After.Is(TokenKind.Name, "in"))
        {
            tokens.Next();
            tokens.Next();
            return "not in";
        }
        return tokens.SkipName("in") ? "in" : null;
    }

    private Expression ParseSum() => ParseBinary(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation() => ParseBinary(ParseProduct, "~");

    private Expression ParseProduct() => ParseBinary(ParseOperand, "*", "/", "//", "%");

    private Expression ParseOperand() => ParseSigned(withFilters: true);

    private Expression ParseBinary(Func<Expression> parseOperand, params string[] operators)
    {
        var left = parseOperand();
        while (tokens.Current is { Kind: TokenKind.Symbol } symbol && operators.Contains(symbol.Text))
        {
            tokens.Next();
            left = new Binary(symbol.Position, symbol.Text, left, parseOperand());
        }
        return tokens.AtSymbol("**") ? throw tokens.Error(tokens.Current.Position, "the operator ** is not supported.") : left;
    }

    private Expression ParseSigned(bool withFilters)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var start = tokens.Current;
        var value = tokens.SkipSymbol("-") ? new Signed(start.Position, true, ParseSigned(withFilters: false))
            : tokens.SkipSymbol("+") ? new Signed(start.Position, false, ParseSigned(withFilters: false))
            : ParsePrimary();
        value = ParsePostfix(value);
        return withFilters ? ParseFiltersAndTests(value) : value;
    }

    private Expression ParsePrimary()
    {
        var token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return Named(token);
            case TokenKind.Integer:
                return new Literal(token.Position, Value.Of(BigInteger.Parse(token.Text, CultureInfo.InvariantCulture)));
            case TokenKind.Real:
                return new Literal(token.Position, new RealValue(double.Parse(token.Text, CultureInfo.InvariantCulture)));
            case TokenKind.Text:
                var text = token.Text;
                while (tokens.Current.Kind == TokenKind.Text)
                {
                    text += tokens.Next().Text;
                }
                return new Literal(token.Position, Value.Of(text));
            case TokenKind.Symbol when token.Text == "(":
                return ParseParentheses(token.Position);
            case TokenKind.Symbol when token.Text == "[":
                return new ListLiteral(token.Position, ParseUntil("]", Parse), IsTuple: false);
            case TokenKind.Symbol when token.Text == "{":
                return new MappingLiteral(token.Position, ParseUntil("}", ParseMember));
            default:
                throw tokens.Error(token.Position, $"expected a value, found {token}.");
        }
    }

    private static Expression Named(Token token) => token.Text switch
    {
        "true" or "True" => new Literal(token.Position, Value.True),
        "false" or "False" => new Literal(token.Position, Value.False),
        "none" or "None" => new Literal(token.Position, Value.None),
        _ => new Variable(token.Position, token.Text),
    };

    private Expression ParseParentheses(Position start)
    {
        if (tokens.SkipSymbol(")"))
        {
            return new ListLiteral(start, [], IsTuple: true);
        }
        var value = ParseTuple();
        tokens.ExpectSymbol(")");
        return value;
    }

    private (Expression Key, Expression Value) ParseMember()
    {
        var key = Parse();
        tokens.ExpectSymbol(":");
        return (key, Parse());
    }

    // Items with commas between them, perhaps one after the last.
    private List<T> ParseUntil<T>(string end, Func<T> parseItem)
    {
        var items = new List<T>();
        while (!tokens.SkipSymbol(end))
        {
            items.Add(parseItem());
            if (!tokens.AtSymbol(end))
            {
                tokens.ExpectSymbol(",");
            }
        }
        return items;
    }

    private Expression ParsePostfix(Expression value)
    {
        while (tokens.Current is { Kind: TokenKind.Symbol } symbol)
        {
            switch (symbol.Text)
            {
                case ".":
                    tokens.Next();
                    value = ParseMemberOf(value);
                    break;
                case "[":
                    tokens.Next();
                    value = ParseSubscript(symbol.Position, value);
                    tokens.ExpectSymbol("]");
                    break;
                case "(":
                    tokens.Next();
                    value = new Call(symbol.Position, value, ParseArguments());
                    break;
                default:
                    return value;
            }
        }
        return value;
    }

    private Expression ParseMemberOf(Expression target)
    {
        var name = tokens.Next();
        return name.Kind switch
        {
            TokenKind.Name => new Attribute(name.Position, target, name.Text),
            TokenKind.Integer => new Item(
                name.Position, target, new Literal(name.Position, Value.Of(BigInteger.Parse(name.Text, CultureInfo.InvariantCulture)))),
            _ => throw tokens.Error(name.Position, $"expected a name after the point, found {name}."),
        };
    }

    private Expression ParseSubscript(Position at, Expression target)
    {
        var start = tokens.AtSymbol(":") ? null : Parse();
        if (!tokens.SkipSymbol(":"))
        {
            return new Item(at, target, start!);
        }
        var stop = tokens.AtSymbol(":") || tokens.AtSymbol("]") ? null : Parse();
        var step = tokens.SkipSymbol(":") && !tokens.AtSymbol("]") ? Parse() : null;
        return new Slice(at, target, start, stop, step);
    }

    private CallArguments ParseArguments()
    {
        var named = new List<(string, Expression)>();
        var positional = new List<Expression>();
        foreach (var (name, value) in ParseUntil(")", ParseArgument))
        {
            if (name is not null)
            {
                named.Add((name, value));
            }
            else if (named.Count == 0)
            {
                positional.Add(value);
            }
            else
            {
                throw tokens.Error(value.Position, "an argument without a name stands behind one with a name.");
            }
        }
        return new CallArguments(positional, named);
    }

    private (string? Name, Expression Value) ParseArgument()
    {
        if (tokens.AtSymbol("*") || tokens.AtSymbol("**"))
        {
            throw tokens.Error(tokens.Current.Position, "unpacked arguments (* and **) are not supported; name each.");
        }
        if (tokens.Current.Kind == TokenKind.Name && tokens.After.Is(TokenKind.Symbol, "="))
        {
            var name = tokens.Next().Text;
            tokens.Next();
            return (name, Parse());
        }
        return (null, Parse());
    }

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.SkipSymbol("|"))
            {
                var filter = ParseFilter();
                value = new Filtered(filter.Position, value, filter);
            }
            else if (tokens.AtName("is"))
            {
                value = ParseTest(tokens.Next().Position, value);
            }
            else if (tokens.AtSymbol("("))
            {
                value = new Call(tokens.Next().Position, value, ParseArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private FilterCall ParseFilter()
    {
        var name = tokens.Expect(TokenKind.Name, "a filter's name");
        return new FilterCall(name.Position, name.Text, tokens.SkipSymbol("(") ? ParseArguments() : CallArguments.None);
    }

    private Expression ParseTest(Position at, Expression target)
    {
        var isNegated = tokens.SkipName("not");
        var name = tokens.Expect(TokenKind.Name, "a test's name");
        var test = new Test(at, target, name.Text, ParseTestArguments());
        return isNegated ? new Not(at, test) : test;
    }

    // A test's one argument may stand without parentheses.
    private CallArguments ParseTestArguments()
    {
        if (tokens.SkipSymbol("("))
        {
            return ParseArguments();
        }
        var begins = tokens.Current.Kind switch
        {
            TokenKind.Name => tokens.Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"),
            TokenKind.Symbol => tokens.Current.Text is "[" or "{",
            TokenKind.Text or TokenKind.Integer or TokenKind.Real => true,
            _ => false,
        };
        return begins ? new CallArguments([ParsePostfix(ParsePrimary())], []) : CallArguments.None;
    }
}
