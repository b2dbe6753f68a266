using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace;

/// <summary>The way in which this library writes JSON: two blanks, line feeds, characters as themselves.</summary>
internal static class JsonOutput
{
    /// <summary>Writes one indented JSON document with a final line feed, whole or not at all.</summary>
    internal static void Save(string path, Action<Utf8JsonWriter> write) => AtomicFile.Write(path, stream =>
    {
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            write(writer);
        }
        stream.WriteByte((byte)'\n');
    });

    /// <summary>
    /// The document of a record that was read, perhaps changed, and is to be written: fields whose value is still what was read stay as
    /// they stand
    /// in <paramref name="source"/>, unknown ones included; the others are set, or removed where they are null now.
    /// </summary>
    internal static JsonObject Merge(
        JsonElement? source, IEnumerable<(string Name, JsonNode? Value)> read, IEnumerable<(string Name, JsonNode? Value)> now)
    {
        var document = source is { } element ? JsonObject.Create(element)! : [];
        var before = read.ToDictionary(field => field.Name, field => field.Value);
        foreach (var (name, value) in now)
        {
            if (source is not null && JsonNode.DeepEquals(value, before.GetValueOrDefault(name)))
            {
                continue;
            }
            if (value is null)
            {
                document.Remove(name);
            }
            else
            {
                document[name] = value;
            }
        }
        return document;
    }

    /// <summary>A list of texts; null for an empty one.</summary>
    internal static JsonArray? Texts(IReadOnlyList<string> texts) =>
        texts.Count == 0 ? null : new JsonArray([.. texts.Select(text => JsonValue.Create(text))]);

    /// <summary>A number that Python reads as a float: never without point or exponent.</summary>
    internal static JsonNode Real(double value)
    {
        var text = value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        return JsonNode.Parse(text.AsSpan().ContainsAny('.', 'E') ? text : $"{text}.0")!;
    }
}
