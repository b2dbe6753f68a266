using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace TorchSharp;

/// <summary>
/// Names OpenBLAS's kernels for this processor. An OpenBLAS older than the processor does not recognise it and takes SSE3 kernels, which
/// makes matrix products 5 to 10 times slower. A setting of the user's own in OPENBLAS_CORETYPE stands.
/// </summary>
internal static unsafe class OpenBlas
{
    private const int KeepExisting = 0;

    /// <summary>Must run before libtorch is loaded: OpenBLAS reads the variable in its constructor.</summary>
    internal static void ChooseKernels()
    {
        if (OperatingSystem.IsLinux() && Kernels() is { Length: > 0 } kernels)
        {
            fixed (byte* name = "OPENBLAS_CORETYPE\0"u8)
            fixed (byte* value = kernels)
            {
                _ = setenv(name, value, KeepExisting);
            }
        }
    }

    private static ReadOnlySpan<byte> Kernels()
    {
        if (Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512CD.IsSupported && Avx512F.VL.IsSupported)
        {
            return "SkylakeX\0"u8;
        }

        return Avx2.IsSupported && Fma.IsSupported ? "Haswell\0"u8 : [];
    }

    // The managed environment is a copy that native code does not see.
    [DllImport("libc")]
    private static extern int setenv(byte* name, byte* value, int overwrite);
}
