using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>A model's tokens and their ids, one to one.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly Dictionary<int, string> _tokens;

    /// <param name="ids">The tokens with their ids; no id twice.</param>
    internal Vocabulary(IEnumerable<KeyValuePair<string, int>> ids)
    {
        _ids = new Dictionary<string, int>(ids, StringComparer.Ordinal);
        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = _ids.ToDictionary(pair => pair.Value, pair => pair.Key);
    }

    internal int Count => _ids.Count;

    /// <summary>The largest id; -1 where there is no token.</summary>
    internal int LargestId => _tokens.Keys.DefaultIfEmpty(-1).Max();

    /// <summary>Reads an object of tokens and ids.</summary>
    internal static Vocabulary Read(JsonField field)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var seen = new HashSet<int>();
        foreach (var (token, value) in field.Members())
        {
            var id = value.Integer(minimum: 0);
            if (!seen.Add(id))
            {
                throw value.Error($"the id {id} belongs to another token already; give each token its own.");
            }
            ids.Add(token, id);
        }
        return new Vocabulary(ids);
    }

    internal int? IdOf(ReadOnlySpan<char> token) => _idsBySpan.TryGetValue(token, out var id) ? id : null;

    internal string? TokenOf(int id) => _tokens.GetValueOrDefault(id);

    /// <summary>The tokens whose ids satisfy a condition.</summary>
    internal Vocabulary Where(Func<int, bool> keeps) => new(_ids.Where(pair => keeps(pair.Value)));

    /// <summary>Writes the tokens as an object, in the order of their ids.</summary>
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (token, id) in _ids.OrderBy(pair => pair.Value))
        {
            writer.WriteNumber(token, id);
        }
        writer.WriteEndObject();
    }
}
