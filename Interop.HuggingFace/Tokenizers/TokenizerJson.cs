using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>The layout of <c>tokenizer.json</c>, version 1.0. What is not supported is refused by name, never skipped.</summary>
internal static class TokenizerJson
{
    private const string Version = "1.0";

    // Fields that the library's own callers set anew whenever they encode.
    private static readonly string[] Unused = ["truncation", "padding"];

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
        var preTokenizer = root.Optional("pre_tokenizer") is { } p ? PreTokenizerJson.Read(p) : null;
        var stages = new TokenizerStages(Model(root.Required("model"), preTokenizer?.GivesBytes ?? false))
        {
            Normalizer = root.Optional("normalizer") is { } n ? NormalizerJson.Read(n) : null,
            PreTokenizer = preTokenizer,
            PostProcessor = root.Optional("post_processor") is { } post ? PostProcessorJson.Read(post) : null,
            Decoder = root.Optional("decoder") is { } d ? DecoderJson.Read(d) : null,
            Unused = Unused.Where(name => root.Optional(name) is not null).ToDictionary(name => name, name => root.Optional(name)!.Element),
        };
        var addedTokens = root.Optional("added_tokens");
        var added = addedTokens is null ? [] : AddedTokensJson.Read(addedTokens, stages.Model);
        try
        {
            return new Tokenizer(stages, added) { Notices = [.. Unused.Select(root.Optional).OfType<JsonField>().Select(Notice)] };
        }
        catch (ArgumentException e)
        {
            throw (addedTokens ?? root).Error(e.Message);
        }
    }

    internal static void Write(Utf8JsonWriter writer, TokenizerStages stages, IReadOnlyDictionary<int, AddedToken> added)
    {
        writer.WriteStartObject();
        writer.WriteString("version", Version);
        foreach (var name in Unused)
        {
            var field = stages.Unused.TryGetValue(name, out var read) ? read : default;
            WriteStage(writer, name, field.ValueKind == JsonValueKind.Undefined ? null : field.WriteTo);
        }
        writer.WritePropertyName("added_tokens");
        AddedTokensJson.Write(writer, added);
        WriteStage(writer, "normalizer", stages.Normalizer is { } normalizer ? normalizer.Write : null);
        WriteStage(writer, "pre_tokenizer", stages.PreTokenizer is { } preTokenizer ? preTokenizer.Write : null);
        WriteStage(writer, "post_processor", stages.PostProcessor is { } postProcessor ? postProcessor.Write : null);
        WriteStage(writer, "decoder", stages.Decoder is { } decoder ? decoder.Write : null);
        WriteStage(writer, "model", stages.Model.Write);
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

    private static string Notice(JsonField field) => field.Error("passed over; texts are encoded whole, and batches filled, as they are needed.").Message;

    // Older files name no type: a model with merges is byte-pair encoding.
    private static ITokenizerModel Model(JsonField field, bool ofBytes)
    {
        var type = field.Optional("type");
        return (type?.Text() ?? (field.Optional("merges") is null ? "WordLevel" : "BPE")) switch
        {
            "BPE" => BpeModelJson.Read(field, ofBytes),
            "WordLevel" when ofBytes => throw field.Error("the model WordLevel is not supported behind the pre-tokenizer ByteLevel."),
            "WordLevel" => WordLevelModel.Read(field),
            var other => throw type!.Error($"the model {other} is not supported, only BPE and WordLevel."),
        };
    }
}
