namespace TorchSharp;

public static partial class torch
{
    /// <summary>Sum, element by element.</summary>
    public static Tensor add(Tensor left, Tensor right) => Tensor.Valid(left).add(right);

    /// <summary>Sum with one number.</summary>
    public static Tensor add(Tensor left, Scalar right) => Tensor.Valid(left).add(right);

    /// <summary><paramref name="left"/> plus <paramref name="alpha"/> times <paramref name="right"/>, element by element.</summary>
    public static Tensor add(Tensor left, Tensor right, Scalar alpha) => Tensor.Valid(left).add(right, alpha);

    /// <summary>Quotient, element by element.</summary>
    public static Tensor div(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) =>
        Tensor.Valid(left).div(right, rounding_mode);

    /// <summary>Quotient by one number.</summary>
    public static Tensor div(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) =>
        Tensor.Valid(left).div(right, rounding_mode);

    /// <summary><paramref name="input"/> plus <paramref name="value"/> times the product of two tensors.</summary>
    public static Tensor addcmul(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) =>
        Tensor.Valid(input).addcmul(tensor1, tensor2, value);

    /// <summary><paramref name="input"/> plus <paramref name="value"/> times the quotient of two tensors.</summary>
    public static Tensor addcdiv(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) =>
        Tensor.Valid(input).addcdiv(tensor1, tensor2, value);

    /// <summary>In place: <paramref name="input"/> plus <paramref name="value"/> times the product of two tensors.</summary>
    public static Tensor addcmul_(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) =>
        Tensor.Valid(input).addcmul_(tensor1, tensor2, value);

    /// <summary>In place: <paramref name="input"/> plus <paramref name="value"/> times the quotient of two tensors.</summary>
    public static Tensor addcdiv_(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) =>
        Tensor.Valid(input).addcdiv_(tensor1, tensor2, value);

    /// <summary><paramref name="input"/> moved towards <paramref name="end"/> by the share <paramref name="weight"/>.</summary>
    public static Tensor lerp(Tensor input, Tensor end, Tensor weight) => Tensor.Valid(input).lerp(end, weight);

    /// <summary>Each element's square.</summary>
    public static Tensor square(Tensor input) => Tensor.Valid(input).square();

    /// <summary>Each element held between two numbers; a missing bound is open. NaN stays NaN.</summary>
    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => Tensor.Valid(input).clamp(min, max);

    /// <summary>Each element held between those of two tensors; a missing bound is open. NaN stays NaN.</summary>
    public static Tensor clamp(Tensor input, Tensor? min = null, Tensor? max = null) => Tensor.Valid(input).clamp(min, max);

    /// <summary><paramref name="x"/> where the condition holds, else <paramref name="y"/>.</summary>
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => Tensor.Valid(x).where(condition, y);

    /// <summary>Each element, with NaN and the infinities replaced.</summary>
    public static Tensor nan_to_num(Tensor input, double nan = 0, double? posinf = null, double? neginf = null) =>
        Tensor.Valid(input).nan_to_num(nan, posinf, neginf);

    /// <summary>Each element rounded to the nearest number with this many decimals; halves go to the even neighbour.</summary>
    public static Tensor round(Tensor input, long decimals = 0) => Tensor.Valid(input).round(decimals);
}
