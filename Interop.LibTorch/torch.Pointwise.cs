namespace TorchSharp;

public static partial class torch
{
    /// <summary>Absolute value of each element.</summary>
    public static Tensor abs(Tensor input) => Tensor.Own(Native.levee_abs(Tensor.In(input)), input);

    /// <summary>In place: absolute value of each element.</summary>
    public static Tensor abs_(Tensor input) => Tensor.InPlace(Native.levee_abs_(Tensor.In(input)), input);

    /// <summary>Each element with its sign turned.</summary>
    public static Tensor neg(Tensor input) => Tensor.Own(Native.levee_neg(Tensor.In(input)), input);

    /// <summary>In place: each element with its sign turned.</summary>
    public static Tensor neg_(Tensor input) => Tensor.InPlace(Native.levee_neg_(Tensor.In(input)), input);

    /// <summary>-1, 0 or 1: the sign of each element.</summary>
    public static Tensor sign(Tensor input) => Tensor.Own(Native.levee_sign(Tensor.In(input)), input);

    /// <summary>In place: -1, 0 or 1: the sign of each element.</summary>
    public static Tensor sign_(Tensor input) => Tensor.InPlace(Native.levee_sign_(Tensor.In(input)), input);

    /// <summary>e to the power of each element.</summary>
    public static Tensor exp(Tensor input) => Tensor.Own(Native.levee_exp(Tensor.In(input)), input);

    /// <summary>In place: e to the power of each element.</summary>
    public static Tensor exp_(Tensor input) => Tensor.InPlace(Native.levee_exp_(Tensor.In(input)), input);

    /// <summary>e to the power of each element, less one; exact near zero.</summary>
    public static Tensor expm1(Tensor input) => Tensor.Own(Native.levee_expm1(Tensor.In(input)), input);

    /// <summary>In place: e to the power of each element, less one; exact near zero.</summary>
    public static Tensor expm1_(Tensor input) => Tensor.InPlace(Native.levee_expm1_(Tensor.In(input)), input);

    /// <summary>Natural logarithm of each element.</summary>
    public static Tensor log(Tensor input) => Tensor.Own(Native.levee_log(Tensor.In(input)), input);

    /// <summary>In place: natural logarithm of each element.</summary>
    public static Tensor log_(Tensor input) => Tensor.InPlace(Native.levee_log_(Tensor.In(input)), input);

    /// <summary>Natural logarithm of one plus each element; exact near zero.</summary>
    public static Tensor log1p(Tensor input) => Tensor.Own(Native.levee_log1p(Tensor.In(input)), input);

    /// <summary>In place: natural logarithm of one plus each element; exact near zero.</summary>
    public static Tensor log1p_(Tensor input) => Tensor.InPlace(Native.levee_log1p_(Tensor.In(input)), input);

    /// <summary>Logarithm of each element to the base 2.</summary>
    public static Tensor log2(Tensor input) => Tensor.Own(Native.levee_log2(Tensor.In(input)), input);

    /// <summary>In place: logarithm of each element to the base 2.</summary>
    public static Tensor log2_(Tensor input) => Tensor.InPlace(Native.levee_log2_(Tensor.In(input)), input);

    /// <summary>Square root of each element.</summary>
    public static Tensor sqrt(Tensor input) => Tensor.Own(Native.levee_sqrt(Tensor.In(input)), input);

    /// <summary>In place: square root of each element.</summary>
    public static Tensor sqrt_(Tensor input) => Tensor.InPlace(Native.levee_sqrt_(Tensor.In(input)), input);

    /// <summary>One over the square root of each element.</summary>
    public static Tensor rsqrt(Tensor input) => Tensor.Own(Native.levee_rsqrt(Tensor.In(input)), input);

    /// <summary>In place: one over the square root of each element.</summary>
    public static Tensor rsqrt_(Tensor input) => Tensor.InPlace(Native.levee_rsqrt_(Tensor.In(input)), input);

    /// <summary>One over each element.</summary>
    public static Tensor reciprocal(Tensor input) => Tensor.Own(Native.levee_reciprocal(Tensor.In(input)), input);

    /// <summary>In place: one over each element.</summary>
    public static Tensor reciprocal_(Tensor input) => Tensor.InPlace(Native.levee_reciprocal_(Tensor.In(input)), input);

    /// <summary>Sine of each element, in radians.</summary>
    public static Tensor sin(Tensor input) => Tensor.Own(Native.levee_sin(Tensor.In(input)), input);

