using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The model that knows whole words only.</summary>
/// <param name="vocabulary">The words.</param>
/// <param name="unknown">The word that stands for the others; the vocabulary may lack it.</param>
internal sealed class WordLevelModel(Vocabulary vocabulary, string unknown) : ITokenizerModel
{
    public int Count => vocabulary.Count;

    public int LargestId { get; } = vocabulary.LargestId;

    public int? UnknownId { get; } = vocabulary.IdOf(unknown);

    internal static WordLevelModel Read(JsonField field)
    {
        field.AllowOnly("type", "vocab", "unk_token");
        return new WordLevelModel(Vocabulary.Read(field.Required("vocab")), field.Required("unk_token").Text());
    }

    public int? IdOf(string token) => vocabulary.IdOf(token);

    public string? TokenOf(int id) => vocabulary.TokenOf(id);

    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if ((vocabulary.IdOf(piece) ?? UnknownId) is not { } id)
        {
            throw new InvalidOperationException(
                $"The vocabulary holds neither '{piece}' nor the unknown token '{unknown}'; add the latter to model.vocab.");
        }
        ids.Add(id);
    }

    public void Encode(MarkedText piece, List<int> ids, List<bool> foreign)
    {
        Encode(piece.Text, ids);
        foreign.Add(piece.IsForeign);
    }

    public ITokenizerModel Without(IReadOnlySet<int> excluded) =>
        new WordLevelModel(vocabulary.Where(id => id == UnknownId || !excluded.Contains(id)), unknown);

    public ITokenizerModel Restrict(int count) => new WordLevelModel(vocabulary.Where(id => id < count), unknown);

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "WordLevel");
        writer.WritePropertyName("vocab");
        vocabulary.Write(writer);
        writer.WriteString("unk_token", unknown);
        writer.WriteEndObject();
    }
}
