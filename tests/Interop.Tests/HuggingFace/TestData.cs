using System.Runtime.CompilerServices;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Where the files that tests read lie.</summary>
internal static class TestData
{
    /// <summary>A file beside the tests' sources.</summary>
    internal static string Beside(string name, [CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, name);

    /// <summary>A path in the folder of oracles: LEVEE_ORACLES, else the repository's.</summary>
    internal static string Oracle(params string[] names) =>
        Path.Combine([Environment.GetEnvironmentVariable("LEVEE_ORACLES") ?? Path.GetFullPath(Beside("../../oracles")), .. names]);
}
