using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

public sealed class TokenizerTests : IDisposable
{
    private static readonly Tokenizer Sample = Tokenizer.WordLevel(
        ["the", "capital", "of", "Kenya", "is", "Nairobi", ".", "<", "search", ">"],
        ["<|end|>", "<search>", "</search>"],
        unknown: "[UNK]",
        pattern: @"\w+|[^\w\s]");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Ids and texts are those of the Rust library for the file that Sample.Save writes.
    [Theory]
    [InlineData("the capital of Kenya", new[] { 4, 5, 6, 7 }, "the capital of Kenya", "the capital of Kenya")]
    [InlineData("the<|end|>capital", new[] { 4, 0, 5 }, "the <|end|> capital", "the capital")]
    [InlineData("<search>the</search>", new[] { 1, 4, 2 }, "<search> the </search>", "the")]
    [InlineData("", new int[0], "", "")]
    [InlineData(" \n ", new int[0], "", "")]
    [InlineData("the\u00a0capital\u3000of", new[] { 4, 5, 6 }, "the capital of", "the capital of")]
    [InlineData("<search", new[] { 11, 12 }, "< search", "< search")]
    [InlineData("[UNK] the", new[] { 3, 3, 3, 4 }, "[UNK] [UNK] [UNK] the", "[UNK] [UNK] [UNK] the")]
    [InlineData("Nairobi is the capital .", new[] { 9, 8, 4, 5, 10 }, "Nairobi is the capital .", "Nairobi is the capital .")]
    public void Encodes_and_decodes_as_the_Rust_library(string text, int[] ids, string decoded, string withoutSpecial)
    {
        Assert.Equal(ids, Sample.Encode(text));
        Assert.Equal(decoded, Sample.Decode(ids));
        Assert.Equal(withoutSpecial, Sample.Decode(ids, skipSpecialTokens: true));
    }

    [Fact]
    public void Tags_in_text_from_outside_are_only_text()
    {
        Assert.Equal([11, 12, 13, 4, 11, 3, 12, 13], Sample.Encode("<search>the</search>", parseSpecialTokens: false));

        var bySpace = Tokenizer.WordLevel(["the"], ["<search>", "[UNK]"], unknown: "[UNK]");
        Assert.Equal([0, 2], bySpace.Encode("<search> the"));
        Assert.Equal([1, 2], bySpace.Encode("<search> the", parseSpecialTokens: false));
        Assert.Equal([1], bySpace.Encode("[UNK]", parseSpecialTokens: false));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_text_from_outside_becomes_a_special_token(int seed)
    {
        var random = new Random(seed);
        string[] parts = ["<|end|>", "<search>", "</search>", "<", "search", ">", " ", "the", "\u00a0", "|end|", "/"];
        for (var i = 0; i < 500; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 8).Select(_ => parts[random.Next(parts.Length)]));
            Assert.DoesNotContain(Sample.Encode(text, parseSpecialTokens: false), id => id <= 2);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Decoding_then_encoding_gives_the_same_ids(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var drawn = Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(Sample.VocabularySize));
            var ids = drawn.Where(id => id != Sample.UnknownId).ToArray();
            Assert.Equal(ids, Sample.Encode(Sample.Decode(ids)));
        }
    }

    [Fact]
    public void Looks_up_tokens_and_ids()
    {
        Assert.Equal((14, 3), (Sample.VocabularySize, Sample.UnknownId));
        Assert.Equal((1, 7, null), (Sample.IdOf("<search>"), Sample.IdOf("Kenya"), Sample.IdOf("kenya")));
        Assert.Equal(("<search>", "Kenya", null), (Sample.TokenOf(1), Sample.TokenOf(7), Sample.TokenOf(14)));
        Assert.Equal([0, 1, 2], Sample.AddedTokens.Keys);
        Assert.Equal("the", Sample.Decode([4, 14, -1]));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_the_replacement_character()
    {
        var tokenizer = Tokenizer.WordLevel(["a\ufffd"], Array.Empty<string>(), "[UNK]");

        Assert.Equal([1], tokenizer.Encode("a\ud800"));
        Assert.Equal([1], tokenizer.Encode("a\udc00", parseSpecialTokens: false));
    }

    [Fact]
    public void Saving_and_loading_gives_the_same_tokenizer_and_file()
    {
        Sample.Save(_folder.Path);
        var loaded = Tokenizer.Load(_folder.Path);
        loaded.Save(_folder.File("again.json"));

        Assert.Equal(Sample.Encode("the<|end|> capital unknown"), loaded.Encode("the<|end|> capital unknown"));
        Assert.Equal(Sample.AddedTokens, loaded.AddedTokens);
        Assert.Equal(File.ReadAllText(_folder.File(ModelFolder.TokenizerName)), File.ReadAllText(_folder.File("again.json")));
    }

    [Fact]
    public void The_file_has_the_standard_layout()
    {
        Tokenizer.WordLevel(["é\"", "😀"], [new AddedToken("<s>") { LStrip = true }], "[UNK]").Save(_folder.Path);

        JsonAssert.Equal(
            """
            {"version":"1.0","truncation":null,"padding":null,
             "added_tokens":[{"id":0,"content":"<s>","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":true}],
             "normalizer":null,"pre_tokenizer":{"type":"WhitespaceSplit"},"post_processor":null,"decoder":null,
             "model":{"type":"WordLevel","vocab":{"<s>":0,"[UNK]":1,"é\"":2,"😀":3},"unk_token":"[UNK]"}}
            """,
            File.ReadAllText(_folder.File(ModelFolder.TokenizerName)));
    }

    [Fact]
    public void Twins_and_empty_tokens_and_foreign_patterns_are_refused()
    {
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() => Tokenizer.WordLevel(["a"], ["a"], "u")).Message);
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => Tokenizer.WordLevel([""], ["a"], "u")).Message);
        Assert.Contains("\\h", Assert.Throws<ArgumentException>(() => Tokenizer.WordLevel(["b"], ["a"], "u", "\\h")).Message);
    }
}
