using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The seam between text and tokens.</summary>
public sealed class Tokenizer
{
    private readonly Core.ITokenizer _core;

    internal Tokenizer(Core.ITokenizer core) => _core = core;

    /// <summary>One more than the largest token id.</summary>
    public int VocabularySize => _core.VocabularySize;

    internal Core.ITokenizer Inner => _core;

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parseTags">
    /// True when the text of a control token becomes that token; false for text from elsewhere, such as documents.
    /// </param>
    public IReadOnlyList<int> Encode(string text, bool parseTags = true) =>
        _core.Encode([parseTags ? Core.Piece.NewMarkup(text) : Core.Piece.NewPlain(text)]).Tokens;

    /// <summary>The text of tokens.</summary>
    public string Decode(IReadOnlyList<int> tokens) => _core.Decode([.. tokens]);

    /// <summary>The id of a token by its exact text; null where there is none.</summary>
    public int? IdOf(string token) => _core.IdOf(token).ToNullable();
}
