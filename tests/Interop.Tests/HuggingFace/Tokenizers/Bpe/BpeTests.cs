using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

public sealed class BpeTests : IDisposable
{
    private static readonly string Alphabet = string.Concat(Enumerable.Range(0, 256).Select(value => ByteAlphabet.CharacterOf((byte)value)));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Merges_go_by_rank_then_from_the_left()
    {
        var tokenizer = Load(["ab", "bc", "abc", "aa"], ["b c", "a b", "ab c", "a a"]);

        Assert.Equal(["a", "bc"], Tokens(tokenizer, "abc"));
        Assert.Equal(["aa", "aa", "a"], Tokens(tokenizer, "aaaaa"));
        Assert.Equal(["ab", "a", "bc", "ab"], Tokens(tokenizer, "ababcab"));
    }

    [Fact]
    public void A_text_of_any_length_takes_little_more_than_its_share()
    {
        var tokenizer = Load(["aa", "aaaa"], ["a a", "aa aa"]);

        Assert.Equal(250_000, tokenizer.Encode(new string('a', 1_000_000)).Length);
    }

    [Fact]
    public void Several_threads_get_the_same_ids()
    {
        var (tokenizer, alone) = (Sample(), Sample());
        var random = new Random(3);
        string[] texts = [.. Enumerable.Range(0, 300).Select(_ => MixedText.Next(random, 30))];
        int[][] expected = [.. texts.Select(text => alone.Encode(text))];

        Parallel.For(0, 4 * texts.Length, i => Assert.Equal(expected[i % texts.Length], tokenizer.Encode(texts[i % texts.Length])));

        Tokenizer Sample() => Load(["ab", "bc", "abc", "Ġa"], ["b c", "a b", "ab c", "Ġ a"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Text_from_outside_never_merges_into_an_added_token(bool ignoresMerges)
    {
        var tokenizer = Load(["<s", "<s>", "a<s>"], ["< s", "<s >", "a <s>"], added: ["<s>"], ignoresMerges: ignoresMerges);

        Assert.Equal(["<s>"], Tokens(tokenizer, "<s>"));
        Assert.Equal(["a", "<s", ">", "<s", ">"], tokenizer.Encode("a<s><s>", parseSpecialTokens: false).Select(tokenizer.TokenOf));
        Assert.Equal(["<s", ">"], tokenizer.Encode("<s>", parseSpecialTokens: false).Select(tokenizer.TokenOf));
    }

    [Fact]
    public void Restricting_keeps_the_first_ids_and_puts_added_tokens_behind()
    {
        var whole = Load(["ab", "abc", "bc"], ["a b", "ab c", "b c"], added: ["<s>", "ab"]);
        var small = whole.Restrict(257);

        Assert.Equal((258, 257, 256), (small.VocabularySize, small.IdOf("<s>"), small.IdOf("ab")));
        Assert.Equal(["<s>", "ab", "c"], Tokens(small, "<s>abc"));
        Assert.Equal(["ab"], whole.Restrict(257, keepAddedTokens: false).AddedTokens.Values.Select(token => token.Content));
        small.Save(_folder.Path);
        Assert.Equal(small.Encode("<s>abcab é"), Tokenizer.Load(_folder.Path).Encode("<s>abcab é"));
    }

    [Fact]
    public void Restricting_below_the_bytes_names_the_byte_that_is_missing()
    {
        var small = Load(["ab"], ["a b"]).Restrict(211);

        Assert.Equal(211, small.VocabularySize);
        Assert.Equal(["a", "b", "Ã", "ī"], Tokens(small, "abÉ"));
        var message = Assert.Throws<InvalidOperationException>(() => small.Encode("a\U00040000")).Message;
        Assert.Contains("the byte 0xF1 of '\U00040000'", message);
        Assert.Contains("unknown token", message);
    }

    [Fact]
    public void Restricting_gives_the_template_the_new_ids()
    {
        var template = """
            {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],
             "special_tokens":{"<s>":{"id":"<s>","ids":[257],"tokens":["<s>"]}}}
            """;
        var whole = Load(["ab"], ["a b"], added: ["<s>"], postProcessor: template);

        Assert.Equal(["<s>", "ab"], whole.Encode("ab", addSpecialTokens: true).Select(whole.TokenOf));
        var small = whole.Restrict(256);
        Assert.Equal([256, 97, 98], small.Encode("ab", addSpecialTokens: true));
        Assert.Contains("'<s>'", Assert.Throws<ArgumentException>(() => whole.Restrict(256, keepAddedTokens: false)).Message);
    }

    [Theory]
    [InlineData("\"dropout\":null", "\"dropout\":0.1", "model.dropout: leaving out merges at random is not supported")]
    [InlineData("\"fuse_unk\":false", "\"end_of_word_suffix\":\"</w>\"", "model.end_of_word_suffix: a end_of_word_suffix is not supported")]
    [InlineData("\"fuse_unk\":false", "\"continuing_subword_prefix\":\"##\"", "model.continuing_subword_prefix: a continuing")]
    [InlineData("\"fuse_unk\":false", "\"temperature\":1", "model.temperature: this setting is not supported")]
    [InlineData("\"a b\"", "\"a z\\u00ff\"", "model.merges[0]: model.vocab lacks the token")]
    [InlineData("\"a b\"", "\"ab\"", "model.merges[0]: expected two tokens")]
    [InlineData("\"a b\"", "[\"a\",\"b\",\"c\"]", "model.merges[0]: expected two tokens")]
    [InlineData("\"trim_offsets\":true", "\"trim_offset\":true", "pre_tokenizer.trim_offset: this setting is not supported")]
    [InlineData(
        "\"decoder\":null",
        "\"decoder\":{\"type\":\"Strip\",\"content\":\"ab\",\"start\":1,\"stop\":0}", "decoder.content: expected one character")]
    [InlineData("\"decoder\":null", "\"decoder\":{\"type\":\"CTC\"}", "decoder.type: the decoder CTC is not supported")]
    [InlineData(
        "\"post_processor\":null",
        "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[],\"special_tokens\":{}}",
        "post_processor.single: the template lacks the sequence A")]
    [InlineData(
        "\"post_processor\":null",
        "\"post_processor\":{\"type\":\"RobertaProcessing\"}", "post_processor.type: the post-processor RobertaProcessing is not supported")]
    public void What_is_not_supported_is_refused_by_name(string replaced, string by, string expected)
    {
        var json = Json(["ab"], ["a b"]);
        Assert.Contains(replaced, json, StringComparison.Ordinal);

        var message = Assert.Throws<InvalidDataException>(
            () => Tokenizer.Load(_folder.Write("tokenizer.json", json.Replace(replaced, by, StringComparison.Ordinal)))).Message;

        Assert.Contains(expected, message);
    }

    [Fact]
    public void ByteLevel_stands_at_the_end()
    {
        var json = JsonNode.Parse(Json([], []))!;
        var byteLevel = json["pre_tokenizer"]!.DeepClone();
        json["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(byteLevel, new JsonObject { ["type"] = "Whitespace" }),
        };

        var message = Assert.Throws<InvalidDataException>(() => Tokenizer.Load(_folder.Write("tokenizer.json", json.ToJsonString()))).Message;

        Assert.Contains("pre_tokenizer.pretokenizers[0]: a pre-tokenizer behind ByteLevel is not supported", message);
    }

    private static string[] Tokens(Tokenizer tokenizer, string text) => [.. tokenizer.Encode(text).Select(id => tokenizer.TokenOf(id)!)];

    // The bytes have their own values as ids; the tokens given follow.
    private Tokenizer Load(
        string[] tokens, string[] merges, string[]? added = null, bool ignoresMerges = false, string? postProcessor = null) =>
        Tokenizer.Load(_folder.Write($"{Guid.NewGuid()}.json", Json(tokens, merges, added ?? [], ignoresMerges, postProcessor)));

    private static string Json(
        string[] tokens, string[] merges, string[]? added = null, bool ignoresMerges = false, string? postProcessor = null)
    {
        var vocabulary = Alphabet.Select(c => c.ToString()).Concat(tokens).Select((token, id) => (token, id)).ToArray();
        var ids = vocabulary.ToDictionary(pair => pair.token, pair => pair.id);
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = JsonSerializer.SerializeToNode((added ?? []).Select((content, i) => new
            {
                id = ids.TryGetValue(content, out var id) ? id : ids.Count + i,
                content,
                single_word = false,
                lstrip = false,
                rstrip = false,
                normalized = false,
                special = true,
            })),
            ["pre_tokenizer"] = JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}"""),
            ["post_processor"] = postProcessor is null ? null : JsonNode.Parse(postProcessor),
            ["decoder"] = null,
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["fuse_unk"] = false,
                ["ignore_merges"] = ignoresMerges,
                ["vocab"] = new JsonObject(vocabulary.Select(pair => KeyValuePair.Create(pair.token, (JsonNode?)pair.id))),
                ["merges"] = JsonSerializer.SerializeToNode(merges),
            },
        }.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