    /// <summary>In place: sine of each element, in radians.</summary>
    public static Tensor sin_(Tensor input) => Tensor.InPlace(Native.levee_sin_(Tensor.In(input)), input);

    /// <summary>Cosine of each element, in radians.</summary>
    public static Tensor cos(Tensor input) => Tensor.Own(Native.levee_cos(Tensor.In(input)), input);

    /// <summary>In place: cosine of each element, in radians.</summary>
    public static Tensor cos_(Tensor input) => Tensor.InPlace(Native.levee_cos_(Tensor.In(input)), input);

    /// <summary>Hyperbolic tangent of each element.</summary>
    public static Tensor tanh(Tensor input) => Tensor.Own(Native.levee_tanh(Tensor.In(input)), input);

    /// <summary>In place: hyperbolic tangent of each element.</summary>
    public static Tensor tanh_(Tensor input) => Tensor.InPlace(Native.levee_tanh_(Tensor.In(input)), input);

    /// <summary>Logistic function of each element: 1 / (1 + exp(-x)).</summary>
    public static Tensor sigmoid(Tensor input) => Tensor.Own(Native.levee_sigmoid(Tensor.In(input)), input);

    /// <summary>In place: logistic function of each element: 1 / (1 + exp(-x)).</summary>
    public static Tensor sigmoid_(Tensor input) => Tensor.InPlace(Native.levee_sigmoid_(Tensor.In(input)), input);

    /// <summary>Largest integer that is not above each element.</summary>
    public static Tensor floor(Tensor input) => Tensor.Own(Native.levee_floor(Tensor.In(input)), input);

    /// <summary>In place: largest integer that is not above each element.</summary>
    public static Tensor floor_(Tensor input) => Tensor.InPlace(Native.levee_floor_(Tensor.In(input)), input);

    /// <summary>Smallest integer that is not below each element.</summary>
    public static Tensor ceil(Tensor input) => Tensor.Own(Native.levee_ceil(Tensor.In(input)), input);

    /// <summary>In place: smallest integer that is not below each element.</summary>
    public static Tensor ceil_(Tensor input) => Tensor.InPlace(Native.levee_ceil_(Tensor.In(input)), input);

    /// <summary>Error function of each element.</summary>
    public static Tensor erf(Tensor input) => Tensor.Own(Native.levee_erf(Tensor.In(input)), input);

    /// <summary>In place: error function of each element.</summary>
    public static Tensor erf_(Tensor input) => Tensor.InPlace(Native.levee_erf_(Tensor.In(input)), input);

    /// <summary>Where elements are neither infinite nor NaN.</summary>
    public static Tensor isfinite(Tensor tensor) => Tensor.Own(Native.levee_isfinite(Tensor.In(tensor)), tensor);

    /// <summary>Where elements are NaN.</summary>
    public static Tensor isnan(Tensor input) => Tensor.Own(Native.levee_isnan(Tensor.In(input)), input);

    /// <summary>Where elements are infinite.</summary>
    public static Tensor isinf(Tensor tensor) => Tensor.Own(Native.levee_isinf(Tensor.In(tensor)), tensor);

    /// <summary>Where elements are zero or false.</summary>
    public static Tensor logical_not(Tensor input) => Tensor.Own(Native.levee_logical_not(Tensor.In(input)), input);

    /// <summary>Each element with all its bits turned; for booleans, not.</summary>
    public static Tensor bitwise_not(Tensor input) => Tensor.Own(Native.levee_bitwise_not(Tensor.In(input)), input);

    /// <summary>In place: each element with all its bits turned; for booleans, not.</summary>
    public static Tensor bitwise_not_(Tensor input) => Tensor.InPlace(Native.levee_bitwise_not_(Tensor.In(input)), input);

    /// <summary>The larger element of two tensors; NaN where either is NaN.</summary>
    public static Tensor maximum(Tensor input, Tensor other) =>
        Tensor.Own(Native.levee_maximum(Tensor.In(input), Tensor.In(other)), input, other);

    /// <summary>The smaller element of two tensors; NaN where either is NaN.</summary>
    public static Tensor minimum(Tensor input, Tensor other) =>
        Tensor.Own(Native.levee_minimum(Tensor.In(input), Tensor.In(other)), input, other);

