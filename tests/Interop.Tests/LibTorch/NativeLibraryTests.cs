using TorchSharp;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>Where the native library is looked for, and what is said where it is missing.</summary>
public sealed class NativeLibraryTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("levee-native-");

    [Fact]
    public void A_library_named_by_the_variable_comes_first()
    {
        var named = Place("named", "anything.so");
        Place("bin", NativeLibraryResolver.FileName);
        Assert.Equal(named, NativeLibraryResolver.Find(named, Folder("bin")));
    }

    [Fact]
    public void A_library_beside_the_program_comes_before_one_above_it()
    {
        Place("artifacts/native", NativeLibraryResolver.FileName);
        var beside = Place("artifacts/bin/App", NativeLibraryResolver.FileName);
        Assert.Equal(beside, NativeLibraryResolver.Find(null, Folder("artifacts/bin/App")));
    }

    [Fact]
    public void A_library_is_found_in_a_folder_above_the_program()
    {
        var above = Place("artifacts/native", NativeLibraryResolver.FileName);
        Assert.Equal(above, NativeLibraryResolver.Find("", Folder("artifacts/bin/App/release")));
    }

    [Fact]
    public void A_missing_library_names_the_remedy()
    {
        foreach (var named in new[] { null, Path.Combine(root.FullName, "nowhere.so") })
        {
            var error = Assert.Throws<DllNotFoundException>(() => NativeLibraryResolver.Find(named, Folder("bin")));
            Assert.Contains("dotnet fsi build.fsx setup", error.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => root.Delete(recursive: true);

    private string Folder(string name) => root.CreateSubdirectory(name).FullName;

    private string Place(string folder, string file)
    {
        var path = Path.Combine(Folder(folder), file);
        File.WriteAllText(path, "");
        return path;
    }
}
