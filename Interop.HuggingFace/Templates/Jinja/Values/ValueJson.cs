using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>The layout of a document that Python's <c>json.dumps</c> writes.</summary>
internal sealed record JsonLayout
{
    /// <summary>The text that one level is indented by; null for all in one line.</summary>
    internal string? Indent { get; init; }

    /// <summary>The text between items.</summary>
    internal string ItemSeparator { get; init; } = ", ";

    /// <summary>The text between a name and its value.</summary>
    internal string KeySeparator { get; init; } = ": ";

    /// <summary>True when all but ASCII is escaped.</summary>
    internal bool AsciiOnly { get; init; }

    /// <summary>True when names are sorted, by code points.</summary>
    internal bool SortKeys { get; init; }
}

/// <summary>Values from JSON, and to it as Python's <c>json.dumps</c> writes it.</summary>
internal static class ValueJson
{
    /// <summary>A JSON value; a number is whole where it has neither point nor exponent.</summary>
    internal static Value Of(JsonNode? node) => node switch
    {
        null => Value.None,
        JsonObject members => new MappingValue(
            new OrderedDictionary<string, Value>(members.Select(m => KeyValuePair.Create(m.Key, Of(m.Value))), StringComparer.Ordinal)),
        JsonArray items => Value.List(items.Select(Of)),
        _ => OfScalar(node),
    };

    /// <summary>The JSON text of a value.</summary>
    internal static string Write(Value value, JsonLayout layout)
    {
        var text = new StringBuilder();
        Write(value, layout, 0, text);
        return text.ToString();
    }

    private static Value OfScalar(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.String => Value.Of(node.GetValue<string>()),
        JsonValueKind.True => Value.True,
        JsonValueKind.False => Value.False,
        JsonValueKind.Null => Value.None,
        _ => OfNumber(node.ToJsonString()),
    };

    private static Value OfNumber(string text) => text.AsSpan().IndexOfAny('.', 'e', 'E') < 0
        ? Value.Of(BigInteger.Parse(text, CultureInfo.InvariantCulture))
        : new RealValue(double.Parse(text, CultureInfo.InvariantCulture));

    private static void Write(Value value, JsonLayout layout, int depth, StringBuilder text)
    {
        switch (value)
        {
            case NoneValue:
                text.Append("null");
                break;
            case BooleanValue boolean:
                text.Append(boolean.Value ? "true" : "false");
                break;
            case IntegerValue integer:
                text.Append(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case RealValue real:
                text.Append(Real(real.Value));
                break;
            case TextValue literal:
                Quote(literal.Value, layout, text);
                break;
            case SequenceValue sequence:
                WriteItems('[', ']', sequence.Items, layout, depth, text, item => Write(item, layout, depth + 1, text));
                break;
            case MappingValue mapping:
                IEnumerable<KeyValuePair<string, Value>> members = layout.SortKeys
                    ? mapping.Items.OrderBy(member => member.Key, CodePointOrder.Instance)
                    : mapping.Items;
                WriteItems('{', '}', [.. members], layout, depth, text, member =>
                {
                    Quote(member.Key, layout, text);
                    text.Append(layout.KeySeparator);
                    Write(member.Value, layout, depth + 1, text);
                });
                break;
            default:
                throw new TemplateFailure($"tojson has no form for {value.Kind()}.");
        }
    }

    private static string Real(double value) => value switch
    {
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        _ => PythonText.Repr(value),
    };

    private static void WriteItems<T>(
        char open, char close, IReadOnlyList<T> items, JsonLayout layout, int depth, StringBuilder text, Action<T> write)
    {
        text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i > 0 ? layout.ItemSeparator : "");
            NewLine(layout, depth + 1, text);
            write(items[i]);
        }
        if (items.Count > 0)
        {
            NewLine(layout, depth, text);
        }
        text.Append(close);
    }

    private static void NewLine(JsonLayout layout, int depth, StringBuilder text)
    {
        if (layout.Indent is { } indent)
        {
            text.Append('\n').Insert(text.Length, indent, depth);
        }
    }

    private static void Quote(string literal, JsonLayout layout, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in literal)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\f' => text.Append("\\f"),
                '\b' => text.Append("\\b"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                > '~' when layout.AsciiOnly => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }
}
