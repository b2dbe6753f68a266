using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Missing_files_are_named()
    {
        var folder = new ModelFolder(_folder.Path);
        _folder.Write(ModelFolder.ConfigName, "{}");

        var message = Assert.Throws<FileNotFoundException>(() => folder.Check()).Message;
        Assert.Contains("missing model.safetensors, tokenizer.json, tokenizer_config.json.", message);

        _folder.Write(ModelFolder.WeightsName, "");
        folder.Check(tokenizer: false);
        _folder.Write(ModelFolder.TokenizerName, "");
        _folder.Write(ModelFolder.TokenizerConfigName, "");
        folder.Check();
    }

    [Fact]
    public void Files_that_the_list_of_split_weights_names_are_demanded()
    {
        _folder.Write(ModelFolder.ConfigName, "{}");
        _folder.Write(ModelFolder.WeightsIndexName, """{"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}""");
        _folder.Write("one.safetensors", "");

        var message = Assert.Throws<FileNotFoundException>(() => new ModelFolder(_folder.Path).Check(tokenizer: false)).Message;
        Assert.Contains("missing two.safetensors.", message);
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        Assert.Contains("absent", Assert.Throws<DirectoryNotFoundException>(() => new ModelFolder(_folder.File("absent")).Check()).Message);
}
