using System.Collections;

namespace TorchSharp.Utils;

/// <summary>
/// The elements of a tensor in main memory as .NET values, in row-major order whatever the strides. Keeps the tensor alive.
/// </summary>
/// <typeparam name="T">Exactly the tensor's element type.</typeparam>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T>
    where T : unmanaged
{
    private readonly torch.Tensor tensor;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly bool contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        this.tensor = tensor;
        shape = tensor.shape;
        strides = tensor.stride();
        contiguous = tensor.is_contiguous();
        Count = tensor.NumberOfElements;
    }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

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

        set
        {
            First()[Offset(indices)] = value;
            GC.KeepAlive(tensor);
        }
    }

    /// <summary>All elements as a new array.</summary>
    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array.AsSpan());
        return array;
    }

    /// <summary>
    /// Copies elements from <paramref name="tensorIndex"/> on into an array from <paramref name="arrayIndex"/> on, as many as both
    /// have.
    /// </summary>
    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0)
    {
        ArgumentNullException.ThrowIfNull(array);
        CopyTo(array.AsSpan(), arrayIndex, tensorIndex);
    }

    /// <summary>
    /// Copies elements from <paramref name="tensorIndex"/> on into a span from <paramref name="arrayIndex"/> on, as many as both have.
    /// </summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var target = array[arrayIndex..];
        var count = (int)Math.Min(target.Length, Remaining(tensorIndex));
        var first = First();
        if (contiguous)
        {
            new ReadOnlySpan<T>(first + tensorIndex, count).CopyTo(target);
        }
        else
        {
            for (var i = 0; i < count; i++)
            {
                target[i] = first[FlatOffset(tensorIndex + i)];
            }
        }

        GC.KeepAlive(tensor);
    }

    /// <summary>
    /// Writes values from <paramref name="arrayIndex"/> on over the elements from <paramref name="tensorIndex"/> on, as many as both
    /// have.
    /// </summary>
    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0)
    {
        ArgumentNullException.ThrowIfNull(array);
        CopyFrom(array.AsSpan(), arrayIndex, tensorIndex);
    }

    /// <summary>
    /// Writes values from <paramref name="arrayIndex"/> on over the elements from <paramref name="tensorIndex"/> on, as many as both
    /// have.
    /// </summary>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array[arrayIndex..];
        var count = (int)Math.Min(source.Length, Remaining(tensorIndex));
        var first = First();
        if (contiguous)
        {
            source[..count].CopyTo(new Span<T>(first + tensorIndex, count));
        }
        else
        {
            for (var i = 0; i < count; i++)
            {
                first[FlatOffset(tensorIndex + i)] = source[i];
            }
        }

        GC.KeepAlive(tensor);
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Does nothing: the tensor belongs to its own scope. Present because TorchSharp's accessor is disposable.</summary>
    public void Dispose()
    {
    }

    private T* First() => (T*)tensor.DataPointer();

    private long Remaining(long tensorIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tensorIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tensorIndex, Count);
        return Count - tensorIndex;
    }

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
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
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
