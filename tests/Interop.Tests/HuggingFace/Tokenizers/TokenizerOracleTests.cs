using System.Text.Json.Nodes;
using Levee.Tests;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>The tokenizer of Qwen2.5, as published, against the ids and texts that the reference library gives.</summary>
public sealed class TokenizerOracleTests
{
    private static readonly Lazy<Tokenizer> Qwen = new(() => Tokenizer.Load(NpmFiles.Tokenizer(NpmPackage.Qwen25)));

    private readonly Tokenizer _qwen = Qwen.Value;

    [Fact]
    public void All_cases_have_the_same_ids_and_texts()
    {
        var cases = Cases();
        Assert.NotEmpty(cases);
        Assert.All(cases, item =>
        {
            Assert.Equal(item.Ids, _qwen.Encode(item.Text));
            Assert.Equal(item.Decoded, _qwen.Decode(item.Ids));
        });
    }

    [Fact]
    public void Decoded_as_a_stream_the_texts_are_the_same() => Assert.All(Cases(), item =>
    {
        var decoder = new StreamDecoder(_qwen);
        Assert.Equal(item.Decoded, string.Concat(item.Ids.Select(decoder.Push)) + decoder.Flush());
    });

    [Fact]
    public void Text_from_outside_gives_no_added_token() => Assert.All(Cases(), item =>
    {
        var ids = _qwen.Encode(item.Text, parseSpecialTokens: false);
        Assert.DoesNotContain(ids, _qwen.AddedTokens.ContainsKey);
        Assert.Equal(item.Decoded, _qwen.Decode(ids));
    });

    private static (string Text, int[] Ids, string Decoded)[] Cases() =>
        [.. JsonNode.Parse(File.ReadAllText(TestData.Oracle("qwen2.5_tokenizer.json")))!["cases"]!.AsArray().Select(item => (
            item!["text"]!.GetValue<string>(),
            item["ids"]!.AsArray().Select(id => id!.GetValue<int>()).ToArray(),
            item["decoded"]!.GetValue<string>()))];
}
