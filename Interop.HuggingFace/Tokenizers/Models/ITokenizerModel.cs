using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The last stage of encoding: from a piece of text to ids.</summary>
internal interface ITokenizerModel
{
    /// <summary>The number of tokens.</summary>
    int Count { get; }

    /// <summary>The largest id; -1 where there is no token.</summary>
    int LargestId { get; }

    /// <summary>The token that stands for text that the vocabulary lacks; null where there is none.</summary>
    int? UnknownId { get; }

    int? IdOf(string token);

    string? TokenOf(int id);

    /// <summary>Appends the ids of a piece.</summary>
    /// <exception cref="InvalidOperationException">The vocabulary lacks something of the piece, and there is no unknown token.</exception>
    void Encode(ReadOnlySpan<char> piece, List<int> ids);

    /// <summary>Appends the ids of a piece, and for each id whether all of its text is foreign.</summary>
    void Encode(MarkedText piece, List<int> ids, List<bool> foreign);

    /// <summary>The model that encodes without some ids; only <see cref="UnknownId"/> it still gives.</summary>
    ITokenizerModel Without(IReadOnlySet<int> excluded);

    /// <summary>The model of the ids below <paramref name="count"/>.</summary>
    ITokenizerModel Restrict(int count);

    /// <summary>Writes the model as the value of the field <c>model</c>.</summary>
    void Write(Utf8JsonWriter writer);
}
