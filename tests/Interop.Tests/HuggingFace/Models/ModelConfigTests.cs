using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

public sealed class ModelConfigTests : IDisposable
{
    private const string Least = """
        {
          "model_type": "qwen2",
          "hidden_size": 48,
          "intermediate_size": 96,
          "num_hidden_layers": 3,
          "num_attention_heads": 6,
          "vocab_size": 211
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fields_left_out_have_the_defaults_of_Qwen2()
    {
        var config = Load(Least);

        Assert.Equal((6, 8, 211), (config.NumKeyValueHeads, config.HeadDim, config.VocabSize));
        Assert.Equal((1e-6, 10_000.0, 0.02), (config.RmsNormEps, config.RopeTheta, config.InitializerRange));
        Assert.Equal((32_768, "silu"), (config.MaxPositionEmbeddings, config.HiddenAct));
        Assert.False(config.TieWordEmbeddings);
        Assert.False(config.UseSlidingWindow);
        Assert.Null(config.AttentionBias);
        Assert.Null(config.RopeScaling);
        Assert.Null(config.DType);
        Assert.Empty(config.Architectures);
        Assert.Empty(config.EosTokenIds);
    }

    [Fact]
    public void Loading_and_saving_keeps_every_field_in_its_form()
    {
        const string Text = """
            {"model_type":"qwen2","hidden_size":48,"intermediate_size":96,"num_hidden_layers":3,"num_attention_heads":6,"vocab_size":211,
             "eos_token_id":[2],"bos_token_id":null,"pad_token_id":[0,1],"rope_scaling":{"type":"yarn","factor":4.0},"dtype":"float32",
             "layer_types":["full_attention"],"transformers_version":"4.56.0","quantization_config":null}
            """;
        var config = Load(Text);
        config.Save(_folder.Path);

        Assert.Equal([2], config.EosTokenIds);
        Assert.Equal([0, 1], config.PadTokenIds);
        Assert.Equal(4.0, config.RopeScaling!.Value.GetProperty("factor").GetDouble());
        JsonAssert.Equal(Text, Saved());
    }

    [Fact]
    public void A_change_is_saved_and_the_rest_kept()
    {
        var config = Load(WithFields("\"other\": [1, null], \"rope_theta\": 5e5"));
        (config with { VocabSize = 300, EosTokenIds = [7], TieWordEmbeddings = true }).Save(_folder.Path);

        JsonAssert.Equal(
            """
            {"model_type":"qwen2","hidden_size":48,"intermediate_size":96,"num_hidden_layers":3,"num_attention_heads":6,"vocab_size":300,
             "other":[1,null],"rope_theta":5e5,"eos_token_id":7,"tie_word_embeddings":true}
            """,
            Saved());
    }

    [Fact]
    public void A_new_configuration_is_read_back_and_its_reals_are_reals_to_Python()
    {
        var config = new ModelConfig
        {
            ModelType = "qwen2",
            Architectures = ["Qwen2ForCausalLM"],
            HiddenSize = 64,
            IntermediateSize = 128,
            NumHiddenLayers = 2,
            NumAttentionHeads = 4,
            NumKeyValueHeads = 2,
            VocabSize = 300,
            RopeTheta = 1_000_000,
            EosTokenIds = [2, 3],
            DType = "float32",
        };
        config.Save(_folder.Path);
        var read = ModelConfig.Load(_folder.Path);

        Assert.Contains("\"rope_theta\": 1000000.0", Saved());
        Assert.Equal(config.Architectures, read.Architectures);
        Assert.Equal(config.EosTokenIds, read.EosTokenIds);
        Assert.Equal(Scalars(config), Scalars(read));
    }

    [Fact]
    public void Rotary_parameters_of_newer_files_are_read_and_once_changed_written_where_all_readers_look()
    {
        var config = Load(WithFields("\"rope_parameters\": {\"rope_theta\": 1e6, \"rope_type\": \"default\"}"));
        Assert.Equal(1e6, config.RopeTheta);
        Assert.Null(config.RopeScaling);

        config.Save(_folder.Path);
        Assert.Contains("rope_parameters", Saved());

        (config with { RopeTheta = 5e5 }).Save(_folder.Path);
        Assert.DoesNotContain("rope_parameters", Saved());
        Assert.Equal(5e5, ModelConfig.Load(_folder.Path).RopeTheta);
    }

    [Theory]
    [InlineData("rope_type")]
    [InlineData("type")]
    public void Rotary_parameters_of_newer_files_that_scale_are_not_overlooked(string key)
    {
        var parameters = $$"""211, "rope_parameters": {"{{key}}": "yarn", "factor": 4.0, "rope_theta": 1000000.0}""";
        _folder.Write(ModelFolder.ConfigName, Least.Replace("211", parameters, StringComparison.Ordinal));

        Assert.Equal("yarn", ModelConfig.Load(_folder.Path).RopeScaling!.Value.GetProperty(key).GetString());
    }

    [Theory]
    [InlineData("  \"hidden_size\": 48,\n", "", 1, "\"hidden_size\" is missing")]
    [InlineData("48", "\"48\"", 3, "hidden_size: expected a whole number")]
    [InlineData("48", "0", 3, "hidden_size: expected a whole number of at least 1")]
    [InlineData("96", "3000000000", 4, "intermediate_size: expected at most 2147483647")]
    [InlineData("211", "211, \"rms_norm_eps\": 0", 7, "rms_norm_eps: expected a number above 0")]
    [InlineData("211", "211, \"rope_theta\": 1e999", 7, "rope_theta: expected a finite number")]
    [InlineData("211", "211,\n\"eos_token_id\": [1, \"x\"]", 8, "eos_token_id[1]: expected a whole number")]
    [InlineData("211", "211,\n\n\"num_key_value_heads\": 4", 9, "num_key_value_heads: 4 does not divide")]
    [InlineData("\"num_attention_heads\": 6", "\"num_attention_heads\": 5", 6, "num_attention_heads: 5 does not divide hidden_size")]
    [InlineData("211", "211, \"tie_word_embeddings\": \"yes\"", 7, "tie_word_embeddings: expected true or false")]
    [InlineData("211", "211,\n\"rope_scaling\": \"yarn\"", 8, "rope_scaling: expected an object")]
    [InlineData("211", "211,", 8, "not valid JSON")]
    [InlineData("211", "211,\n\"name\": \"\\udbff\"", 8, "half of a surrogate pair")]
    [InlineData("211", "211,\n\"\\udc99\": 1", 8, "half of a surrogate pair")]
    [InlineData("211", "211,\n\"vocab_size\": 211", 8, "the field \"vocab_size\" is given twice")]
    public void Errors_name_file_line_and_field(string replaced, string by, int line, string expected)
    {
        var path = _folder.Write(ModelFolder.ConfigName, Least.Replace(replaced, by, StringComparison.Ordinal));

        var message = Assert.Throws<InvalidDataException>(() => ModelConfig.Load(path)).Message;

        Assert.StartsWith($"{path}:{line}: ", message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_named_with_their_line()
    {
        var path = _folder.File(ModelFolder.ConfigName);
        File.WriteAllBytes(path, [.. "{\n\"a\": \"é\",\n\"b\": \""u8, 0xC3, .. "\"\n}"u8]);

        Assert.StartsWith($"{path}:3: the text is not valid UTF-8", Assert.Throws<InvalidDataException>(() => ModelConfig.Load(path)).Message);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains(ModelFolder.ConfigName, Assert.Throws<FileNotFoundException>(() => ModelConfig.Load(_folder.Path)).Message);

    private ModelConfig Load(string text) => ModelConfig.Load(_folder.Write(ModelFolder.ConfigName, text));

    private string Saved() => File.ReadAllText(_folder.File(ModelFolder.ConfigName));

    private static string WithFields(string fields) => Least.Replace("{", $"{{{fields},", StringComparison.Ordinal);

    private static string Scalars(ModelConfig config) =>
        (config with { Architectures = [], EosTokenIds = [], BosTokenIds = [], PadTokenIds = [] }).ToString();
}
