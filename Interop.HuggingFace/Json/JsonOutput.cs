using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// The way in which this library writes JSON: characters as themselves. Documents are written field by field and not from records, since
/// the fields that nobody here reads must stay as they stand, and since Python has to read a float as one.
/// </summary>
internal static class JsonOutput
{
    /// <summary>Writes one JSON document, indented by two blanks, with a final line feed, whole or not at all.</summary>
    internal static void Save(string path, Action<Utf8JsonWriter> write) => AtomicFile.Write(path, stream =>
    {
        Write(stream, isIndented: true, write);
        stream.WriteByte((byte)'\n');
    });

    /// <summary>One JSON document on one line.</summary>
    internal static byte[] Line(Action<Utf8JsonWriter> write)
    {
        using var line = new MemoryStream();
        Write(line, isIndented: false, write);
        return line.ToArray();
    }

    private static void Write(Stream stream, bool isIndented, Action<Utf8JsonWriter> write)
    {
        var options = new JsonWriterOptions
        {
            Indented = isIndented,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using var writer = new Utf8JsonWriter(stream, options);
        write(writer);
    }

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
