using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Levee.Interop.TorchExtras;

/// <summary>
/// Finds the native library: the file named by LEVEE_EXTRAS_LIBRARY, else beside this assembly, else <c>artifacts/extras</c> in a folder
/// above it.
/// </summary>
internal static class ExtrasLibrary
{
    internal const string Name = "LeveeExtras";

    private const string FileName = $"lib{Name}.so";

    private static readonly Lazy<nint> Handle = new(Load);

    /// <summary>True when the library is there and loads.</summary>
    internal static bool IsThere => Handle.Value != 0;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The resolver must be there before the first native call.")]
    internal static void Register() =>
        NativeLibrary.SetDllImportResolver(typeof(ExtrasLibrary).Assembly, (library, _, _) => library == Name ? Handle.Value : 0);

    private static nint Load() =>
        Candidates().FirstOrDefault(File.Exists) is { } path && NativeLibrary.TryLoad(path, out var handle) ? handle : 0;

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("LEVEE_EXTRAS_LIBRARY") is { Length: > 0 } named)
        {
            yield return named;
            yield break;
        }
        var folder = Path.GetDirectoryName(typeof(ExtrasLibrary).Assembly.Location) is { Length: > 0 } own ? own : AppContext.BaseDirectory;
        yield return Path.Combine(folder, FileName);
        for (var above = new DirectoryInfo(folder); above is not null; above = above.Parent)
        {
            yield return Path.Combine(above.FullName, "artifacts", "extras", FileName);
        }
    }
}
