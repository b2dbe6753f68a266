using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [DllImport(Library)]
    internal static extern nint levee_add(nint self, nint other, NativeScalar alpha);

    [DllImport(Library)]
    internal static extern int levee_add_(nint self, nint other, NativeScalar alpha);

    [DllImport(Library)]
    internal static extern nint levee_add_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern int levee_add_scalar_(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern nint levee_rsub_scalar(nint self, NativeScalar minuend);

    [DllImport(Library)]
    internal static extern nint levee_rdiv_scalar(nint self, NativeScalar dividend);

    [DllImport(Library)]
    internal static extern nint levee_div(nint self, nint other, int rounding);

    [DllImport(Library)]
    internal static extern int levee_div_(nint self, nint other, int rounding);

    [DllImport(Library)]
    internal static extern nint levee_div_scalar(nint self, NativeScalar other, int rounding);

    [DllImport(Library)]
    internal static extern int levee_div_scalar_(nint self, NativeScalar other, int rounding);

    [DllImport(Library)]
    internal static extern nint levee_addcmul(nint self, nint tensor1, nint tensor2, NativeScalar value);

    [DllImport(Library)]
    internal static extern int levee_addcmul_(nint self, nint tensor1, nint tensor2, NativeScalar value);

    [DllImport(Library)]
    internal static extern nint levee_addcdiv(nint self, nint tensor1, nint tensor2, NativeScalar value);

    [DllImport(Library)]
    internal static extern int levee_addcdiv_(nint self, nint tensor1, nint tensor2, NativeScalar value);

    [DllImport(Library)]
    internal static extern nint levee_lerp(nint self, nint end, nint weight);

    [DllImport(Library)]
    internal static extern int levee_lerp_(nint self, nint end, nint weight);

    [DllImport(Library)]
    internal static extern nint levee_square(nint self);

    [DllImport(Library)]
    internal static extern nint levee_clamp(nint self, NativeScalar min, NativeScalar max);

    [DllImport(Library)]
    internal static extern int levee_clamp_(nint self, NativeScalar min, NativeScalar max);

    [DllImport(Library)]
    internal static extern nint levee_clamp_tensor(nint self, nint min, nint max);

    [DllImport(Library)]
    internal static extern nint levee_where(nint condition, nint x, nint y);

    [DllImport(Library)]
    internal static extern nint levee_masked_fill(nint self, nint mask, NativeScalar value);

    [DllImport(Library)]
    internal static extern int levee_masked_fill_(nint self, nint mask, NativeScalar value);

    [DllImport(Library)]
    internal static extern int levee_fill_(nint self, NativeScalar value);

    [DllImport(Library)]
    internal static extern int levee_zero_(nint self);

    [DllImport(Library)]
    internal static extern int levee_copy_(nint self, nint source, int nonBlocking);

    [DllImport(Library)]
    internal static extern nint levee_nan_to_num(nint self, double nan, NativeScalar positive, NativeScalar negative);

    [DllImport(Library)]
    internal static extern nint levee_round(nint self, long decimals);
}
