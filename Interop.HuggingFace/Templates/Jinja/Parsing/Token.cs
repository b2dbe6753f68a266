namespace Levee.Interop.HuggingFace.Templates;

/// <summary>The kind of a piece of a template.</summary>
internal enum TokenKind
{
    /// <summary>Text outside of tags.</summary>
    Data,

    /// <summary><c>{%</c></summary>
    BlockBegin,

    /// <summary><c>%}</c></summary>
    BlockEnd,

    /// <summary><c>{{</c></summary>
    OutputBegin,

    /// <summary><c>}}</c></summary>
    OutputEnd,

    /// <summary>A name or keyword.</summary>
    Name,

    /// <summary>A literal text, without its quotes and escapes.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with point or exponent.</summary>
    Real,

    /// <summary>An operator or bracket.</summary>
    Symbol,

    /// <summary>The end of the template.</summary>
    End,
}

/// <summary>A piece of a template.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, Position Position)
{
    internal bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    /// <summary>The token in an error.</summary>
    public override string ToString() => Kind switch
    {
        TokenKind.Data => "text",
        TokenKind.Text => $"the text '{Text}'",
        TokenKind.End => "the end of the template",
        _ => $"'{Text}'",
    };
}
