using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>A value inside a JSON file. Every read checks the type; every error names the file, the line and the field.</summary>
internal sealed class JsonField
{
    private readonly JsonSource _source;
    private readonly JsonField? _parent;
    private readonly object? _step;

    internal JsonField(JsonSource source, JsonElement root)
    {
        _source = source;
        Element = root;
    }

    private JsonField(JsonField parent, object step, JsonElement element)
    {
        _source = parent._source;
        _parent = parent;
        _step = step;
        Element = element;
    }

    /// <summary>The value itself.</summary>
    internal JsonElement Element { get; }

    /// <summary>The member of this name; absent or null is an error.</summary>
    internal JsonField Required(string name) =>
        Optional(name) ?? throw Error($"the required field \"{name}\" is missing; add it.");

    /// <summary>The member of this name; null where it is absent or JSON's null.</summary>
    internal JsonField? Optional(string name) =>
        Expect(JsonValueKind.Object, "an object").TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null
            ? new JsonField(this, name, element)
            : null;

    /// <summary>The members of an object, in the order of the file.</summary>
    internal IEnumerable<(string Name, JsonField Value)> Members() =>
        Expect(JsonValueKind.Object, "an object").EnumerateObject().Select(p => (p.Name, new JsonField(this, p.Name, p.Value)));

    /// <summary>Refuses a member with another name than those given.</summary>
    internal void AllowOnly(params string[] names)
    {
        foreach (var (_, value) in Members().Where(member => !names.Contains(member.Name, StringComparer.Ordinal)))
        {
            throw value.Error("this setting is not supported; remove it if the text's ids do not depend on it.");
        }
    }

    /// <summary>The member's name; empty for the root and for items.</summary>
    internal string Name => _step as string ?? "";

    /// <summary>The names that lead here, such as <c>rope_parameters.full_attention</c>.</summary>
    internal string FullName => string.Join('.', Path());

    /// <summary>The items of an array.</summary>
    internal IEnumerable<JsonField> Items() =>
        Expect(JsonValueKind.Array, "a list").EnumerateArray().Select((element, i) => new JsonField(this, i, element));

    /// <summary>The text of a string.</summary>
    internal string Text() => Expect(JsonValueKind.String, "a string").GetString()!;

    /// <summary>A whole number of at least <paramref name="minimum"/>.</summary>
    internal long Whole(long minimum)
    {
        if (Element.ValueKind != JsonValueKind.Number || !Element.TryGetInt64(out var value))
        {
            throw Error($"expected a whole number, found {Excerpt()}.");
        }
        return value >= minimum ? value : throw Error($"expected a whole number of at least {minimum}, found {value}.");
    }

    /// <summary>A whole number between <paramref name="minimum"/> and the largest 32-bit one.</summary>
    internal int Integer(int minimum)
    {
        var value = Whole(minimum);
        return value <= int.MaxValue ? (int)value : throw Error($"expected at most {int.MaxValue}, found {value}.");
    }

    /// <summary>A finite number.</summary>
    internal double Number()
    {
        var value = Expect(JsonValueKind.Number, "a number").GetDouble();
        return double.IsFinite(value) ? value : throw Error($"expected a finite number, found {Excerpt()}.");
    }

    /// <summary>A finite number above zero.</summary>
    internal double Positive()
    {
        var value = Number();
        return value > 0 ? value : throw Error($"expected a number above 0, found {Excerpt()}.");
    }

    /// <summary>A finite number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    internal double Within(double least, double most)
    {
        var value = Number();
        return value >= least && value <= most
            ? value
            : throw Error(most < double.MaxValue
                ? $"expected a number from {least} to {most}, found {Excerpt()}."
                : $"expected a number of at least {least}, found {Excerpt()}.");
    }

    /// <summary>True or false.</summary>
    internal bool Flag() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error($"expected true or false, found {Excerpt()}."),
    };

    /// <summary>A notice of the file, without a line.</summary>
    internal string Note(string message) => _source.Note(message);

    /// <summary>An error at this field.</summary>
    internal InvalidDataException Error(string message) => _source.Error(Path(), message);

    private List<object> Path()
    {
        var path = new List<object>();
        for (var field = this; field?._step is not null; field = field._parent)
        {
            path.Add(field._step);
        }
        path.Reverse();
        return path;
    }

    private JsonElement Expect(JsonValueKind kind, string description) =>
        Element.ValueKind == kind ? Element : throw Error($"expected {description}, found {Excerpt()}.");

    /// <summary>The value as it stands, cut off where it is long.</summary>
    internal string Excerpt()
    {
        var text = Element.GetRawText();
        return text.Length <= 40 ? text : $"{text[..40]}...";
    }
}
