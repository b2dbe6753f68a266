using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [DllImport(Library)]
    internal static extern nint levee_abs(nint self);

    [DllImport(Library)]
    internal static extern int levee_abs_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_neg(nint self);

    [DllImport(Library)]
    internal static extern int levee_neg_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_sign(nint self);

    [DllImport(Library)]
    internal static extern int levee_sign_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_exp(nint self);

    [DllImport(Library)]
    internal static extern int levee_exp_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_expm1(nint self);

    [DllImport(Library)]
    internal static extern int levee_expm1_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_log(nint self);

    [DllImport(Library)]
    internal static extern int levee_log_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_log1p(nint self);

    [DllImport(Library)]
    internal static extern int levee_log1p_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_log2(nint self);

    [DllImport(Library)]
    internal static extern int levee_log2_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_sqrt(nint self);

    [DllImport(Library)]
    internal static extern int levee_sqrt_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_rsqrt(nint self);

    [DllImport(Library)]
    internal static extern int levee_rsqrt_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_reciprocal(nint self);

    [DllImport(Library)]
    internal static extern int levee_reciprocal_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_sin(nint self);

    [DllImport(Library)]
    internal static extern int levee_sin_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_cos(nint self);

    [DllImport(Library)]
    internal static extern int levee_cos_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_tanh(nint self);

    [DllImport(Library)]
    internal static extern int levee_tanh_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_sigmoid(nint self);

    [DllImport(Library)]
    internal static extern int levee_sigmoid_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_relu(nint self);

    [DllImport(Library)]
    internal static extern int levee_relu_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_silu(nint self);

    [DllImport(Library)]
    internal static extern int levee_silu_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_gelu(nint self);

    [DllImport(Library)]
    internal static extern nint levee_floor(nint self);

    [DllImport(Library)]
    internal static extern int levee_floor_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_ceil(nint self);

    [DllImport(Library)]
    internal static extern int levee_ceil_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_erf(nint self);

    [DllImport(Library)]
    internal static extern int levee_erf_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_isfinite(nint self);

    [DllImport(Library)]
    internal static extern nint levee_isnan(nint self);

    [DllImport(Library)]
    internal static extern nint levee_isinf(nint self);

    [DllImport(Library)]
    internal static extern nint levee_logical_not(nint self);

    [DllImport(Library)]
    internal static extern int levee_logical_not_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_bitwise_not(nint self);

    [DllImport(Library)]
    internal static extern int levee_bitwise_not_(nint self);

    [DllImport(Library)]
    internal static extern nint levee_maximum(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_minimum(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_logical_and(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_logical_and_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_logical_or(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_logical_or_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_logical_xor(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_logical_xor_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_bitwise_and(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_bitwise_and_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_bitwise_or(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_bitwise_or_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_bitwise_xor(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_bitwise_xor_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_mul(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_mul_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_mul_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern int levee_mul_scalar_(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern nint levee_sub(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_sub_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_sub_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern int levee_sub_scalar_(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern nint levee_pow(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_pow_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_pow_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern int levee_pow_scalar_(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern nint levee_remainder(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_remainder_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_remainder_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern int levee_remainder_scalar_(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern nint levee_floor_divide(nint self, nint other);

    [DllImport(Library)]
    internal static extern int levee_floor_divide_(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_floor_divide_scalar(nint self, NativeScalar other);

    [DllImport(Library)]
    internal static extern int levee_floor_divide_scalar_(nint self, NativeScalar other);
}
