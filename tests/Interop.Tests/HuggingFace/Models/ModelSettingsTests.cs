using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>That every setting of a configuration that changes numbers is used or refused, wherever it stands.</summary>
public sealed class ModelSettingsTests : IDisposable
{
    private const string Llama3 =
        """ "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 64""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(""" "rope_theta": 250000 """)]
    [InlineData(""" "rope_scaling": {"rope_theta": 250000.0} """)]
    [InlineData(""" "rope_scaling": {"rope_theta": 250000.0, "type": "default"} """)]
    [InlineData(""" "rope_scaling": null, "rope_theta": 2.5e5 """)]
    [InlineData(""" "rope_parameters": {"rope_theta": 250000} """)]
    [InlineData(""" "rope_parameters": {"rope_theta": 250000, "rope_type": "default", "factor": null} """)]
    [InlineData(""" "rope_parameters": {"rope_theta": 250000, "rope_type": "default", "partial_rotary_factor": 1.0} """)]
    [InlineData(""" "rope_parameters": {"full_attention": {"rope_theta": 250000, "rope_type": "default"}} """)]
    [InlineData(""" "rope_parameters": {"full_attention": {"rope_theta": 250000}, "sliding_attention": {"rope_theta": 2.5e5}} """)]
    [InlineData(""" "rope_parameters": {"full_attention": {"rope_theta": 250000}, "sliding_attention": null} """)]
    [InlineData(""" "rope_scaling": {"full_attention": {"rope_theta": 250000}} """)]
    [InlineData(""" "rope_theta": 250000, "rope_scaling": {"rope_theta": 250000}, "rope_parameters": {"rope_theta": 250000} """)]
    public void The_rotary_base_is_read_wherever_it_stands(string fields)
    {
        var config = Load(fields);

        Assert.Equal(250_000.0, config.RopeTheta);
        Assert.Null(config.RopeScaling);
        config.Save(_folder.Path);
        Assert.Equal(config.RopeTheta, ModelConfig.Load(_folder.Path).RopeTheta);
        (config with { RopeTheta = 7e5 }).Save(_folder.Path);
        Assert.Equal(7e5, ModelConfig.Load(_folder.Path).RopeTheta);
    }

    [Theory]
    [InlineData("rope_scaling", "\"rope_scaling\": {" + Llama3 + "}, \"rope_theta\": 250000")]
    [InlineData("rope_parameters", "\"rope_parameters\": {" + Llama3 + ", \"rope_theta\": 250000}")]
    [InlineData("rope_parameters.full_attention", "\"rope_parameters\": {\"full_attention\": {" + Llama3 + ", \"rope_theta\": 250000}}")]
    [InlineData("rope_scaling", "\"rope_scaling\": {" + Llama3 + "}, \"rope_parameters\": {\"rope_theta\": 250000}")]
    [InlineData("rope_scaling", "\"rope_scaling\": {" + Llama3 + "}, \"rope_parameters\": {" + Llama3 + ", \"rope_theta\": 250000}")]
    public void Stretching_is_read_wherever_it_stands(string place, string fields)
    {
        var config = Load(fields);

        Assert.Equal(250_000.0, config.RopeTheta);
        Assert.Equal(8.0, config.RopeScaling!.Value.GetProperty("factor").GetDouble());
        Assert.Equal(place, config.RopeScalingName);
        (config with { RopeTheta = 7e5 }).Save(_folder.Path);
        var again = ModelConfig.Load(_folder.Path);
        Assert.Equal(7e5, again.RopeTheta);
        Assert.Equal(4, again.RopeScaling!.Value.GetProperty("high_freq_factor").GetDouble());
    }

    [Theory]
    [InlineData(""" "rope_theta": 1e4, "rope_parameters": {"rope_theta": 1e6} """, "rope_parameters.rope_theta: 1e6 contradicts rope_theta, 1e4")]
    [InlineData(
        """ "rope_scaling": {"rope_theta": 5e5}, "rope_parameters": {"rope_theta": 1e6} """,
        "rope_parameters.rope_theta: 1e6 contradicts rope_scaling.rope_theta, 5e5")]
    [InlineData(
        """ "rope_parameters": {"full_attention": {"rope_theta": 1e6}, "sliding_attention": {"rope_theta": 1e4}} """,
        "rope_parameters.sliding_attention.rope_theta: 1e4 contradicts rope_parameters.full_attention.rope_theta, 1e6")]
    [InlineData(
        """ "rope_scaling": {"rope_type": "default"}, "rope_parameters": {"rope_type": "yarn", "factor": 4.0} """,
        "rope_parameters: {\"rope_type\": \"yarn\", \"factor\": 4.0} contradicts rope_scaling")]
    [InlineData(
        """ "rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 2}, "x": {"rope_type": "linear", "factor": 3}} """,
        "rope_parameters.x: {\"rope_type\": \"linear\", \"factor\": 3} contradicts rope_parameters.full_attention")]
    [InlineData(""" "rope_scaling": {"rope_type": "default", "type": "yarn"} """, "rope_scaling.type: \"yarn\" contradicts rope_type")]
    [InlineData(""" "rope_scaling": {"rope_type": "default", "factor": 2.0} """, "rope_scaling.factor: 2.0 is not supported beside")]
    [InlineData(
        """ "rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.5} """,
        "rope_parameters.partial_rotary_factor: 0.5 is not supported beside")]
    [InlineData(""" "rope_parameters": {"rope_theta": -1} """, "rope_parameters.rope_theta: expected a number above 0")]
    [InlineData(""" "rope_parameters": 3 """, "rope_parameters: expected an object")]
    public void Rotary_settings_that_contradict_each_other_or_are_not_built_are_refused_by_name(string fields, string expected) =>
        Assert.Contains(expected, Refused("qwen3", fields));

    [Theory]
    [InlineData("llama", "\"partial_rotary_factor\": 0.25")]
    [InlineData("llama", "\"rope_interleaved\": true")]
    [InlineData("llama", "\"rotary_emb_base\": 20000")]
    [InlineData("llama", "\"rope_local_base_freq\": 20000")]
    [InlineData("llama", "\"no_rope_layers\": [1, 0]")]
    [InlineData("qwen2", "\"final_logit_softcapping\": 30.0")]
    [InlineData("qwen2", "\"attn_logit_softcapping\": 50.0")]
    [InlineData("llama", "\"logits_scaling\": 8.0")]
    [InlineData("llama", "\"residual_multiplier\": 0.22")]
    [InlineData("llama", "\"embedding_multiplier\": 12.0")]
    [InlineData("llama", "\"attention_multiplier\": 0.0078125")]
    [InlineData("qwen3", "\"query_pre_attn_scalar\": 256")]
    [InlineData("llama", "\"use_qk_norm\": true")]
    [InlineData("qwen3", "\"qk_norm\": false")]
    [InlineData("llama", "\"qkv_bias\": true")]
    [InlineData("qwen2", "\"qkv_bias\": false")]
    [InlineData("qwen2", "\"lm_head_bias\": true")]
    [InlineData("llama", "\"layer_norm_eps\": 1e-5")]
    [InlineData("qwen2", "\"use_logn_attn\": true")]
    [InlineData("qwen2", "\"is_causal\": false")]
    [InlineData("llama", "\"attention_chunk_size\": 8192")]
    [InlineData("qwen3", "\"num_experts\": 128")]
    [InlineData("llama", "\"hidden_activation\": \"gelu\"")]
    public void A_setting_that_changes_numbers_is_refused_by_name(string family, string field)
    {
        var message = Refused(family, field);

        Assert.Contains($"config.json:1: {field.Split('"')[1]}: ", message);
        Assert.Contains("it changes what the model computes", message);
    }

    [Theory]
    [InlineData("llama", "\"partial_rotary_factor\": 1.0")]
    [InlineData("llama", "\"rope_interleaved\": false")]
    [InlineData("llama", "\"rotary_emb_base\": 10000")]
    [InlineData("llama", "\"no_rope_layers\": [1, 1]")]
    [InlineData("qwen2", "\"final_logit_softcapping\": null")]
    [InlineData("llama", "\"logits_scaling\": 1.0")]
    [InlineData("qwen3", "\"query_pre_attn_scalar\": 8")]
    [InlineData("qwen3", "\"use_qk_norm\": true")]
    [InlineData("qwen2", "\"qkv_bias\": true")]
    [InlineData("llama", "\"layer_norm_eps\": 1e-6")]
    [InlineData("qwen2", "\"use_mrope\": false, \"sliding_window\": 131072, \"max_window_layers\": 21, \"attention_dropout\": 0.0")]
    [InlineData("llama", "\"pretraining_tp\": 2, \"use_cache\": true, \"transformers_version\": \"4.40.0\", \"_name_or_path\": \"x\"")]
    public void A_setting_that_changes_nothing_is_passed_over_in_silence(string family, string field) =>
        Assert.Empty(Load($"{field}, \"head_dim\": 8", family).Notices);

    [Fact]
    public void What_nothing_is_known_of_is_told_in_a_line_and_kept()
    {
        var config = Load("\"colour\": \"blue\", \"flavour\": 3, \"absent\": null");
        config.Save(_folder.Path);

        var notice = Assert.Single(config.Notices);
        Assert.StartsWith(_folder.File(ModelFolder.ConfigName), notice);
        Assert.EndsWith(": colour, flavour", notice);
        Assert.Contains("flavour", File.ReadAllText(_folder.File(ModelFolder.ConfigName)));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("[-1]")]
    [InlineData("null")]
    public void Minus_one_is_no_token(string id)
    {
        Assert.Empty(Load($"\"pad_token_id\": {id}").PadTokenIds);
        Assert.Equal([2], Load("\"eos_token_id\": [2, -1]").EosTokenIds);
        Assert.Contains("expected a whole number of at least -1", Refused("qwen2", "\"pad_token_id\": -2"));
    }

    private string Refused(string family, string fields) =>
        Assert.Throws<InvalidDataException>(() => Load(fields, family)).Message;

    private ModelConfig Load(string fields, string family = "qwen2") => ModelConfig.Load(_folder.Write(
        ModelFolder.ConfigName,
        $$"""
        {"model_type": "{{family}}", "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 6, {{fields}},
         "vocab_size": 211}
        """));
}
