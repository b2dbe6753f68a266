using System.Collections;

namespace Levee.Interop.HuggingFace;

/// <summary>The kinds of an object that tells its kind in the field <c>type</c>, and how each kind is read.</summary>
/// <param name="what">What the object is, for errors.</param>
/// <param name="remedy">What to do about a kind that is none of these.</param>
internal sealed class JsonKinds<T>(string what, string remedy = "") : IEnumerable<string>
{
    private readonly Dictionary<string, Func<JsonField, T>> _readers = new(StringComparer.Ordinal);

    /// <summary>Adds a kind.</summary>
    internal void Add(string kind, Func<JsonField, T> read) => _readers.Add(kind, read);

    /// <summary>Adds a kind of object that may have no fields but <c>type</c> and those of <paramref name="fields"/>.</summary>
    internal void Add(string kind, string[] fields, Func<JsonField, T> read) => Add(kind, field =>
    {
        field.AllowOnly(["type", .. fields]);
        return read(field);
    });

    /// <summary>Reads an object of one of these kinds.</summary>
    /// <exception cref="InvalidDataException">The kind is none of these, or the object does not fit it.</exception>
    internal T Read(JsonField field)
    {
        var type = field.Required("type");
        if (_readers.TryGetValue(type.Text(), out var read))
        {
            return read(field);
        }
        var known = _readers.Keys.ToArray();
        throw type.Error($"the {what} {type.Text()} is not supported, only {string.Join(", ", known[..^1])} and {known[^1]}{remedy}.");
    }

    /// <summary>The kinds, in the order in which they were added.</summary>
    public IEnumerator<string> GetEnumerator() => _readers.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
