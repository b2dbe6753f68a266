using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>What the Rust library answers for many small byte-pair tokenizers (bpe-cases.json, made by make-bpe-cases.mjs).</summary>
public sealed class BpeAgainstRustTests : IDisposable
{
    private static readonly JsonArray Cases = JsonNode.Parse(File.ReadAllText(TestData.Beside("bpe-cases.json")))!.AsArray();

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Cases.Count)];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Indices))]
    public void Ids_are_the_same(int index)
    {
        var tokenizer = Load(index);
        foreach (var row in Rows(index, "encoded"))
        {
            Assert.Equal(Ids(row, "ids"), tokenizer.Encode(Text(row, "text")));
            Assert.Equal(Ids(row, "surrounded"), tokenizer.Encode(Text(row, "text"), addSpecialTokens: true));
        }
    }

    [Theory, MemberData(nameof(Indices))]
    public void Texts_are_the_same(int index)
    {
        var tokenizer = Load(index);
        foreach (var row in Rows(index, "decoded"))
        {
            Assert.Equal(Text(row, "text"), tokenizer.Decode(Ids(row, "ids")));
            Assert.Equal(Text(row, "skipped"), tokenizer.Decode(Ids(row, "ids"), skipSpecialTokens: true));
        }
    }

    [Theory, MemberData(nameof(Indices))]
    public void A_stream_gives_the_same_texts_and_no_half_character(int index)
    {
        var tokenizer = Load(index);
        var decoder = new StreamDecoder(tokenizer);
        var random = new Random(index);
        int[][] lists = [.. Enumerable.Range(0, 200).Select(_ => RandomIds(random, tokenizer.VocabularySize))];
        foreach (var ids in lists)
        {
            string[] parts = [.. ids.Select(decoder.Push), decoder.Flush()];

            Assert.Equal(tokenizer.Decode(ids), string.Concat(parts));
            Assert.DoesNotContain(parts, part => part.Length > 0 && (char.IsLowSurrogate(part[0]) || char.IsHighSurrogate(part[^1])));
        }
    }

    [Theory, MemberData(nameof(Indices))]
    public void Foreign_stretches_without_added_tokens_change_nothing(int index)
    {
        var tokenizer = Load(index);
        var random = new Random(index);
        foreach (var row in Rows(index, "encoded"))
        {
            Stretches.AssertChangeNothing(random, tokenizer, Text(row, "text"), Ids(row, "ids"));
        }
    }

    [Theory, MemberData(nameof(Indices))]
    public void Saving_keeps_the_file(int index)
    {
        Load(index).Save(_folder.File("saved.json"));

        JsonAssert.Equal(Cases[index]!["tokenizer"]!.ToJsonString(), File.ReadAllText(_folder.File("saved.json")));
    }

    [Theory, MemberData(nameof(Indices))]
    public void No_text_from_outside_becomes_an_added_token(int index)
    {
        var tokenizer = Load(index);
        Assert.All(Rows(index, "encoded"), row =>
            Assert.DoesNotContain(tokenizer.Encode(Text(row, "text"), parseSpecialTokens: false), tokenizer.AddedTokens.ContainsKey));
    }

    private static int[] RandomIds(Random random, int size) => [.. Enumerable.Range(0, random.Next(10)).Select(_ => random.Next(size + 2))];

    private static JsonArray Rows(int index, string name) => Cases[index]![name]!.AsArray();

    private static string Text(JsonNode? row, string field) => row![field]!.GetValue<string>();

    private static int[] Ids(JsonNode? row, string field) => row![field]!.Deserialize<int[]>()!;

    private Tokenizer Load(int index) =>
        Tokenizer.Load(_folder.Write(ModelFolder.TokenizerName, Cases[index]!["tokenizer"]!.ToJsonString()));
}
