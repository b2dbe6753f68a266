using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

public sealed class ModelOracleTests
{
    public static TheoryData<string> Models => ["qwen2-tiny", "qwen2-tiny-sharded-bf16", "qwen3-tiny", "llama-tiny"];

    [Theory, MemberData(nameof(Models))]
    public void Shapes_are_as_the_configuration_says(string model)
    {
        var folder = new ModelFolder(TestData.Oracle("models", model));
        folder.Check(tokenizer: false);
        var config = ModelConfig.Load(folder.Path);
        using var file = ModelWeights.Open(folder);
        var width = config.HiddenSize;
        var heads = config.NumAttentionHeads * config.HeadDim;
        var keyValueHeads = config.NumKeyValueHeads * config.HeadDim;

        Assert.Equal([config.VocabSize, width], file.Tensors["model.embed_tokens.weight"].Shape);
        Assert.Equal([width], file.Tensors["model.norm.weight"].Shape);
        Assert.Equal(!config.TieWordEmbeddings, file.Tensors.ContainsKey("lm_head.weight"));
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            var prefix = $"model.layers.{layer}";
            Assert.Equal([heads, width], file.Tensors[$"{prefix}.self_attn.q_proj.weight"].Shape);
            Assert.Equal([keyValueHeads, width], file.Tensors[$"{prefix}.self_attn.k_proj.weight"].Shape);
            Assert.Equal([keyValueHeads, width], file.Tensors[$"{prefix}.self_attn.v_proj.weight"].Shape);
            Assert.Equal([width, heads], file.Tensors[$"{prefix}.self_attn.o_proj.weight"].Shape);
            Assert.Equal([config.IntermediateSize, width], file.Tensors[$"{prefix}.mlp.gate_proj.weight"].Shape);
            Assert.Equal([width, config.IntermediateSize], file.Tensors[$"{prefix}.mlp.down_proj.weight"].Shape);
        }
        var beyondTheLast = $"model.layers.{config.NumHiddenLayers}.";
        Assert.DoesNotContain(file.Tensors.Keys, name => name.StartsWith(beyondTheLast, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Models))]
    public void Configurations_survive_loading_and_saving(string model)
    {
        using var folder = new TemporaryFolder();
        var source = TestData.Oracle("models", model, ModelFolder.ConfigName);
        ModelConfig.Load(source).Save(folder.Path);

        JsonAssert.Equal(File.ReadAllText(source), File.ReadAllText(folder.File(ModelFolder.ConfigName)));
    }

    [Theory, MemberData(nameof(Models))]
    public void Weights_written_again_are_the_same_weights(string model)
    {
        using var folder = new TemporaryFolder();
        using var read = ModelWeights.Open(new ModelFolder(TestData.Oracle("models", model)));
        ReadOnlySpan<byte> Whole(ModelWeights weights, string name) => weights.Bytes(name, 0, (int)weights.Tensors[name].ByteLength);
        var tensors = read.Tensors.Values.Select(
            t => new SafetensorsTensor(t.Name, t.DType, t.Shape, stream => stream.Write(Whole(read, t.Name))));
        ModelWeights.Write(folder.Path, [.. tensors], shardSize: 20_000);

        using var copy = ModelWeights.Open(new ModelFolder(folder.Path));
        Assert.Equal(read.Tensors.Count, copy.Tensors.Count);
        Assert.All(read.Tensors.Keys, name => Assert.True(Whole(read, name).SequenceEqual(Whole(copy, name)), name));
        Assert.All(read.Tensors.Values, t => Assert.Equal(t.DType, copy.Tensors[t.Name].DType));
        Assert.All(read.Tensors.Values, t => Assert.Equal(t.Shape, copy.Tensors[t.Name].Shape));
    }
}
