using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The model that knows whole words only.</summary>
internal sealed class WordLevelModel : ITokenizerModel
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly Dictionary<int, string> _tokens;
    private readonly string _unknown;

    /// <param name="ids">The words with their ids; no id twice.</param>
    /// <param name="unknown">The word that stands for the others; it may be absent from <paramref name="ids"/>.</param>
    internal WordLevelModel(IEnumerable<KeyValuePair<string, int>> ids, string unknown)
    {
        _ids = new Dictionary<string, int>(ids, StringComparer.Ordinal);
        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = _ids.ToDictionary(pair => pair.Value, pair => pair.Key);
        _unknown = unknown;
        UnknownId = IdOf(unknown);
    }

    public int Count => _ids.Count;

    public int LargestId => _tokens.Keys.DefaultIfEmpty(-1).Max();

    public int? UnknownId { get; }

    public int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    public string? TokenOf(int id) => _tokens.GetValueOrDefault(id);

    public void Encode(ReadOnlySpan<char> piece, IReadOnlySet<int> excluded, List<int> ids)
    {
        if (_idsBySpan.TryGetValue(piece, out var id) && !excluded.Contains(id))
        {
            ids.Add(id);
            return;
        }
        ids.Add(UnknownId ?? throw new InvalidOperationException(
            $"The vocabulary holds neither '{piece}' nor the unknown token '{_unknown}'; add the latter to model.vocab."));
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "WordLevel");
        writer.WriteStartObject("vocab");
        foreach (var (token, id) in _ids.OrderBy(pair => pair.Value))
        {
            writer.WriteNumber(token, id);
        }
        writer.WriteEndObject();
        writer.WriteString("unk_token", _unknown);
        writer.WriteEndObject();
    }
}
