using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [DllImport(Library)]
    internal static extern nint levee_eq(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_eq_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern nint levee_ne(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_ne_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern nint levee_lt(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_lt_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern nint levee_le(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_le_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern nint levee_gt(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_gt_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern nint levee_ge(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_ge_scalar(nint self, NativeScalar other);
}