    /// <summary>Where both elements are true (not zero).</summary>
    public static Tensor logical_and(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_logical_and(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>In place: where both elements are true (not zero).</summary>
    public static Tensor logical_and_(Tensor left, Tensor right) =>
        Tensor.InPlace(Native.levee_logical_and_(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Where either element is true (not zero).</summary>
    public static Tensor logical_or(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_logical_or(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>In place: where either element is true (not zero).</summary>
    public static Tensor logical_or_(Tensor left, Tensor right) =>
        Tensor.InPlace(Native.levee_logical_or_(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Where exactly one element is true (not zero).</summary>
    public static Tensor logical_xor(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_logical_xor(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>In place: where exactly one element is true (not zero).</summary>
    public static Tensor logical_xor_(Tensor left, Tensor right) =>
        Tensor.InPlace(Native.levee_logical_xor_(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Bitwise and; for booleans, and.</summary>
    public static Tensor bitwise_and(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_bitwise_and(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>In place: bitwise and; for booleans, and.</summary>
    public static Tensor bitwise_and_(Tensor left, Tensor right) =>
        Tensor.InPlace(Native.levee_bitwise_and_(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Bitwise or; for booleans, or.</summary>
    public static Tensor bitwise_or(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_bitwise_or(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>In place: bitwise or; for booleans, or.</summary>
    public static Tensor bitwise_or_(Tensor left, Tensor right) =>
        Tensor.InPlace(Native.levee_bitwise_or_(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Bitwise exclusive or.</summary>
    public static Tensor bitwise_xor(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_bitwise_xor(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>In place: bitwise exclusive or.</summary>
    public static Tensor bitwise_xor_(Tensor left, Tensor right) =>
        Tensor.InPlace(Native.levee_bitwise_xor_(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Product, element by element.</summary>
    public static Tensor mul(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_mul(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>In place: product, element by element.</summary>
    public static Tensor mul_(Tensor left, Tensor right) =>
        Tensor.InPlace(Native.levee_mul_(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Product, element by element.</summary>
    public static Tensor mul(Tensor left, Scalar right) => Tensor.Valid(left).mul(right);

    /// <summary>In place: product, element by element.</summary>
    public static Tensor mul_(Tensor left, Scalar right) => Tensor.Valid(left).mul_(right);

    /// <summary>Difference, element by element.</summary>
    public static Tensor sub(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_sub(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>In place: difference, element by element.</summary>
    public static Tensor sub_(Tensor left, Tensor right) =>
        Tensor.InPlace(Native.levee_sub_(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Difference, element by element.</summary>
    public static Tensor sub(Tensor left, Scalar right) => Tensor.Valid(left).sub(right);

    /// <summary>In place: difference, element by element.</summary>
    public static Tensor sub_(Tensor left, Scalar right) => Tensor.Valid(left).sub_(right);

    /// <summary>Power, element by element.</summary>
    public static Tensor pow(Tensor left, Tensor exponent) =>
        Tensor.Own(Native.levee_pow(Tensor.In(left), Tensor.In(exponent)), left, exponent);

    /// <summary>In place: power, element by element.</summary>
    public static Tensor pow_(Tensor left, Tensor exponent) =>
        Tensor.InPlace(Native.levee_pow_(Tensor.In(left), Tensor.In(exponent)), left, exponent);

    /// <summary>Power, element by element.</summary>
    public static Tensor pow(Tensor left, Scalar exponent) => Tensor.Valid(left).pow(exponent);

    /// <summary>In place: power, element by element.</summary>
    public static Tensor pow_(Tensor left, Scalar exponent) => Tensor.Valid(left).pow_(exponent);

    /// <summary>Remainder of the division, element by element, with the sign of the divisor.</summary>
    public static Tensor remainder(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_remainder(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>In place: remainder of the division, element by element, with the sign of the divisor.</summary>
    public static Tensor remainder_(Tensor left, Tensor right) =>
        Tensor.InPlace(Native.levee_remainder_(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Remainder of the division, element by element, with the sign of the divisor.</summary>
    public static Tensor remainder(Tensor left, Scalar right) => Tensor.Valid(left).remainder(right);

    /// <summary>In place: remainder of the division, element by element, with the sign of the divisor.</summary>
    public static Tensor remainder_(Tensor left, Scalar right) => Tensor.Valid(left).remainder_(right);

    /// <summary>Quotient rounded down, element by element.</summary>
    public static Tensor floor_divide(Tensor input, Tensor other) =>
        Tensor.Own(Native.levee_floor_divide(Tensor.In(input), Tensor.In(other)), input, other);

    /// <summary>In place: quotient rounded down, element by element.</summary>
    public static Tensor floor_divide_(Tensor input, Tensor other) =>
        Tensor.InPlace(Native.levee_floor_divide_(Tensor.In(input), Tensor.In(other)), input, other);
}
