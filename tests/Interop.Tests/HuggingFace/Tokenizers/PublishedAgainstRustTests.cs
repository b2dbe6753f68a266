using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Published tokenizers on random texts and ids, against the Rust library, asked as the test runs.</summary>
public sealed class PublishedAgainstRustTests
{
    private const int Samples = 1500;

    public static TheoryData<string> Packages => [.. RustPeer.Published.Select(package => package.Name)];

    [Theory, MemberData(nameof(Packages))]
    public void Ids_and_texts_are_the_same(string name)
    {
        var file = NpmFiles.Tokenizer(RustPeer.Package(name));
        var tokenizer = Tokenizer.Load(file);
        var random = new Random(20250807);
        var mixed = Enumerable.Range(0, Samples).Select(_ => MixedText.Next(random, 12));
        string[] texts = [.. mixed, MixedText.Next(random, 20_000), OneWord(random)];
        int[][] ids = [.. Enumerable.Range(0, Samples).Select(_ => RandomIds(random, tokenizer.VocabularySize))];

        var answer = RustPeer.Ask(file, texts, ids);

        for (var i = 0; i < texts.Length; i++)
        {
            var expected = answer["encoded"]![i]!.Deserialize<int[]>();
            Assert.True(tokenizer.Encode(texts[i]).AsSpan().SequenceEqual(expected), $"the ids of {JsonSerializer.Serialize(texts[i])}");
        }
        for (var i = 0; i < ids.Length; i++)
        {
            Assert.Equal(answer["decoded"]![i]!["whole"]!.GetValue<string>(), tokenizer.Decode(ids[i]));
            Assert.Equal(answer["decoded"]![i]!["skipped"]!.GetValue<string>(), tokenizer.Decode(ids[i], skipSpecialTokens: true));
        }
    }

    [Theory, MemberData(nameof(Packages))]
    public void Saving_keeps_the_file_and_the_Rust_library_reads_it(string name)
    {
        using var folder = new TemporaryFolder();
        var file = NpmFiles.Tokenizer(RustPeer.Package(name));
        var tokenizer = Tokenizer.Load(file);
        tokenizer.Save(folder.Path);
        string[] texts = ["Hello, world! 12345 <|endoftext|> naïve 東京 😀\r\n"];

        var (read, saved) = (JsonNode.Parse(File.ReadAllText(file)), JsonNode.Parse(File.ReadAllText(folder.File("tokenizer.json"))));
        Assert.True(JsonNode.DeepEquals(read, saved));
        Assert.Equal(tokenizer.Encode(texts[0]), RustPeer.Ask(folder.File("tokenizer.json"), texts, [])["encoded"]![0].Deserialize<int[]>());
    }

    private static string OneWord(Random random) => string.Concat(Enumerable.Range(0, 5000).Select(_ => "aeinrst語ж"[random.Next(9)]));

    // Many tokens of one or two bytes, so that characters are cut and put together.
    private static int[] RandomIds(Random random, int size) =>
        [.. Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(random.Next(3) switch { 0 => 256, 1 => 2000, _ => size }))];
}
