using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace TorchSharp;

/// <summary>
/// The native library's functions, one to one. A function that makes a tensor returns its handle, null on failure; any other returns a
/// status, negative on failure. The message of the last failure on this thread is <see cref="levee_last_error"/>.
/// </summary>
internal static unsafe partial class Native
{
    internal const string Library = NativeLibraryResolver.Name;

    [DllImport(Library)]
    internal static extern nint levee_last_error();

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern int levee_torch_version();

    [DllImport(Library)]
    internal static extern void levee_set_num_threads(int count);

    [DllImport(Library)]
    internal static extern int levee_get_num_threads();

    [DllImport(Library)]
    internal static extern int levee_cuda_is_available();

    [DllImport(Library)]
    internal static extern int levee_cuda_device_count();

    [DllImport(Library)]
    internal static extern void levee_free(nint tensor);
}

/// <summary>Element type, device and autograd flag of a new tensor, as native code reads them: two machine words in registers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeOptions(torch.ScalarType? dtype, torch.Device? device, bool requiresGrad = false)
{
    /// <summary>Marks what the caller leaves open.</summary>
    internal const int Unset = -1;

    private readonly int dtype = dtype.HasValue ? (int)dtype.GetValueOrDefault() : Unset;
    private readonly int deviceType = device is null ? Unset : (int)device.type;
    private readonly int deviceIndex = device is null ? Unset : device.index;
    private readonly int requiresGrad = requiresGrad ? 1 : 0;
}
