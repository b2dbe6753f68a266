namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor of zeros, with the shape and, unless given, the type and device of another.</summary>
    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Tensor.Own(Native.levee_zeros_like(Tensor.In(input), new NativeOptions(dtype, device, requires_grad)), input);

    /// <summary>A tensor of ones, with the shape and, unless given, the type and device of another.</summary>
    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Tensor.Own(Native.levee_ones_like(Tensor.In(input), new NativeOptions(dtype, device, requires_grad)), input);

    /// <summary>A tensor whose content is undefined, with the shape and, unless given, the type and device of another.</summary>
    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Tensor.Own(Native.levee_empty_like(Tensor.In(input), new NativeOptions(dtype, device, requires_grad)), input);

    /// <summary>A tensor filled with one number, with the shape and, unless given, the type and device of another.</summary>
    public static Tensor full_like(
        Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Tensor.Own(
            Native.levee_full_like(Tensor.In(input), NativeScalar.Of(value), new NativeOptions(dtype, device, requires_grad)), input);

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
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var (from, to, by) = (NativeScalar.Of(start), NativeScalar.Of(stop), NativeScalar.Of(step));
        var whole = is_integral(start.Type) && is_integral(stop.Type) && is_integral(step.Type);
        var type = dtype ?? (whole ? ScalarType.Int64 : ScalarType.Float32);
        return Tensor.Own(Native.levee_arange(from, to, by, new NativeOptions(type, device, requires_grad)));
    }

    /// <summary>A matrix with ones on its diagonal and zeros elsewhere; square where no number of columns is given.</summary>
    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Tensor.Own(Native.levee_eye(rows, columns, new NativeOptions(dtype, device, requires_grad)));

    private static unsafe Tensor Zeros(ReadOnlySpan<long> size, ScalarType? dtype, Device? device, bool requiresGrad)
    {
        fixed (long* first = size)
        {
            return Tensor.Own(Native.levee_zeros(first, size.Length, new NativeOptions(dtype, device, requiresGrad)));
        }
    }

    private static unsafe Tensor Ones(ReadOnlySpan<long> size, ScalarType? dtype, Device? device, bool requiresGrad)
    {
        fixed (long* first = size)
        {
            return Tensor.Own(Native.levee_ones(first, size.Length, new NativeOptions(dtype, device, requiresGrad)));
        }
    }

    private static unsafe Tensor Empty(ReadOnlySpan<long> size, ScalarType? dtype, Device? device, bool requiresGrad)
    {
        fixed (long* first = size)
        {
            return Tensor.Own(Native.levee_empty(first, size.Length, new NativeOptions(dtype, device, requiresGrad)));
        }
    }

    private static unsafe Tensor Full(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype, Device? device, bool requiresGrad)
    {
        var number = NativeScalar.Of(value);
        var type = dtype ?? (is_integral(value.Type) ? ScalarType.Int64 : ScalarType.Float32);
        fixed (long* first = size)
        {
            return Tensor.Own(Native.levee_full(first, size.Length, number, new NativeOptions(type, device, requiresGrad)));
        }
    }

    public sealed partial class Tensor
    {
        /// <summary>A tensor of zeros, with this tensor's shape and, unless given, its type and device.</summary>
        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            torch.zeros_like(this, dtype, device, requires_grad);

        /// <summary>A tensor of ones, with this tensor's shape and, unless given, its type and device.</summary>
        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            torch.ones_like(this, dtype, device, requires_grad);

        /// <summary>A tensor whose content is undefined, with this tensor's shape and, unless given, its type and device.</summary>
        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            torch.empty_like(this, dtype, device, requires_grad);

        /// <summary>A tensor filled with one number, with this tensor's shape and, unless given, its type and device.</summary>
        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            torch.full_like(this, value, dtype, device, requires_grad);
    }
}
