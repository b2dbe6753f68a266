using System.Text;
using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The second stage of encoding, after the added tokens are taken out: from text to text.</summary>
internal interface INormalizer
{
    MarkedString Normalize(MarkedString text);

    /// <summary>Writes the normalizer as a JSON object with its type.</summary>
    void Write(Utf8JsonWriter writer);
}

/// <summary>One of Unicode's normalisation forms.</summary>
internal sealed class UnicodeNormalizer(UnicodeForm form) : INormalizer
{
    public MarkedString Normalize(MarkedString text) => UnicodeNormalization.Apply(form, text);

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", form.ToString().ToUpperInvariant());
        writer.WriteEndObject();
    }
}

/// <summary>Puts a text before every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public MarkedString Normalize(MarkedString text) => text.Text.Length == 0 ? text : text.Span.Prepend(prefix);

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Prepend");
        writer.WriteString("prepend", prefix);
        writer.WriteEndObject();
    }
}

/// <summary>Replaces the matches of a pattern.</summary>
internal sealed class ReplaceNormalizer(Replacement replacement, JsonElement source) : INormalizer
{
    public MarkedString Normalize(MarkedString text) => replacement.Apply(text.Span);

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);
}

/// <summary>Every character by its own lower case, without regard to its neighbours or to a language.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    // The one character whose lower case is two, and so no simple mapping.
    private const int DottedCapitalI = 0x130;

    public MarkedString Normalize(MarkedString text)
    {
        var lower = new MarkedBuilder(text.Text.Length, text.Foreign is not null);
        var place = 0;
        foreach (var rune in text.Text.EnumerateRunes())
        {
            var isForeign = text.Span.HasForeignIn(place, rune.Utf16SequenceLength);
            place += rune.Utf16SequenceLength;
            if (rune.Value == DottedCapitalI)
            {
                lower.Append("i\u0307", isForeign);
            }
            else
            {
                lower.Append(Rune.ToLowerInvariant(rune), isForeign);
            }
        }
        return lower.Build();
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Lowercase");
        writer.WriteEndObject();
    }
}

/// <summary>Normalizers one after the other.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<INormalizer> steps) : INormalizer
{
    public MarkedString Normalize(MarkedString text) => steps.Aggregate(text, (current, step) => step.Normalize(current));

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Sequence");
        writer.WriteStartArray("normalizers");
        foreach (var step in steps)
        {
            step.Write(writer);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
