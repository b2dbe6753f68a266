namespace Levee.CSharp;

/// <summary>A piece of text that an environment gives to the policy, by how far it is to be trusted.</summary>
public sealed record Piece
{
    private Piece(string text, bool isMarkup)
    {
        Text = text;
        IsMarkup = isMarkup;
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>True when tags in the text become control tokens.</summary>
    public bool IsMarkup { get; }

    /// <summary>The protocol's own text: its tags become control tokens where the tokenizer has them.</summary>
    public static Piece Markup(string text) => new(text, isMarkup: true);

    /// <summary>Text from elsewhere (a question, a document): a tag in it is only text.</summary>
    public static Piece Plain(string text) => new(text, isMarkup: false);

    internal Core.Piece ToCore() => IsMarkup ? Core.Piece.NewMarkup(Text) : Core.Piece.NewPlain(Text);

    internal static Piece FromCore(Core.Piece core) => new(Core.PieceModule.text(core), core.IsMarkup);
}
