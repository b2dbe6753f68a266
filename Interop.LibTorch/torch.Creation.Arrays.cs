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

    /// <summary>A tensor of the given dimensions from memory in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the memory's length.</exception>
    public static Tensor tensor(
        Memory<float> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<float>(rawArray.Span, dimensions, ScalarType.Float32, dtype, device, requires_grad);

    /// <summary>A tensor from a rectangular array, whose elements are copied.</summary>
    public static Tensor tensor(float[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMatrix(rawArray, ScalarType.Float32, dtype, device, requires_grad);

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

    /// <summary>A tensor of the given dimensions from memory in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the memory's length.</exception>
    public static Tensor tensor(
        Memory<double> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<double>(rawArray.Span, dimensions, ScalarType.Float64, dtype, device, requires_grad);

    /// <summary>A tensor from a rectangular array, whose elements are copied.</summary>
    public static Tensor tensor(double[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMatrix(rawArray, ScalarType.Float64, dtype, device, requires_grad);

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

    /// <summary>A tensor of the given dimensions from memory in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the memory's length.</exception>
    public static Tensor tensor(
        Memory<long> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<long>(rawArray.Span, dimensions, ScalarType.Int64, dtype, device, requires_grad);

    /// <summary>A tensor from a rectangular array, whose elements are copied.</summary>
    public static Tensor tensor(long[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMatrix(rawArray, ScalarType.Int64, dtype, device, requires_grad);

    /// <summary>A tensor without dimensions that holds one number.</summary>
    public static Tensor tensor(int scalar, Device? device = null, bool requires_grad = false) =>
        FromSpan<int>([scalar], [], ScalarType.Int32, null, device, requires_grad);

    /// <summary>A tensor with one dimension from an array, whose elements are copied.</summary>
    public static Tensor tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<int>(Present(rawArray), [rawArray.Length], ScalarType.Int32, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions from an array in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the array's length.</exception>
    public static Tensor tensor(
        int[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<int>(Present(rawArray), dimensions, ScalarType.Int32, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions from memory in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the memory's length.</exception>
    public static Tensor tensor(
        Memory<int> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<int>(rawArray.Span, dimensions, ScalarType.Int32, dtype, device, requires_grad);

    /// <summary>A tensor from a rectangular array, whose elements are copied.</summary>
    public static Tensor tensor(int[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMatrix(rawArray, ScalarType.Int32, dtype, device, requires_grad);

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
    public static Tensor tensor(bool[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMatrix(rawArray, ScalarType.Bool, dtype, device, requires_grad);

    /// <summary>A tensor without dimensions that holds one number.</summary>
    public static Tensor tensor(byte scalar, Device? device = null, bool requires_grad = false) =>
        FromSpan<byte>([scalar], [], ScalarType.Byte, null, device, requires_grad);

    /// <summary>A tensor with one dimension from an array, whose elements are copied.</summary>
    public static Tensor tensor(byte[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<byte>(Present(rawArray), [rawArray.Length], ScalarType.Byte, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions from an array in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the array's length.</exception>
    public static Tensor tensor(
        byte[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<byte>(Present(rawArray), dimensions, ScalarType.Byte, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions from memory in row-major order, whose elements are copied.</summary>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the memory's length.</exception>
    public static Tensor tensor(
        Memory<byte> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromSpan<byte>(rawArray.Span, dimensions, ScalarType.Byte, dtype, device, requires_grad);

    /// <summary>A tensor from a rectangular array, whose elements are copied.</summary>
    public static Tensor tensor(byte[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMatrix(rawArray, ScalarType.Byte, dtype, device, requires_grad);

    private static T[] Present<T>(T[] rawArray)
    {
        ArgumentNullException.ThrowIfNull(rawArray);
        return rawArray;
    }

    private static Tensor FromMatrix<T>(T[,] rawArray, ScalarType type, ScalarType? dtype, Device? device, bool requiresGrad)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(rawArray);
        ReadOnlySpan<T> elements = rawArray.Length == 0
            ? []
            : MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(rawArray)), rawArray.Length);
        return FromSpan(elements, [rawArray.GetLength(0), rawArray.GetLength(1)], type, dtype, device, requiresGrad);
    }

    private static unsafe Tensor FromSpan<T>(
        ReadOnlySpan<T> data, ReadOnlySpan<long> dimensions, ScalarType type, ScalarType? dtype, Device? device, bool requiresGrad)
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
            var options = new NativeOptions(dtype, device, requiresGrad);
            return Tensor.Own(Native.levee_from_data(first, firstSize, dimensions.Length, (int)type, options));
        }
    }
}
