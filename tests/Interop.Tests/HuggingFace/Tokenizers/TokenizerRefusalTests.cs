using System.Text.Json.Nodes;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

public sealed class TokenizerRefusalTests : IDisposable
{
    private const string Whole = """
        {
          "version": "1.0",
          "added_tokens": [
            {"id": 2, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
          ],
          "normalizer": null,
          "pre_tokenizer": null,
          "decoder": null,
          "model": {"type": "WordLevel", "unk_token": "u",
            "vocab": {"u": 0, "a": 1}}
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_whole_file_loads() => Assert.Equal([2, 1], Load(Whole).Encode("<s>a"));

    [Theory]
    [InlineData("\"WordLevel\"", "\"Unigram\"", 9, "model.type: the model Unigram is not supported")]
    [InlineData("\"1.0\"", "\"2.0\"", 2, "version: version \"2.0\" is not supported")]
    [InlineData("\"decoder\": null", "\"decoder\": {\"type\": \"WordPiece\"}", 8, "decoder.type: the decoder WordPiece is not supported")]
    [InlineData(
        "\"decoder\": null",
        "\"post_processor\": {\"type\": \"BertProcessing\"}", 8, "post_processor.type: the post-processor BertProcessing is not supported")]
    [InlineData(
        "\"pre_tokenizer\": null",
        "\"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false}", 9, "model: the model WordLevel is not supported behind")]
    [InlineData("\"decoder\": null", "\"extra\": 1", 8, "extra: this field is not supported")]
    [InlineData("\"normalizer\": null", "\"normalizer\": {\"type\": \"Nmt\"}", 6, "normalizer.type: the normalizer Nmt is not supported")]
    [InlineData(
        "\"normalizer\": null",
        "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Strip\"}]}",
        6, "normalizer.normalizers[0].type: the normalizer Strip")]
    [InlineData(
        "\"pre_tokenizer\": null",
        "\"pre_tokenizer\": {\"type\": \"UnicodeScripts\"}", 7, "pre_tokenizer.type: the pre-tokenizer UnicodeScripts is not supported")]
    [InlineData(
        "\"pre_tokenizer\": null",
        "\"pre_tokenizer\": {\"type\": \"Punctuation\", \"behavior\": \"1\"}", 7, "pre_tokenizer.behavior: the behaviour 1")]
    [InlineData(
        "\"normalizer\": null",
        "\"normalizer\": {\"type\": \"NFC\", \"form\": 1}", 6, "normalizer.form: this setting is not supported")]
    [InlineData(
        "\"pre_tokenizer\": null",
        "\"pre_tokenizer\": {\"type\": \"Whitespace\", \"wide\": 1}", 7, "pre_tokenizer.wide: this setting is not supported")]
    [InlineData("\"unk_token\": \"u\",", "\"unk_token\": \"u\", \"dropout\": 1,", 9, "model.dropout: this setting is not supported")]
    [InlineData("\"special\": true", "\"special\": true, \"x\": 1", 4, "added_tokens[0].x: this setting is not supported")]
    [InlineData("\"u\": 0", "\"u\": 1", 10, "model.vocab.a: the id 1 belongs to another token")]
    [InlineData("\"u\": 0", "\"u\": -1", 10, "model.vocab.u: expected a whole number of at least 0")]
    [InlineData("\"unk_token\": \"u\",", "", 9, "model: the required field \"unk_token\" is missing")]
    [InlineData("\"id\": 2", "\"id\": 5", 4, "added_tokens[0].id: '<s>' has the id 5, but readers of this file give it 2")]
    [InlineData("\"u\": 0, \"a\": 1", "\"u\": 0, \"a\": 2", 4, "added_tokens[0].id: the id 2 of '<s>' belongs to another token")]
    [InlineData("\"content\": \"<s>\"", "\"content\": \"\"", 4, "added_tokens[0].content: an added token is empty")]
    [InlineData("\"special\": true", "\"special\": 1", 4, "added_tokens[0].special: expected true or false")]
    [InlineData(", \"special\": true", "", 4, "added_tokens[0]: the required field \"special\" is missing")]
    public void What_is_not_supported_is_refused_by_name(string replaced, string by, int line, string expected)
    {
        var message = Assert.Throws<InvalidDataException>(() => Load(Whole.Replace(replaced, by, StringComparison.Ordinal))).Message;

        Assert.StartsWith($"{_folder.File(ModelFolder.TokenizerName)}:{line}: ", message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void Truncation_and_padding_are_passed_over_told_and_kept()
    {
        const string Truncation = "\"truncation\": {\"direction\": \"Right\", \"max_length\": 2, \"strategy\": \"LongestFirst\", \"stride\": 0}";
        const string Padding = "\"padding\": {\"strategy\": {\"Fixed\": 8}, \"pad_id\": 0, \"pad_token\": \"u\"}";
        var text = Whole.Replace("\"normalizer\": null", $"{Truncation},\n{Padding}", StringComparison.Ordinal);

        var tokenizer = Load(text);

        Assert.Equal([1, 2, 1, 2, 1], tokenizer.Encode("a<s>a<s>a"));
        var file = _folder.File(ModelFolder.TokenizerName);
        Assert.Equal(2, tokenizer.Notices.Count);
        Assert.StartsWith($"{file}:6: truncation: passed over", tokenizer.Notices[0]);
        Assert.StartsWith($"{file}:7: padding: passed over", tokenizer.Notices[1]);
        Assert.Empty(Load(Whole).Notices);

        tokenizer.Save(_folder.File("saved.json"));
        var saved = JsonNode.Parse(File.ReadAllText(_folder.File("saved.json")))!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text)!["truncation"], saved["truncation"]));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text)!["padding"], saved["padding"]));
    }

    [Theory]
    [InlineData(@"\h+", @"\h")]
    [InlineData(@"\p{Han}", "general category")]
    [InlineData(@"[a[bc]]", "a class within a class")]
    [InlineData(@"[a-z&&b]", "an intersection")]
    [InlineData(@"[]a]", "begins with ]")]
    [InlineData(@"(?m:.)", "(?")]
    [InlineData(@"(?i)a", "(?")]
    [InlineData(@"a++", "Nested quantifier")]
    [InlineData(@"a{,3}", "brace")]
    [InlineData(@"a{3}?", "{n}?")]
    [InlineData(@"(a", "Not enough )")]
    [InlineData("😀", "beyond U+FFFF")]
    [InlineData(@"a\", "backslash at the end")]
    public void Regular_expressions_that_would_mean_something_else_are_refused(string pattern, string expected)
    {
        var escaped = pattern.Replace("\\", "\\\\", StringComparison.Ordinal);
        var split = $$"""{"type": "Split", "pattern": {"Regex": "{{escaped}}"}, "behavior": "Isolated", "invert": false}""";

        var message = Assert.Throws<InvalidDataException>(
            () => Load(Whole.Replace("\"pre_tokenizer\": null", $"\"pre_tokenizer\": {split}", StringComparison.Ordinal))).Message;

        Assert.Contains("pre_tokenizer.pattern.Regex: the regular expression", message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void Added_tokens_that_normalize_to_one_text_are_refused()
    {
        const string Twins = """
            {"id": 2, "content": "B", "single_word": false, "lstrip": false, "rstrip": false, "normalized": true, "special": false},
            {"id": 3, "content": "b", "single_word": false, "lstrip": false, "rstrip": false, "normalized": true, "special": false}
            """;
        var lines = Whole.Split('\n');
        lines[3] = Twins;
        const string Lowercase = "\"normalizer\": {\"type\": \"Lowercase\"}";
        var text = string.Join('\n', lines).Replace("\"normalizer\": null", Lowercase, StringComparison.Ordinal);

        Assert.Contains("'B' and 'b' look for the same text", Assert.Throws<InvalidDataException>(() => Load(text)).Message);
    }

    [Fact]
    public void A_vocabulary_without_the_unknown_token_fails_on_the_first_unknown_word()
    {
        var tokenizer = Load(Whole.Replace("\"unk_token\": \"u\"", "\"unk_token\": \"[UNK]\"", StringComparison.Ordinal));

        Assert.Null(tokenizer.UnknownId);
        Assert.Equal([1], tokenizer.Encode("a"));
        Assert.Contains("'b' nor the unknown token '[UNK]'", Assert.Throws<InvalidOperationException>(() => tokenizer.Encode("b")).Message);
    }

    private Tokenizer Load(string text) => Tokenizer.Load(_folder.Write(ModelFolder.TokenizerName, text));
}
