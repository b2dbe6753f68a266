namespace TorchSharp;

public static partial class torch
{
    /// <summary>Integers in [0, <paramref name="high"/>); int64 unless a type is given.</summary>
    public static Tensor randint(
        long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator);

    /// <summary>Integers in [<paramref name="low"/>, <paramref name="high"/>); int64 unless a type is given.</summary>
    public static unsafe Tensor randint(
        long low,
        long high,
        long[] size,
        ScalarType? dtype = null,
        Device? device = null,
        bool requires_grad = false,
        Generator? generator = null)
    {
        ArgumentNullException.ThrowIfNull(size);
        fixed (long* first = size)
        {
            var options = new NativeOptions(dtype ?? ScalarType.Int64, device, requires_grad);
            var result = Native.levee_randint(low, high, first, size.Length, options, Generator.In(generator));
            GC.KeepAlive(generator);
            return Tensor.Own(result);
        }
    }

    /// <summary>
    /// Draws positions from rows of weights (not negative, at least one positive; they need not sum to 1); input [classes] or [rows,
    /// classes], result int64 [(rows,) num_samples].
    /// </summary>
    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null) =>
        Tensor.Valid(input).multinomial(num_samples, replacement, generator);

    private static unsafe Tensor Rand(ReadOnlySpan<long> size, ScalarType? dtype, Device? device, bool requiresGrad, Generator? generator)
    {
        fixed (long* first = size)
        {
            var result = Native.levee_rand(first, size.Length, new NativeOptions(dtype, device, requiresGrad), Generator.In(generator));
            GC.KeepAlive(generator);
            return Tensor.Own(result);
        }
    }

    private static unsafe Tensor Randn(ReadOnlySpan<long> size, ScalarType? dtype, Device? device, bool requiresGrad, Generator? generator)
    {
        fixed (long* first = size)
        {
            var result = Native.levee_randn(first, size.Length, new NativeOptions(dtype, device, requiresGrad), Generator.In(generator));
            GC.KeepAlive(generator);
            return Tensor.Own(result);
        }
    }

    public sealed partial class Tensor
    {
        /// <summary>In place: numbers from a normal distribution.</summary>
        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null)
        {
            var status = Native.levee_normal_(Handle, mean, std, Generator.In(generator));
            GC.KeepAlive(generator);
            return InPlace(status, this);
        }

        /// <summary>In place: uniform numbers in [<paramref name="from"/>, <paramref name="to"/>).</summary>
        public Tensor uniform_(double from, double to, Generator? generator = null)
        {
            var status = Native.levee_uniform_(Handle, from, to, Generator.In(generator));
            GC.KeepAlive(generator);
            return InPlace(status, this);
        }

        /// <summary>Draws positions from rows of weights, as <see cref="torch.multinomial"/> does.</summary>
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null)
        {
            var result = Native.levee_multinomial(Handle, num_samples, Flag(replacement), Generator.In(generator));
            GC.KeepAlive(generator);
            return Own(result, this);
        }
    }
}
