namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>Absolute value of each element.</summary>
        public Tensor abs() => Own(Native.levee_abs(Handle), this);

        /// <summary>In place: absolute value of each element.</summary>
        public Tensor abs_() => InPlace(Native.levee_abs_(Handle), this);

        /// <summary>Each element with its sign turned.</summary>
        public Tensor neg() => Own(Native.levee_neg(Handle), this);

        /// <summary>In place: each element with its sign turned.</summary>
        public Tensor neg_() => InPlace(Native.levee_neg_(Handle), this);

        /// <summary>-1, 0 or 1: the sign of each element.</summary>
        public Tensor sign() => Own(Native.levee_sign(Handle), this);

        /// <summary>In place: -1, 0 or 1: the sign of each element.</summary>
        public Tensor sign_() => InPlace(Native.levee_sign_(Handle), this);

        /// <summary>e to the power of each element.</summary>
        public Tensor exp() => Own(Native.levee_exp(Handle), this);

        /// <summary>In place: e to the power of each element.</summary>
        public Tensor exp_() => InPlace(Native.levee_exp_(Handle), this);

        /// <summary>e to the power of each element, less one; exact near zero.</summary>
        public Tensor expm1() => Own(Native.levee_expm1(Handle), this);

        /// <summary>In place: e to the power of each element, less one; exact near zero.</summary>
        public Tensor expm1_() => InPlace(Native.levee_expm1_(Handle), this);

        /// <summary>Natural logarithm of each element.</summary>
        public Tensor log() => Own(Native.levee_log(Handle), this);

        /// <summary>In place: natural logarithm of each element.</summary>
        public Tensor log_() => InPlace(Native.levee_log_(Handle), this);

        /// <summary>Natural logarithm of one plus each element; exact near zero.</summary>
        public Tensor log1p() => Own(Native.levee_log1p(Handle), this);

        /// <summary>In place: natural logarithm of one plus each element; exact near zero.</summary>
        public Tensor log1p_() => InPlace(Native.levee_log1p_(Handle), this);

        /// <summary>Logarithm of each element to the base 2.</summary>
        public Tensor log2() => Own(Native.levee_log2(Handle), this);

        /// <summary>In place: logarithm of each element to the base 2.</summary>
        public Tensor log2_() => InPlace(Native.levee_log2_(Handle), this);

        /// <summary>Square root of each element.</summary>
        public Tensor sqrt() => Own(Native.levee_sqrt(Handle), this);

        /// <summary>In place: square root of each element.</summary>
        public Tensor sqrt_() => InPlace(Native.levee_sqrt_(Handle), this);

        /// <summary>One over the square root of each element.</summary>
        public Tensor rsqrt() => Own(Native.levee_rsqrt(Handle), this);

        /// <summary>In place: one over the square root of each element.</summary>
        public Tensor rsqrt_() => InPlace(Native.levee_rsqrt_(Handle), this);

        /// <summary>One over each element.</summary>
        public Tensor reciprocal() => Own(Native.levee_reciprocal(Handle), this);

        /// <summary>In place: one over each element.</summary>
        public Tensor reciprocal_() => InPlace(Native.levee_reciprocal_(Handle), this);

        /// <summary>Sine of each element, in radians.</summary>
        public Tensor sin() => Own(Native.levee_sin(Handle), this);

        /// <summary>In place: sine of each element, in radians.</summary>
        public Tensor sin_() => InPlace(Native.levee_sin_(Handle), this);

        /// <summary>Cosine of each element, in radians.</summary>
        public Tensor cos() => Own(Native.levee_cos(Handle), this);

        /// <summary>In place: cosine of each element, in radians.</summary>
        public Tensor cos_() => InPlace(Native.levee_cos_(Handle), this);

        /// <summary>Hyperbolic tangent of each element.</summary>
        public Tensor tanh() => Own(Native.levee_tanh(Handle), this);

        /// <summary>In place: hyperbolic tangent of each element.</summary>
        public Tensor tanh_() => InPlace(Native.levee_tanh_(Handle), this);

        /// <summary>Logistic function of each element: 1 / (1 + exp(-x)).</summary>
        public Tensor sigmoid() => Own(Native.levee_sigmoid(Handle), this);

        /// <summary>In place: logistic function of each element: 1 / (1 + exp(-x)).</summary>
        public Tensor sigmoid_() => InPlace(Native.levee_sigmoid_(Handle), this);

        /// <summary>Each element, or 0 where it is negative.</summary>
        public Tensor relu() => Own(Native.levee_relu(Handle), this);

        /// <summary>In place: each element, or 0 where it is negative.</summary>
        public Tensor relu_() => InPlace(Native.levee_relu_(Handle), this);

        /// <summary>Each element times its logistic function: x / (1 + exp(-x)).</summary>
        public Tensor silu() => Own(Native.levee_silu(Handle), this);

        /// <summary>In place: each element times its logistic function: x / (1 + exp(-x)).</summary>
        public Tensor silu_() => InPlace(Native.levee_silu_(Handle), this);

        /// <summary>Gaussian error linear unit, x times the standard normal distribution function of x.</summary>
        public Tensor gelu() => Own(Native.levee_gelu(Handle), this);

        /// <summary>Largest integer that is not above each element.</summary>
        public Tensor floor() => Own(Native.levee_floor(Handle), this);

        /// <summary>In place: largest integer that is not above each element.</summary>
        public Tensor floor_() => InPlace(Native.levee_floor_(Handle), this);

        /// <summary>Smallest integer that is not below each element.</summary>
        public Tensor ceil() => Own(Native.levee_ceil(Handle), this);

        /// <summary>In place: smallest integer that is not below each element.</summary>
        public Tensor ceil_() => InPlace(Native.levee_ceil_(Handle), this);

        /// <summary>Error function of each element.</summary>
        public Tensor erf() => Own(Native.levee_erf(Handle), this);

        /// <summary>In place: error function of each element.</summary>
        public Tensor erf_() => InPlace(Native.levee_erf_(Handle), this);

        /// <summary>Where elements are neither infinite nor NaN.</summary>
        public Tensor isfinite() => Own(Native.levee_isfinite(Handle), this);

        /// <summary>Where elements are NaN.</summary>
        public Tensor isnan() => Own(Native.levee_isnan(Handle), this);

        /// <summary>Where elements are infinite.</summary>
        public Tensor isinf() => Own(Native.levee_isinf(Handle), this);

        /// <summary>Where elements are zero or false.</summary>
        public Tensor logical_not() => Own(Native.levee_logical_not(Handle), this);

        /// <summary>In place: where elements are zero or false.</summary>
        public Tensor logical_not_() => InPlace(Native.levee_logical_not_(Handle), this);

        /// <summary>Each element with all its bits turned; for booleans, not.</summary>
        public Tensor bitwise_not() => Own(Native.levee_bitwise_not(Handle), this);

        /// <summary>In place: each element with all its bits turned; for booleans, not.</summary>
        public Tensor bitwise_not_() => InPlace(Native.levee_bitwise_not_(Handle), this);

        /// <summary>The larger element of two tensors; NaN where either is NaN.</summary>
        public Tensor maximum(Tensor other) => Own(Native.levee_maximum(Handle, In(other)), this, other);

        /// <summary>The smaller element of two tensors; NaN where either is NaN.</summary>
        public Tensor minimum(Tensor other) => Own(Native.levee_minimum(Handle, In(other)), this, other);

        /// <summary>Where both elements are true (not zero).</summary>
        public Tensor logical_and(Tensor other) => Own(Native.levee_logical_and(Handle, In(other)), this, other);

        /// <summary>In place: where both elements are true (not zero).</summary>
        public Tensor logical_and_(Tensor other) => InPlace(Native.levee_logical_and_(Handle, In(other)), this, other);

        /// <summary>Where either element is true (not zero).</summary>
        public Tensor logical_or(Tensor other) => Own(Native.levee_logical_or(Handle, In(other)), this, other);

        /// <summary>In place: where either element is true (not zero).</summary>
        public Tensor logical_or_(Tensor other) => InPlace(Native.levee_logical_or_(Handle, In(other)), this, other);

        /// <summary>Where exactly one element is true (not zero).</summary>
        public Tensor logical_xor(Tensor other) => Own(Native.levee_logical_xor(Handle, In(other)), this, other);

        /// <summary>In place: where exactly one element is true (not zero).</summary>
        public Tensor logical_xor_(Tensor other) => InPlace(Native.levee_logical_xor_(Handle, In(other)), this, other);

        /// <summary>Bitwise and; for booleans, and.</summary>
        public Tensor bitwise_and(Tensor other) => Own(Native.levee_bitwise_and(Handle, In(other)), this, other);

        /// <summary>In place: bitwise and; for booleans, and.</summary>
        public Tensor bitwise_and_(Tensor other) => InPlace(Native.levee_bitwise_and_(Handle, In(other)), this, other);

        /// <summary>Bitwise or; for booleans, or.</summary>
        public Tensor bitwise_or(Tensor other) => Own(Native.levee_bitwise_or(Handle, In(other)), this, other);

        /// <summary>In place: bitwise or; for booleans, or.</summary>
        public Tensor bitwise_or_(Tensor other) => InPlace(Native.levee_bitwise_or_(Handle, In(other)), this, other);

        /// <summary>Bitwise exclusive or.</summary>
        public Tensor bitwise_xor(Tensor other) => Own(Native.levee_bitwise_xor(Handle, In(other)), this, other);

        /// <summary>In place: bitwise exclusive or.</summary>
        public Tensor bitwise_xor_(Tensor other) => InPlace(Native.levee_bitwise_xor_(Handle, In(other)), this, other);

        /// <summary>Product, element by element.</summary>
        public Tensor mul(Tensor target) => Own(Native.levee_mul(Handle, In(target)), this, target);

        /// <summary>In place: product, element by element.</summary>
        public Tensor mul_(Tensor target) => InPlace(Native.levee_mul_(Handle, In(target)), this, target);

        /// <summary>Product, element by element.</summary>
        public Tensor mul(Scalar target) => Mul(NativeScalar.Of(target));

        internal Tensor Mul(NativeScalar other) => Own(Native.levee_mul_scalar(Handle, other), this);

        /// <summary>In place: product, element by element.</summary>
        public Tensor mul_(Scalar target) => InPlace(Native.levee_mul_scalar_(Handle, NativeScalar.Of(target)), this);

        /// <summary>Difference, element by element.</summary>
        public Tensor sub(Tensor target) => Own(Native.levee_sub(Handle, In(target)), this, target);

        /// <summary>In place: difference, element by element.</summary>
        public Tensor sub_(Tensor target) => InPlace(Native.levee_sub_(Handle, In(target)), this, target);

        /// <summary>Difference, element by element.</summary>
        public Tensor sub(Scalar target) => Sub(NativeScalar.Of(target));

        internal Tensor Sub(NativeScalar other) => Own(Native.levee_sub_scalar(Handle, other), this);

        /// <summary>In place: difference, element by element.</summary>
        public Tensor sub_(Scalar target) => InPlace(Native.levee_sub_scalar_(Handle, NativeScalar.Of(target)), this);

        /// <summary>Power, element by element.</summary>
        public Tensor pow(Tensor exponent) => Own(Native.levee_pow(Handle, In(exponent)), this, exponent);

        /// <summary>In place: power, element by element.</summary>
        public Tensor pow_(Tensor exponent) => InPlace(Native.levee_pow_(Handle, In(exponent)), this, exponent);

        /// <summary>Power, element by element.</summary>
        public Tensor pow(Scalar exponent) => Pow(NativeScalar.Of(exponent));

        internal Tensor Pow(NativeScalar other) => Own(Native.levee_pow_scalar(Handle, other), this);

        /// <summary>In place: power, element by element.</summary>
        public Tensor pow_(Scalar exponent) => InPlace(Native.levee_pow_scalar_(Handle, NativeScalar.Of(exponent)), this);

        /// <summary>Remainder of the division, element by element, with the sign of the divisor.</summary>
        public Tensor remainder(Tensor target) => Own(Native.levee_remainder(Handle, In(target)), this, target);

        /// <summary>In place: remainder of the division, element by element, with the sign of the divisor.</summary>
        public Tensor remainder_(Tensor target) => InPlace(Native.levee_remainder_(Handle, In(target)), this, target);

        /// <summary>Remainder of the division, element by element, with the sign of the divisor.</summary>
        public Tensor remainder(Scalar scalar) => Remainder(NativeScalar.Of(scalar));

        internal Tensor Remainder(NativeScalar other) => Own(Native.levee_remainder_scalar(Handle, other), this);

        /// <summary>In place: remainder of the division, element by element, with the sign of the divisor.</summary>
        public Tensor remainder_(Scalar scalar) => InPlace(Native.levee_remainder_scalar_(Handle, NativeScalar.Of(scalar)), this);

        /// <summary>Quotient rounded down, element by element.</summary>
        public Tensor floor_divide(Tensor other) => Own(Native.levee_floor_divide(Handle, In(other)), this, other);

        /// <summary>In place: quotient rounded down, element by element.</summary>
        public Tensor floor_divide_(Tensor other) => InPlace(Native.levee_floor_divide_(Handle, In(other)), this, other);

        /// <summary>Quotient rounded down, element by element.</summary>
        public Tensor floor_divide(Scalar other) => FloorDivide(NativeScalar.Of(other));

        internal Tensor FloorDivide(NativeScalar other) => Own(Native.levee_floor_divide_scalar(Handle, other), this);

        /// <summary>In place: quotient rounded down, element by element.</summary>
        public Tensor floor_divide_(Scalar other) => InPlace(Native.levee_floor_divide_scalar_(Handle, NativeScalar.Of(other)), this);
    }
}
