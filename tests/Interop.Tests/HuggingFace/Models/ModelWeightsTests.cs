using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

public sealed class ModelWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1000, 1)]
    [InlineData(32, 1)]
    [InlineData(24, 2)]
    [InlineData(1, 4)]
    public void Weights_survive_any_split(long shardSize, int files)
    {
        ModelWeights.Write(_folder.Path, Tensors(), shardSize);
        Assert.Equal(files, Directory.GetFiles(_folder.Path, "*.safetensors").Length);
        Assert.Equal(files > 1, File.Exists(_folder.File(ModelFolder.WeightsIndexName)));

        using var weights = ModelWeights.Open(new ModelFolder(_folder.Path));
        Assert.Equal(["a", "b", "c", "d"], weights.Tensors.Keys.Order());
        foreach (var name in weights.Tensors.Keys)
        {
            Assert.Equal(Content(name), weights.Bytes(name, 0, 8).ToArray());
            Assert.Equal([2], weights.Tensors[name].Shape);
        }
    }

    [Fact]
    public void The_names_and_the_list_are_those_that_transformers_reads()
    {
        ModelWeights.Write(_folder.Path, Tensors(), shardSize: 16);

        Assert.True(File.Exists(_folder.File("model-00002-of-00002.safetensors")));
        JsonAssert.Equal(
            """
            {"metadata": {"total_size": 32},
             "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00001-of-00002.safetensors",
                            "c": "model-00002-of-00002.safetensors", "d": "model-00002-of-00002.safetensors"}}
            """,
            File.ReadAllText(_folder.File(ModelFolder.WeightsIndexName)));
    }

    [Fact]
    public void Every_tensor_on_which_list_and_files_disagree_is_named()
    {
        ModelWeights.Write(_folder.Path, Tensors(), shardSize: 16);
        var list = File.ReadAllText(_folder.File(ModelFolder.WeightsIndexName));
        _folder.Write(ModelFolder.WeightsIndexName, list.Replace("\"a\"", "\"x\"").Replace("\"d\"", "\"y\""));

        var message = Assert.Throws<InvalidDataException>(() => ModelWeights.Open(new ModelFolder(_folder.Path))).Message;
        Assert.Contains("x is not in model-00001-of-00002.safetensors", message);
        Assert.Contains("y is not in model-00002-of-00002.safetensors", message);
        Assert.Contains("a in model-00001-of-00002.safetensors is not listed", message);
        Assert.Contains("d in model-00002-of-00002.safetensors is not listed", message);
    }

    [Theory]
    [InlineData("model.layers.0.self_attn.rotary_emb.inv_freq")]
    [InlineData("lm_head.weight")]
    public void A_list_may_be_wrong_about_tensors_that_change_nothing(string redundant)
    {
        ModelWeights.Write(_folder.Path, Tensors(), shardSize: 16);
        var list = File.ReadAllText(_folder.File(ModelFolder.WeightsIndexName));
        var entry = $"\"{redundant}\": \"model-00001-of-00002.safetensors\"";
        _folder.Write(ModelFolder.WeightsIndexName, list.Replace("\"a\"", $"{entry}, \"a\""));

        using var weights = ModelWeights.Open(new ModelFolder(_folder.Path));
        Assert.Equal(["a", "b", "c", "d"], weights.Tensors.Keys.Order());
    }

    [Theory]
    [InlineData("{}", "weight_map")]
    [InlineData("{\"weight_map\": {}}", "lists no tensor")]
    [InlineData("{\"weight_map\": {\"a\": \"../a.safetensors\"}}", "is not the name of a file")]
    public void A_damaged_list_is_named(string list, string fault)
    {
        _folder.Write(ModelFolder.WeightsIndexName, list);

        var message = Assert.Throws<InvalidDataException>(() => ModelWeights.Open(new ModelFolder(_folder.Path))).Message;
        Assert.Contains(ModelFolder.WeightsIndexName, message);
        Assert.Contains(fault, message);
    }

    [Fact]
    public void A_truncated_file_among_several_is_named()
    {
        ModelWeights.Write(_folder.Path, Tensors(), shardSize: 16);
        using (var file = File.Open(_folder.File("model-00002-of-00002.safetensors"), FileMode.Open))
        {
            file.SetLength(file.Length - 1);
        }

        var message = Assert.Throws<InvalidDataException>(() => ModelWeights.Open(new ModelFolder(_folder.Path))).Message;
        Assert.Contains("model-00002-of-00002.safetensors", message);
    }

    private static SafetensorsTensor[] Tensors() =>
        [.. new[] { "a", "b", "c", "d" }.Select(name => new SafetensorsTensor(name, SafetensorsDType.F32, [2], Content(name)))];

    private static byte[] Content(string name) => [.. Enumerable.Repeat((byte)name[0], 8)];
}
