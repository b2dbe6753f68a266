namespace TorchSharp.Utils;

/// <summary>
/// The elements of a tensor in main memory as .NET values, in row-major order whatever the strides. Keeps the tensor alive.
/// </summary>
/// <typeparam name="T">Exactly the tensor's element type.</typeparam>
public sealed unsafe class TensorAccessor<T>
    where T : unmanaged
{
    private readonly torch.Tensor tensor;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly bool contiguous;
    private readonly long count;

    internal TensorAccessor(torch.Tensor tensor)
    {
        this.tensor = tensor;
        shape = tensor.shape;
        strides = tensor.stride();
        contiguous = tensor.is_contiguous();
        count = tensor.NumberOfElements;
    }

    /// <summary>The element at these positions, one a dimension; a single position counts through the flattened tensor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A position is outside the tensor, or their number is wrong.</exception>
    public T this[params long[] indices]
    {
        get
        {
            var value = First()[Offset(indices)];
            GC.KeepAlive(tensor);
            return value;
        }
    }

    /// <summary>All elements as a new array.</summary>
    public T[] ToArray()
    {
        var array = new T[count];
        var first = First();
        if (contiguous)
        {
            new ReadOnlySpan<T>(first, array.Length).CopyTo(array);
        }
        else
        {
            for (var i = 0; i < array.Length; i++)
            {
                array[i] = first[FlatOffset(i)];
            }
        }

        GC.KeepAlive(tensor);
        return array;
    }

    private T* First() => (T*)tensor.DataPointer();

    private long Offset(long[] indices)
    {
        if (indices.Length == 1)
        {
            return FlatOffset(indices[0]);
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(indices.Length, shape.Length, nameof(indices));
        long offset = 0;
        for (var i = 0; i < indices.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(indices[i], nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(indices[i], shape[i], nameof(indices));
            offset += indices[i] * strides[i];
        }

        return offset;
    }

    private long FlatOffset(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        if (contiguous)
        {
            return index;
        }

        long offset = 0;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            (index, var position) = Math.DivRem(index, shape[i]);
            offset += position * strides[i];
        }

        return offset;
    }
}
