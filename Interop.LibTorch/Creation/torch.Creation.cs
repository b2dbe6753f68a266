using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor of zeros of this size.</summary>
    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Call("zeros", size, dtype, default, device), requires_grad);

    /// <summary>A tensor of zeros with one dimension.</summary>
    public static Tensor zeros(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        zeros([size], dtype, device, requires_grad);

    /// <summary>A tensor of ones of this size.</summary>
    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Call("ones", size, dtype, default, device), requires_grad);

    /// <summary>A tensor of this size whose content is undefined.</summary>
    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Call("empty.memory_format", size, dtype, default, device), requires_grad);

    /// <summary>A tensor of this size filled with one number; int64 where that is an integer, else float32, unless a type is given.</summary>
    public static Tensor full(
        long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Call("full", size, value, dtype ?? TypeOf(value), default, device), requires_grad);

    /// <summary>A tensor of zeros, with the shape and, unless given, the type and device of another.</summary>
    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Call("zeros_like", input, dtype, default, device), requires_grad);

    /// <summary>A tensor of ones, with the shape and, unless given, the type and device of another.</summary>
    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Call("ones_like", input, dtype, default, device), requires_grad);

    /// <summary>A tensor filled with one number, with the shape and, unless given, the type and device of another.</summary>
    public static Tensor full_like(
        Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Call("full_like", input, value, dtype, default, device), requires_grad);

    /// <summary>
    /// The numbers 0, 1, ... below <paramref name="stop"/>; int64 where that is whole, else float32, unless a type is given.
    /// </summary>
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    /// <summary>The numbers from <paramref name="start"/> on, one apart, below <paramref name="stop"/>.</summary>
    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    /// <summary>The numbers from <paramref name="start"/> on, <paramref name="step"/> apart, short of <paramref name="stop"/>.</summary>
    public static Tensor arange(
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Call("arange.start_step", start, stop, step, dtype ?? TypeOf(start, stop, step), default, device), requires_grad);

    /// <summary>A matrix with ones on its diagonal and zeros elsewhere; square where no number of columns is given.</summary>
    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Call("eye.m", rows, columns < 0 ? rows : columns, dtype, default, device), requires_grad);

    private static ScalarType TypeOf(params ReadOnlySpan<Scalar> numbers)
    {
        foreach (var number in numbers)
        {
            ArgumentNullException.ThrowIfNull(number);
            if (!number.IsInteger)
            {
                return ScalarType.Float32;
            }
        }

        return ScalarType.Int64;
    }

    // The factories do not know about autograd.
    private static Tensor Leaf(Tensor tensor, bool requires_grad) => requires_grad ? tensor.requires_grad_() : tensor;
}
