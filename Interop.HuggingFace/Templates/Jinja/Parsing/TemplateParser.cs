using System.Runtime.CompilerServices;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Parses a template to its statements.</summary>
internal sealed class TemplateParser
{
    private const string Supported = "if, for, set, macro, generation, break and continue";

    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(TemplateSource source)
    {
        _tokens = new TokenReader(source, Lexer.Read(source));
        _expressions = new ExpressionParser(_tokens);
    }

    /// <summary>The statements of a template.</summary>
    /// <exception cref="InvalidDataException">
    /// The text is no template, or uses what is not supported; file, line and column are named.
    /// </exception>
    internal static IReadOnlyList<Statement> Parse(TemplateSource source)
    {
        var parser = new TemplateParser(source);
        try
        {
            return parser.ParseAll();
        }
        catch (InsufficientExecutionStackException e)
        {
            throw source.Error(parser._tokens.Current.Position, "the template is nested too deeply.", e);
        }
    }

    private List<Statement> ParseAll()
    {
        var statements = ParseBody();
        return _tokens.Current.Kind == TokenKind.End
            ? statements
            : throw _tokens.Error(_tokens.After.Position, $"{_tokens.After} closes nothing.");
    }

    // Statements up to the end, or to a block that none of them begins: left for the caller at its {%.
    private List<Statement> ParseBody()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var statements = new List<Statement>();
        while (true)
        {
            var token = _tokens.Current;
            switch (token.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new Data(token.Position, _tokens.Next().Text));
                    break;
                case TokenKind.OutputBegin:
                    _tokens.Next();
                    statements.Add(new Output(token.Position, _expressions.ParseTuple()));
                    _tokens.Expect(TokenKind.OutputEnd, "}}");
                    break;
                case TokenKind.BlockBegin when ClosesBlock(_tokens.After):
                    return statements;
                case TokenKind.BlockBegin:
                    statements.Add(ParseBlock());
                    break;
                default:
                    return statements;
            }
        }
    }

    private static bool ClosesBlock(Token token) =>
        token.Kind == TokenKind.Name && (token.Text is "elif" or "else" || token.Text.StartsWith("end", StringComparison.Ordinal));

    private Statement ParseBlock()
    {
        _tokens.Next();
        var name = _tokens.Expect(TokenKind.Name, "a block's name");
        return name.Text switch
        {
            "if" => ParseIf(name.Position),
            "for" => ParseFor(name.Position),
            "set" => ParseSet(name.Position),
            "macro" => ParseMacro(name.Position),
            "generation" => ParseGeneration(name.Position),
            "break" => ParseJump(new Break(name.Position)),
            "continue" => ParseJump(new Continue(name.Position)),
            _ => throw _tokens.Error(name.Position, $"the block {name.Text} is not supported, only {Supported}."),
        };
    }

    private If ParseIf(Position at)
    {
        var branches = new List<Branch>();
        do
        {
            var condition = _expressions.ParseTuple();
            EndTag();
            branches.Add(new Branch(condition, ParseBody()));
        }
        while (TakeBlock("elif"));
        var otherwise = ParseElse();
        Close("endif", at);
        return new If(at, branches, otherwise);
    }

    private For ParseFor(Position at)
    {
        var targets = ParseTargets("in");
        _tokens.ExpectName("in");
        var items = _expressions.ParseOr();
        var filter = _tokens.SkipName("if") ? _expressions.Parse() : null;
        if (_tokens.AtName("recursive"))
        {
            throw _tokens.Error(_tokens.Current.Position, "recursive loops are not supported; use a macro that calls itself.");
        }
        EndTag();
        _loops++;
        var body = ParseBody();
        _loops--;
        var otherwise = ParseElse();
        Close("endfor", at);
        return new For(at, targets, items, filter, body, otherwise);
    }

    private Statement ParseSet(Position at)
    {
        if (_tokens.After.Is(TokenKind.Symbol, "."))
        {
            return ParseSetMember(at);
        }
        var targets = ParseTargets("=");
        if (_tokens.SkipSymbol("="))
        {
            var value = _expressions.ParseTuple();
            EndTag();
            return new Set(at, targets, value);
        }
        if (targets.Count > 1)
        {
            throw _tokens.Unexpected("'='");
        }
        var filters = _expressions.ParseFilters();
        EndTag();
        var body = ParseBody();
        Close("endset", at);
        return new SetBlock(at, targets[0], filters, body);
    }

    private SetMember ParseSetMember(Position at)
    {
        var target = _tokens.Expect(TokenKind.Name, "a name").Text;
        _tokens.Next();
        var member = _tokens.Expect(TokenKind.Name, "a name").Text;
        _tokens.ExpectSymbol("=");
        var value = _expressions.ParseTuple();
        EndTag();
        return new SetMember(at, target, member, value);
    }

    private Macro ParseMacro(Position at)
    {
        var name = _tokens.Expect(TokenKind.Name, "the macro's name").Text;
        _tokens.ExpectSymbol("(");
        var parameters = new List<Parameter>();
        while (!_tokens.SkipSymbol(")"))
        {
            var parameter = _tokens.Expect(TokenKind.Name, "a parameter's name").Text;
            parameters.Add(new Parameter(parameter, _tokens.SkipSymbol("=") ? _expressions.Parse() : null));
            if (!_tokens.AtSymbol(")"))
            {
                _tokens.ExpectSymbol(",");
            }
        }
        EndTag();
        var loops = _loops;
        _loops = 0;
        var body = ParseBody();
        _loops = loops;
        Close("endmacro", at);
        return new Macro(at, name, parameters, body);
    }

    private Generation ParseGeneration(Position at)
    {
        EndTag();
        var body = ParseBody();
        Close("endgeneration", at);
        return new Generation(at, body);
    }

    private Statement ParseJump(Statement jump)
    {
        EndTag();
        return _loops > 0 ? jump : throw _tokens.Error(jump.Position, "break and continue stand only inside of a loop.");
    }

    private List<Statement> ParseElse()
    {
        if (!TakeBlock("else"))
        {
            return [];
        }
        EndTag();
        return ParseBody();
    }

    private List<string> ParseTargets(string end)
    {
        var targets = new List<string>();
        var isParenthesised = _tokens.SkipSymbol("(");
        do
        {
            var name = _tokens.Expect(TokenKind.Name, "a name");
            targets.Add(name.Text is "true" or "false" or "none" or "True" or "False" or "None" or "loop"
                ? throw _tokens.Error(name.Position, $"'{name.Text}' cannot be set.")
                : name.Text);
        }
        while (_tokens.SkipSymbol(",") && !_tokens.AtName(end) && !_tokens.AtSymbol(end));
        if (isParenthesised)
        {
            _tokens.ExpectSymbol(")");
        }
        return targets;
    }

    private bool TakeBlock(string name)
    {
        var isThere = _tokens.Current.Kind == TokenKind.BlockBegin && _tokens.After.Is(TokenKind.Name, name);
        if (isThere)
        {
            _tokens.Next();
            _tokens.Next();
        }
        return isThere;
    }

    private void Close(string name, Position opened)
    {
        if (!TakeBlock(name))
        {
            var found = _tokens.Current.Kind == TokenKind.BlockBegin ? _tokens.After : _tokens.Current;
            throw _tokens.Error(found.Position, $"expected '{name}' for the block of line {opened.Line}, found {found}.");
        }
        EndTag();
    }

    private void EndTag() => _tokens.Expect(TokenKind.BlockEnd, "%}");
}
