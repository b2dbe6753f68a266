using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern int levee_dim(nint self);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern long levee_numel(nint self);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern int levee_dtype(nint self);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern int levee_device_type(nint self);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern int levee_device_index(nint self);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern int levee_is_contiguous(nint self);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern void levee_sizes(nint self, long* sizes);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern void levee_strides(nint self, long* strides);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern nint levee_data(nint self);

    [DllImport(Library)]
    internal static extern int levee_size(nint self, long dimension, long* size);

    [DllImport(Library)]
    internal static extern int levee_item_double(nint self, double* value);

    [DllImport(Library)]
    internal static extern int levee_item_int64(nint self, long* value);

    [DllImport(Library)]
    internal static extern int levee_equal(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_allclose(nint self, nint other, double relative, double absolute, int equalNan);

    [DllImport(Library)]
    internal static extern nint levee_to(nint self, NativeOptions options, int copy, int nonBlocking);

    [DllImport(Library)]
    internal static extern nint levee_clone(nint self);
}
