using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>The tokenizers give what the Rust library gives, for many small tokenizers (tokenizer-cases.json, made by make-tokenizer-cases.mjs).</summary>
public sealed class TokenizerAgainstRustTests : IDisposable
{
    private static readonly JsonNode Cases = JsonNode.Parse(File.ReadAllText(TestData.Beside("tokenizer-cases.json")))!;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Cases["cases"]!.AsArray().Count)];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Indices))]
    public void Ids_and_texts_are_the_same(int index)
    {
        var tokenizer = Load(index);
        foreach (var row in Cases["cases"]![index]!["rows"]!.AsArray())
        {
            var ids = row!["ids"]!.AsArray().Select(id => id!.GetValue<int>()).ToArray();
            Assert.Equal(ids, tokenizer.Encode(Text(row, "text")));
            Assert.Equal(Text(row, "decoded"), tokenizer.Decode(ids));
            Assert.Equal(Text(row, "skipped"), tokenizer.Decode(ids, skipSpecialTokens: true));
        }
    }

    [Theory, MemberData(nameof(Indices))]
    public void Foreign_stretches_without_added_tokens_change_nothing(int index)
    {
        var tokenizer = Load(index);
        var random = new Random(index);
        foreach (var row in Cases["cases"]![index]!["rows"]!.AsArray())
        {
            Stretches.AssertChangeNothing(random, tokenizer, Text(row!, "text"), row!["ids"].Deserialize<int[]>()!);
        }
    }

    [Theory, MemberData(nameof(Indices))]
    public void Saving_keeps_the_file(int index)
    {
        Load(index).Save(_folder.File("saved.json"));

        JsonAssert.Equal(Json(index), File.ReadAllText(_folder.File("saved.json")));
    }

    private static string Text(JsonNode row, string field) => row[field]!.GetValue<string>();

    private Tokenizer Load(int index) => Tokenizer.Load(_folder.Write(ModelFolder.TokenizerName, Json(index)));

    private static string Json(int index)
    {
        var sample = Cases["cases"]![index]!;
        var words = Cases["vocabulary"]!.AsArray().Select(word => word!.GetValue<string>());
        var vocabulary = words.Select((word, id) => KeyValuePair.Create(word, (JsonNode?)id));
        var addedTokens = sample["added_tokens"]!.AsArray().OrderBy(token => token!["id"]!.GetValue<int>());
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. addedTokens.Select(token => token!.DeepClone())]),
            ["normalizer"] = sample["normalizer"]?.DeepClone(),
            ["pre_tokenizer"] = sample["pre_tokenizer"]?.DeepClone(),
            ["post_processor"] = null,
            ["decoder"] = null,
            ["model"] = new JsonObject { ["type"] = "WordLevel", ["vocab"] = new JsonObject(vocabulary), ["unk_token"] = "[UNK]" },
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }
}
