using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>
/// Finds the native library: the file named by LEVEE_TORCH_LIBRARY, else beside this assembly, else <c>artifacts/native</c> in a folder
/// above it.
/// </summary>
internal static class NativeLibraryResolver
{
    internal const string Name = "LeveeTorch";

    internal static readonly string FileName =
        OperatingSystem.IsMacOS() ? $"lib{Name}.dylib" : OperatingSystem.IsWindows() ? $"{Name}.dll" : $"lib{Name}.so";

    private const string Variable = "LEVEE_TORCH_LIBRARY";
    private const string Remedy = "Run `dotnet fsi build.fsx setup`, which builds it against this machine's libtorch.";

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The resolver must be there before the first native call.")]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraryResolver).Assembly, Resolve);

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? searchPath) => library == Name ? Load() : 0;

    private static nint Load()
    {
        var path = Find(Environment.GetEnvironmentVariable(Variable), ProgramFolder());
        OpenBlas.ChooseKernels();
        Allocator.KeepFreedMemory();
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException error)
        {
            var message = $"{path} does not load; libtorch may have moved since it was built. {Remedy} {error.Message}";
            throw new DllNotFoundException(message, error);
        }
    }

    /// <param name="named">The variable's value; null or empty where it is not set.</param>
    /// <param name="folder">The folder of the program.</param>
    /// <exception cref="DllNotFoundException">There is no such file; the message names the remedy.</exception>
    internal static string Find(string? named, string folder)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named) ? named : throw new DllNotFoundException($"{Variable} names {named}, which does not exist. {Remedy}");
        }

        return Candidates(folder).FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException($"{FileName} is neither in {folder} nor in artifacts/native of a folder above it. {Remedy}");
    }

    private static IEnumerable<string> Candidates(string folder)
    {
        yield return Path.Combine(folder, FileName);
        for (var above = new DirectoryInfo(folder); above is not null; above = above.Parent)
        {
            yield return Path.Combine(above.FullName, "artifacts", "native", FileName);
        }
    }

    private static string ProgramFolder() =>
        Path.GetDirectoryName(typeof(NativeLibraryResolver).Assembly.Location) is { Length: > 0 } folder
            ? folder
            : AppContext.BaseDirectory;
}
