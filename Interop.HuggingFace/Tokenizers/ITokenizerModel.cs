using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The last stage of encoding: from a piece of text to ids.</summary>
internal interface ITokenizerModel
{
    /// <summary>The number of tokens.</summary>
    int Count { get; }

    /// <summary>The largest id; -1 where there is no token.</summary>
    int LargestId { get; }

    /// <summary>What stands for text that the vocabulary lacks; null where there is no such token.</summary>
    int? UnknownId { get; }

    int? IdOf(string token);

    string? TokenOf(int id);

    /// <summary>
    /// Appends the ids of a piece. An id in <paramref name="excluded"/> is not given for text, unless it is <see cref="UnknownId"/>.
    /// </summary>
    void Encode(ReadOnlySpan<char> piece, IReadOnlySet<int> excluded, List<int> ids);

    /// <summary>Writes the model as the value of the field <c>model</c>.</summary>
    void Write(Utf8JsonWriter writer);
}
