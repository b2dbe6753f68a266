using System.Text.Json.Nodes;
using Levee.Tests;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Llama 2's vocabulary behind the pre-tokenizer Metaspace, as newer files of that family have it.</summary>
public sealed class MetaspaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Settings =>
    [
        "{\"replacement\": \"▁\", \"prepend_scheme\": \"first\", \"split\": false}",
        "{\"replacement\": \"▁\", \"prepend_scheme\": \"first\"}",
        "{\"replacement\": \"▁\", \"prepend_scheme\": \"always\", \"split\": false}",
        "{\"replacement\": \"▁\", \"prepend_scheme\": \"never\", \"split\": true}",
        "{\"replacement\": \"▁\", \"prepend_scheme\": \"never\", \"split\": false, \"add_prefix_space\": false}",
        "{\"replacement\": \"▁\", \"str_rep\": \"▁\", \"add_prefix_space\": true}",
    ];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Settings))]
    public void Ids_are_those_of_the_Rust_library(string settings)
    {
        var file = Write(settings);
        var tokenizer = Tokenizer.Load(file);
        var random = new Random(4);
        string[] texts =
        [
            "", " ", "a", " a", "▁a", "<s>a", "<s> a", " <s>a</s> b", "<s><s>x  y", .. Enumerable.Range(0, 400).Select(_ => MixedText.Next(random, 8)),
            .. Enumerable.Range(0, 400).Select(_ => $"{MixedText.Next(random, 3)}</s>{MixedText.Next(random, 3)}"),
        ];

        var expected = RustPeer.Encode(file, texts);

        Assert.All(texts.Zip(expected), pair =>
        {
            Assert.Equal(pair.Second, tokenizer.Encode(pair.First));
            Assert.Equal(pair.Second, tokenizer.Encode(Stretches.CutAround(random, pair.First, 5, ["<s>", "</s>", "<unk>"])).Ids);
        });
    }

    [Fact]
    public void Saving_keeps_the_file()
    {
        var file = Write("{\"replacement\": \"▁\", \"prepend_scheme\": \"first\", \"split\": false}");

        Tokenizer.Load(file).Save(_folder.File("saved.json"));

        JsonAssert.Equal(File.ReadAllText(file), File.ReadAllText(_folder.File("saved.json")));
    }

    [Theory]
    [InlineData("{\"replacement\": \"▁\", \"prepend_scheme\": \"last\"}", "pre_tokenizer.prepend_scheme: the scheme last is not one of")]
    [InlineData("{\"replacement\": \"▁\", \"add_prefix_space\": false}", "pre_tokenizer.add_prefix_space: false does not go with this")]
    [InlineData("{\"replacement\": \"ab\"}", "pre_tokenizer.replacement: expected one character")]
    [InlineData("{\"replacement\": \"▁\", \"extra\": 1}", "pre_tokenizer.extra: this setting is not supported")]
    public void What_is_not_understood_is_refused(string settings, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Tokenizer.Load(Write(settings))).Message);

    private string Write(string settings)
    {
        var root = JsonNode.Parse(File.ReadAllText(NpmFiles.Tokenizer(NpmPackage.Llama2)))!;
        root["normalizer"] = null;
        root["pre_tokenizer"] = JsonNode.Parse(settings);
        root["pre_tokenizer"]!["type"] = "Metaspace";
        return _folder.Write(ModelFolder.TokenizerName, root.ToJsonString());
    }
}
