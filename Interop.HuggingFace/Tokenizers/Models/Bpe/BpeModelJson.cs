using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The field <c>model</c> of <c>tokenizer.json</c> where it is byte-pair encoding.</summary>
internal static class BpeModelJson
{
    private static readonly string[] Tables = ["vocab", "merges"];

    /// <param name="field">The field.</param>
    /// <param name="ofBytes">True when the pre-tokenizer leaves bytes in <see cref="ByteAlphabet"/> to the model.</param>
    internal static BpeModel Read(JsonField field, bool ofBytes)
    {
        field.AllowOnly(
            "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges",
            "vocab", "merges");
        if (field.Optional("dropout") is { } dropout && dropout.Number() != 0)
        {
            throw dropout.Error("leaving out merges at random is not supported; set it to null.");
        }
        RefuseUnlessEmpty(field, "continuing_subword_prefix");
        RefuseUnlessEmpty(field, "end_of_word_suffix");
        var vocabulary = Vocabulary.Read(field.Required("vocab"));
        var merges = field.Required("merges").Items().ToArray();
        var asTexts = merges is [var first, ..] && first.Element.ValueKind == JsonValueKind.String;
        var settings = new BpeSettings
        {
            Unknown = field.Optional("unk_token")?.Text(),
            FuseUnknown = field.Optional("fuse_unk")?.Flag() ?? false,
            ByteFallback = field.Optional("byte_fallback")?.Flag() ?? false,
            IgnoreMerges = field.Optional("ignore_merges")?.Flag() ?? false,
            OfBytes = ofBytes,
            MergesAsTexts = asTexts,
            Source = [.. field.Element.EnumerateObject().Where(p => !Tables.Contains(p.Name)).Select(p => (p.Name, p.Value))],
        };
        return new BpeModel(vocabulary, new MergeTable([.. merges.Select((merge, rank) => ReadMerge(merge, rank, vocabulary))]), settings);
    }

    internal static void Write(Utf8JsonWriter writer, Vocabulary vocabulary, MergeTable merges, BpeSettings settings)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in settings.Source)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
        writer.WritePropertyName("vocab");
        vocabulary.Write(writer);
        writer.WriteStartArray("merges");
        foreach (var merge in merges.Merges)
        {
            var (left, right) = (vocabulary.TokenOf(merge.Left)!, vocabulary.TokenOf(merge.Right)!);
            if (settings.MergesAsTexts)
            {
                writer.WriteStringValue($"{left} {right}");
            }
            else
            {
                writer.WriteStartArray();
                writer.WriteStringValue(left);
                writer.WriteStringValue(right);
                writer.WriteEndArray();
            }
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static Merge ReadMerge(JsonField field, int rank, Vocabulary vocabulary)
    {
        var (left, right) = Halves(field);
        return new Merge(IdOf(left), IdOf(right), rank, IdOf(left + right));

        int IdOf(string token) => vocabulary.IdOf(token) ?? throw field.Error($"model.vocab lacks the token '{token}'; add it.");
    }

    private static (string Left, string Right) Halves(JsonField field)
    {
        string[] halves = field.Element.ValueKind == JsonValueKind.String
            ? field.Text().Split(' ')
            : [.. field.Items().Select(item => item.Text())];
        return halves is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw field.Error("expected two tokens, in a list or in one text with a blank between them.");
    }

    private static void RefuseUnlessEmpty(JsonField field, string name)
    {
        if (field.Optional(name) is { } affix && affix.Text().Length > 0)
        {
            throw affix.Error($"a {name} is not supported; only byte-level vocabularies and those that mark blanks are.");
        }
    }
}
