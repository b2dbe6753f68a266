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
    public void Parts_without_their_list_and_pickled_weights_have_a_remedy_of_their_own()
    {
        _folder.Write(ModelFolder.ConfigName, "{}");
        _folder.Write("pytorch_model-00001-of-00002.bin", "");
        Assert.Contains("missing model.safetensors. The weights in pytorch_model.bin are not read: save the model as safetensors.", Missing());

        _folder.Write("model-00001-of-00002.safetensors", "");
        Assert.Contains("missing model.safetensors.index.json. Copy", Missing());

        string Missing() => Assert.Throws<FileNotFoundException>(() => new ModelFolder(_folder.Path).Check(tokenizer: false)).Message;
    }

    [Fact]
    public void What_git_leaves_in_a_large_file_s_place_is_called_so()
    {
        const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 988097824\n";
        _folder.Write(ModelFolder.WeightsName, Pointer);
        _folder.Write(ModelFolder.TokenizerName, Pointer);
        var folder = new ModelFolder(_folder.Path);

        var ofWeights = Assert.Throws<InvalidDataException>(() => ModelWeights.Open(folder).Dispose()).Message;
        var ofTokenizer = Assert.Throws<InvalidDataException>(() => Tokenizer.Load(folder.Tokenizer)).Message;

        Assert.Equal($"{folder.Weights[0]}: a Git LFS pointer stands in the file's place; fetch the file with `git lfs pull`.", ofWeights);
        Assert.Equal($"{folder.Tokenizer}: a Git LFS pointer stands in the file's place; fetch the file with `git lfs pull`.", ofTokenizer);
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        Assert.Contains("absent", Assert.Throws<DirectoryNotFoundException>(() => new ModelFolder(_folder.File("absent")).Check()).Message);
}
