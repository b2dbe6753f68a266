using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor without dimensions that holds one number.</summary>
    public static Tensor tensor(float scalar, Device? device = null, bool requires_grad = false) =>
        FromSpan<float>([scalar], [], ScalarType.Float32, null, device, requires_grad);

    /// <summary>A tensor with one dimension from an array, whose elements are copied.</summary>
    public static Tensor tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<float>(Present(rawArray), [rawArray.Length], ScalarType.Float32, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions from an array in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the array's length.</exception>
    public static Tensor tensor(
        float[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<float>(Present(rawArray), dimensions, ScalarType.Float32, dtype, device, requires_grad);

    /// <summary>A tensor without dimensions that holds one number.</summary>
    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<double>([scalar], [], ScalarType.Float64, dtype, device, requires_grad);

    /// <summary>A tensor with one dimension from an array, whose elements are copied.</summary>
    public static Tensor tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<double>(Present(rawArray), [rawArray.Length], ScalarType.Float64, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions from an array in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the array's length.</exception>
    public static Tensor tensor(
        double[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<double>(Present(rawArray), dimensions, ScalarType.Float64, dtype, device, requires_grad);

    /// <summary>A tensor without dimensions that holds one number.</summary>
    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<long>([scalar], [], ScalarType.Int64, dtype, device, requires_grad);

    /// <summary>A tensor with one dimension from an array, whose elements are copied.</summary>
    public static Tensor tensor(long[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<long>(Present(dataArray), [dataArray.Length], ScalarType.Int64, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions from an array in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the array's length.</exception>
    public static Tensor tensor(
        long[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<long>(Present(dataArray), dimensions, ScalarType.Int64, dtype, device, requires_grad);

    /// <summary>A tensor without dimensions that holds one number.</summary>
    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<bool>([scalar], [], ScalarType.Bool, dtype, device, requires_grad);

    /// <summary>A tensor with one dimension from an array, whose elements are copied.</summary>
    public static Tensor tensor(bool[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<bool>(Present(rawArray), [rawArray.Length], ScalarType.Bool, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions from an array in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the array's length.</exception>
    public static Tensor tensor(
        bool[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<bool>(Present(rawArray), dimensions, ScalarType.Bool, dtype, device, requires_grad);

    /// <summary>A tensor from a rectangular array, whose elements are copied.</summary>
    public static Tensor tensor(double[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        ArgumentNullException.ThrowIfNull(rawArray);
        var elements = MemoryMarshal.CreateSpan(
            ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(rawArray)), rawArray.Length);
        long[] sizes = [rawArray.GetLength(0), rawArray.GetLength(1)];
        return FromSpan<double>(elements, sizes, ScalarType.Float64, dtype, device, requires_grad);
    }

    private static T[] Present<T>(T[] rawArray)
    {
        ArgumentNullException.ThrowIfNull(rawArray);
        return rawArray;
    }

    private static unsafe Tensor FromSpan<T>(
        ReadOnlySpan<T> data, ReadOnlySpan<long> dimensions, ScalarType type, ScalarType? dtype, Device? device, bool requires_grad)
        where T : unmanaged
    {
        long count = 1;
        foreach (var dimension in dimensions)
        {
            count = dimension < 0 ? -1 : checked(count * dimension);
        }

        if (count != data.Length)
        {
            var sizes = string.Join(", ", dimensions.ToArray());
            throw new ArgumentException($"Dimensions [{sizes}] do not hold {data.Length} elements.", nameof(dimensions));
        }

        fixed (T* first = data)
        fixed (long* firstSize = dimensions)
        {
            var copy = Tensor.Own(Native.levee_from_data(first, firstSize, dimensions.Length, (int)type));
            if (dtype is null && device is null)
            {
                return Leaf(copy, requires_grad);
            }

            using (copy)
            {
                return Leaf(copy.to(dtype ?? type, device ?? CPU), requires_grad);
            }
        }
    }
}
