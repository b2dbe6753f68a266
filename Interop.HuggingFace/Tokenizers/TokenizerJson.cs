using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The layout of <c>tokenizer.json</c>, version 1.0. What is not supported is refused by name, never skipped.</summary>
internal static class TokenizerJson
{
    private const string Version = "1.0";

    private static readonly string[] KnownFields =
        ["version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"];

    internal static Tokenizer Read(JsonField root)
    {
        foreach (var (_, field) in root.Members().Where(member => !KnownFields.Contains(member.Name)))
        {
            throw field.Error("this field is not supported; remove it if the text's ids do not depend on it.");
        }
        if (root.Required("version") is var version && version.Text() != Version)
        {
            throw version.Error($"version \"{version.Text()}\" is not supported, only \"{Version}\".");
        }
        RefuseUnlessNull(root, "truncation", "cut the ids yourself");
        RefuseUnlessNull(root, "padding", "fill the batch yourself");
        RefuseUnlessNull(root, "post_processor", "add the ids of special tokens yourself");
        RefuseUnlessNull(root, "decoder", "only tokens joined with a blank are supported");
        var model = Model(root.Required("model"));
        var addedTokens = root.Optional("added_tokens");
        var added = addedTokens is null ? [] : AddedTokensJson.Read(addedTokens, model);
        var normalizer = root.Optional("normalizer") is { } n ? NormalizerJson.Read(n) : null;
        var preTokenizer = root.Optional("pre_tokenizer") is { } p ? PreTokenizerJson.Read(p) : null;
        try
        {
            return new Tokenizer(model, normalizer, preTokenizer, added);
        }
        catch (ArgumentException e)
        {
            throw (addedTokens ?? root).Error(e.Message);
        }
    }

    internal static void Write(
        Utf8JsonWriter writer,
        IReadOnlyDictionary<int, AddedToken> added,
        INormalizer? normalizer,
        IPreTokenizer? preTokenizer,
        ITokenizerModel model)
    {
        writer.WriteStartObject();
        writer.WriteString("version", Version);
        writer.WriteNull("truncation");
        writer.WriteNull("padding");
        writer.WritePropertyName("added_tokens");
        AddedTokensJson.Write(writer, added);
        WriteStage(writer, "normalizer", normalizer is null ? null : normalizer.Write);
        WriteStage(writer, "pre_tokenizer", preTokenizer is null ? null : preTokenizer.Write);
        writer.WriteNull("post_processor");
        writer.WriteNull("decoder");
        WriteStage(writer, "model", model.Write);
        writer.WriteEndObject();
    }

    private static void WriteStage(Utf8JsonWriter writer, string name, Action<Utf8JsonWriter>? write)
    {
        if (write is null)
        {
            writer.WriteNull(name);
        }
        else
        {
            writer.WritePropertyName(name);
            write(writer);
        }
    }

    private static void RefuseUnlessNull(JsonField root, string name, string remedy)
    {
        if (root.Optional(name) is { } field)
        {
            var type = field.Element.ValueKind == JsonValueKind.Object ? field.Optional("type")?.Text() : null;
            throw field.Error($"{(type is null ? $"a {name}" : $"the {name} {type}")} is not supported; set it to null: {remedy}.");
        }
    }

    private static ITokenizerModel Model(JsonField field)
    {
        var type = field.Optional("type");
        return type is null || type.Text() == "WordLevel"
            ? WordLevel(field)
            : throw type.Error($"the model {type.Text()} is not supported, only WordLevel.");
    }

    private static WordLevelModel WordLevel(JsonField field)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var seen = new HashSet<int>();
        foreach (var (token, value) in field.Required("vocab").Members())
        {
            var id = value.Integer(minimum: 0);
            if (!seen.Add(id))
            {
                throw value.Error($"the id {id} belongs to another token already; give each token its own.");
            }
            ids.Add(token, id);
        }
        return new WordLevelModel(ids, field.Required("unk_token").Text());
    }
}
