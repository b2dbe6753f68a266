using System.Text.Json;
using System.Text.Unicode;

namespace Levee.Interop.HuggingFace;

/// <summary>A parsed JSON text that remembers where it came from, so that an error can name the file, the line and the field.</summary>
internal sealed class JsonSource
{
    private readonly string _name;
    private readonly byte[] _utf8;
    private readonly string _remedy;

    private JsonSource(string name, byte[] utf8, string? remedy)
    {
        _name = name;
        _utf8 = utf8;
        _remedy = remedy is null ? "" : $" {remedy}";
    }

    /// <summary>Reads the JSON file at <paramref name="path"/>; its root must be an object.</summary>
    /// <exception cref="InvalidDataException">The text is no JSON object in UTF-8, or names a field twice.</exception>
    internal static JsonField Load(string path) => Parse(path, File.ReadAllBytes(path));

    /// <summary>A document that was read before, to be read again.</summary>
    internal static JsonField Reparse(string name, JsonElement document) => Parse(name, JsonSerializer.SerializeToUtf8Bytes(document));

    /// <summary>
    /// Parses <paramref name="utf8"/>, called <paramref name="name"/> in errors, which end with <paramref name="remedy"/>; its root must
    /// be an object.
    /// </summary>
    /// <inheritdoc cref="Load"/>
    internal static JsonField Parse(string name, byte[] utf8, string? remedy = null)
    {
        var source = new JsonSource(name, utf8, remedy);
        LfsPointer.Refuse(name, utf8);
        if (!Utf8.IsValid(utf8))
        {
            Utf8.ToUtf16(utf8, new char[utf8.Length], out var sound, out _, replaceInvalidSequences: false);
            throw source.ErrorAt(sound, "the text is not valid UTF-8; save it as UTF-8.");
        }
        var root = source.Root();
        return root.ValueKind == JsonValueKind.Object
            ? new JsonField(source, root)
            : throw source.Error([], $"expected a JSON object, found {root.ValueKind}.");
    }

    /// <summary>An error at the field that <paramref name="path"/> (names and indices, outermost first) leads to.</summary>
    internal InvalidDataException Error(IReadOnlyList<object> path, string message)
    {
        var field = string.Concat(path.Select((step, i) => step is int index ? $"[{index}]" : i == 0 ? $"{step}" : $".{step}"));
        var colon = field.Length == 0 ? "" : ": ";
        return ErrorAt(OffsetOf(path), $"{field}{colon}{message}");
    }

    /// <summary>A notice of the text as a whole.</summary>
    internal string Note(string message) => $"{_name}: {message}";

    private JsonElement Root()
    {
        try
        {
            CheckStrings();
            using var document = JsonDocument.Parse(_utf8);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            // The parser repeats the place at the message's end, counted from 0.
            var problem = e.Message.Split(" LineNumber: ")[0];
            throw new InvalidDataException($"{_name}:{e.LineNumber + 1}: not valid JSON: {problem}{_remedy}", e);
        }
    }

    // Refuses things that JSON's grammar allows but no file can mean: a name given twice, and a string such as "\ud800" that is no text.
    private void CheckStrings()
    {
        var reader = new Utf8JsonReader(_utf8);
        var objects = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    objects.Push(new HashSet<string>(StringComparer.Ordinal));
                    break;
                case JsonTokenType.EndObject:
                    objects.Pop();
                    break;
                case JsonTokenType.PropertyName when !objects.Peek().Add(TextOf(ref reader)):
                    throw ErrorAt(reader.TokenStartIndex, $"the field \"{TextOf(ref reader)}\" is given twice; remove one.");
                case JsonTokenType.String when reader.ValueIsEscaped:
                    TextOf(ref reader);
                    break;
            }
        }
    }

    private string TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ErrorAt(reader.TokenStartIndex, "a string holds half of a surrogate pair; write the character itself.");
        }
    }

    private InvalidDataException ErrorAt(long offset, string message) => new($"{_name}:{LineAt(offset)}: {message}{_remedy}");

    private long OffsetOf(IReadOnlyList<object> path)
    {
        var reader = new Utf8JsonReader(_utf8);
        reader.Read();
        foreach (var step in path)
        {
            reader.Read();
            if (step is int index)
            {
                for (var i = 0; i < index; i++)
                {
                    reader.Skip();
                    reader.Read();
                }
                continue;
            }
            while (!reader.ValueTextEquals((string)step))
            {
                reader.Read();
                reader.Skip();
                reader.Read();
            }
            reader.Read();
        }
        return reader.TokenStartIndex;
    }

    private int LineAt(long offset) => _utf8.AsSpan(0, (int)offset).Count((byte)'\n') + 1;
}
