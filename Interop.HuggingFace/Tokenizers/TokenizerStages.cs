using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The stages of a tokenizer, in the order in which a text passes them. Null: the text passes as it is.</summary>
internal sealed record TokenizerStages(ITokenizerModel Model)
{
    internal INormalizer? Normalizer { get; init; }

    internal IPreTokenizer? PreTokenizer { get; init; }

    internal IPostProcessor? PostProcessor { get; init; }

    /// <summary>The fields <c>truncation</c> and <c>padding</c>, which are kept and do nothing; those that are null are not among them.</summary>
    internal IReadOnlyDictionary<string, JsonElement> Unused { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The way back; null where tokens are joined with blanks.</summary>
    internal IDecoder? Decoder { get; init; }
}
