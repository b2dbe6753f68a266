namespace Levee.Interop.HuggingFace.Templates;

/// <summary>The tokens of a template, read one after the other.</summary>
internal sealed class TokenReader(TemplateSource source, IReadOnlyList<Token> tokens)
{
    private int _at;

    /// <summary>The token that comes next.</summary>
    internal Token Current => tokens[_at];

    /// <summary>The token after the current one.</summary>
    internal Token After => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>Takes the current token.</summary>
    internal Token Next()
    {
        var token = Current;
        _at = Math.Min(_at + 1, tokens.Count - 1);
        return token;
    }

    internal bool AtSymbol(string symbol) => Current.Is(TokenKind.Symbol, symbol);

    internal bool AtName(string name) => Current.Is(TokenKind.Name, name);

    /// <summary>Takes the symbol where it comes next.</summary>
    internal bool SkipSymbol(string symbol) => Skip(AtSymbol(symbol));

    /// <summary>Takes the word where it comes next.</summary>
    internal bool SkipName(string name) => Skip(AtName(name));

    internal Token ExpectSymbol(string symbol) => AtSymbol(symbol) ? Next() : throw Unexpected($"'{symbol}'");

    internal Token ExpectName(string name) => AtName(name) ? Next() : throw Unexpected($"'{name}'");

    internal Token Expect(TokenKind kind, string description) => Current.Kind == kind ? Next() : throw Unexpected(description);

    /// <summary>The error of a current token that is not what was expected.</summary>
    internal InvalidDataException Unexpected(string expected) => Error(Current.Position, $"expected {expected}, found {Current}.");

    internal InvalidDataException Error(Position at, string message) => source.Error(at, message);

    private bool Skip(bool isThere)
    {
        if (isThere)
        {
            Next();
        }
        return isThere;
    }
}
