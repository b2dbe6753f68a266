using System.Text.Json;
using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace;

/// <summary>A change of the ids of a whole text, made where special tokens are asked for.</summary>
internal interface IPostProcessor
{
    void Apply(List<int> ids);

    /// <summary>A post-processor with the ids that the tokens have in another tokenizer.</summary>
    /// <exception cref="ArgumentException">That one lacks a token.</exception>
    IPostProcessor Renumber(Func<string, int?> idOf);

    /// <summary>Writes the post-processor as a JSON object with its type.</summary>
    void Write(Utf8JsonWriter writer);
}

/// <summary>ByteLevel, which concerns the places of tokens in the text and leaves ids alone.</summary>
internal sealed class ByteLevelPostProcessor(JsonElement source) : IPostProcessor
{
    public void Apply(List<int> ids)
    {
    }

    public IPostProcessor Renumber(Func<string, int?> idOf) => this;

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);
}

/// <summary>TemplateProcessing, which puts special tokens before and behind a text.</summary>
internal sealed class TemplatePostProcessor(IReadOnlyList<int> before, IReadOnlyList<int> behind, JsonElement source) : IPostProcessor
{
    public void Apply(List<int> ids)
    {
        ids.InsertRange(0, before);
        ids.AddRange(behind);
    }

    public IPostProcessor Renumber(Func<string, int?> idOf)
    {
        var document = JsonNode.Parse(source.GetRawText())!.AsObject();
        foreach (var (_, special) in document["special_tokens"]!.AsObject())
        {
            var tokens = special!["tokens"]!.AsArray().Select(token => token!.GetValue<string>());
            special["ids"] = new JsonArray([.. tokens.Select(token => (JsonNode)IdOf(token))]);
        }
        return PostProcessorJson.Read(JsonSource.Reparse("post_processor", JsonSerializer.SerializeToElement(document)));

        int IdOf(string token) => idOf(token) ?? throw new ArgumentException(
            $"The post-processor puts '{token}' into texts, which would not be a token any more; keep the added tokens.");
    }

    public void Write(Utf8JsonWriter writer) => source.WriteTo(writer);
}

/// <summary>Post-processors one after the other.</summary>
internal sealed class SequencePostProcessor(IReadOnlyList<IPostProcessor> steps) : IPostProcessor
{
    public void Apply(List<int> ids)
    {
        foreach (var step in steps)
        {
            step.Apply(ids);
        }
    }

    public IPostProcessor Renumber(Func<string, int?> idOf) => new SequencePostProcessor([.. steps.Select(step => step.Renumber(idOf))]);

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Sequence");
        writer.WriteStartArray("processors");
        foreach (var step in steps)
        {
            step.Write(writer);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
