using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>
/// Settings of the C library's allocator. A training step allocates and frees the same megabytes again and again; giving them back to the
/// system each time, and faulting every page in anew, costs about as much as the arithmetic done in them.
/// </summary>
internal static class Allocator
{
    // From glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int MappedBlocks = -4;

    private const int MapBlocksAbove = 32 << 20;

    /// <summary>Makes glibc keep freed memory for the next allocation, unless the user's environment says how it should behave.</summary>
    internal static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || IsSet("MALLOC_TRIM_THRESHOLD_") || IsSet("MALLOC_MMAP_THRESHOLD_") || IsSet("GLIBC_TUNABLES"))
        {
            return;
        }

        try
        {
            mallopt(MapThreshold, MapBlocksAbove);
            // Above the largest threshold that glibc takes, blocks would still be mapped and unmapped one by one.
            mallopt(MappedBlocks, 0);
            mallopt(TrimThreshold, int.MaxValue);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with an allocator of its own.
        }
        catch (DllNotFoundException)
        {
        }
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    [DllImport("libc")]
    private static extern int mallopt(int parameter, int value);
}
