using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>What is read of a <c>generation_config.json</c>.</summary>
public sealed class GenerationConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Advice_is_read_and_what_is_not_followed_is_named()
    {
        var config = Load(
            """
            {"bos_token_id": 1, "pad_token_id": -1, "do_sample": true, "eos_token_id": [2, 7], "repetition_penalty": 1.05, "temperature": 0.7,
             "top_p": 0.8, "top_k": 20, "min_p": 0.05, "max_new_tokens": 64, "stop_strings": "\n\n", "num_beams": 1, "typical_p": 1.0,
             "penalty_alpha": null, "suppress_tokens": [5], "transformers_version": "4.37.0", "_from_model_config": true, "max_length": 4096}
            """);

        Assert.Equal((true, 0.7, 0.8, 20, 0.05, 64), (config.DoSample, config.Temperature, config.TopP, config.TopK, config.MinP, config.MaxNewTokens));
        Assert.Equal([2, 7], config.EosTokenIds);
        Assert.Equal(["\n\n"], config.StopStrings);
        Assert.Equal(["repetition_penalty 1.05", "suppress_tokens [5]"], config.Unfollowed);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("null")]
    public void No_count_of_tokens_is_no_filter(string count) => Assert.Null(Load($"{{\"top_k\": {count}}}").TopK);

    [Theory]
    [InlineData("temperature", "-0.5", "expected a number of at least 0")]
    [InlineData("temperature", "\"hot\"", "expected a number")]
    [InlineData("top_p", "1.5", "expected a number from 0 to 1")]
    [InlineData("top_p", "0", "expected a number above 0")]
    [InlineData("min_p", "-1", "expected a number from 0 to 1")]
    [InlineData("max_new_tokens", "0", "expected a whole number of at least 1")]
    [InlineData("do_sample", "1", "expected true or false")]
    public void Advice_out_of_range_is_refused_by_file_line_and_field(string field, string value, string expected)
    {
        var message = Assert.Throws<InvalidDataException>(() => Load($"{{\n\"{field}\": {value}}}")).Message;
        Assert.Contains($"{ModelFolder.GenerationConfigName}:2: {field}: {expected}", message);
    }

    private GenerationConfig Load(string text) => GenerationConfig.Load(_folder.Write(ModelFolder.GenerationConfigName, text));
}
