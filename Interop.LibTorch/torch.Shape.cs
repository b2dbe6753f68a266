namespace TorchSharp;

public static partial class torch
{
    /// <summary>Tensors one after the other along a dimension they have.</summary>
    public static unsafe Tensor cat(IList<Tensor> tensors, long dim = 0)
    {
        var handles = TensorList.In(tensors, nameof(tensors));
        fixed (nint* first = handles)
        {
            var result = Native.levee_cat(first, handles.Length, dim);
            GC.KeepAlive(tensors);
            return Tensor.Own(result);
        }
    }

    /// <summary>Tensors of one shape one after the other along a new dimension.</summary>
    public static unsafe Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var operands = tensors.ToArray();
        var handles = TensorList.In(operands, nameof(tensors));
        fixed (nint* first = handles)
        {
            var result = Native.levee_stack(first, handles.Length, dim);
            GC.KeepAlive(operands);
            return Tensor.Own(result);
        }
    }

    /// <summary>The same elements under another shape.</summary>
    public static Tensor reshape(Tensor input, params long[] shape) => Tensor.Valid(input).reshape(shape);

    /// <summary>Dimensions in another order, without a copy.</summary>
    public static Tensor permute(Tensor input, params long[] permutation) => Tensor.Valid(input).permute(permutation);

    /// <summary>Two dimensions exchanged, without a copy.</summary>
    public static Tensor transpose(Tensor input, long dim0, long dim1) => Tensor.Valid(input).transpose(dim0, dim1);

    /// <summary>A new dimension of size 1 at this place.</summary>
    public static Tensor unsqueeze(Tensor input, long dim) => Tensor.Valid(input).unsqueeze(dim);

    /// <summary>Without the dimension, where its size is 1; without all dimensions of size 1 where none is named.</summary>
    public static Tensor squeeze(Tensor input, long? dim = null) => Tensor.Valid(input).squeeze(dim);

    /// <summary>Some dimensions in a row merged into one.</summary>
    public static Tensor flatten(Tensor input, long start_dim = 0, long end_dim = -1) => Tensor.Valid(input).flatten(start_dim, end_dim);

    /// <summary>Part of one dimension, without a copy.</summary>
    public static Tensor narrow(Tensor input, long dim, long start, long length) => Tensor.Valid(input).narrow(dim, start, length);

    /// <summary>One position of one dimension, which disappears.</summary>
    public static Tensor select(Tensor input, long dim, long index) => Tensor.Valid(input).select(dim, index);

    /// <summary>Pieces of these sizes along one dimension.</summary>
    public static Tensor[] split(Tensor tensor, long[] split_size_or_sections, long dim = 0) =>
        Tensor.Valid(tensor).split(split_size_or_sections, dim);

    /// <summary>At most this many pieces of equal size along one dimension.</summary>
    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) => Tensor.Valid(input).chunk(chunks, dim);

    /// <summary>Every position of one dimension, which disappears.</summary>
    public static Tensor[] unbind(Tensor input, long dim = 0) => Tensor.Valid(input).unbind(dim);

    /// <summary>Elements in reverse order along some dimensions.</summary>
    public static Tensor flip(Tensor input, params long[] dims) => Tensor.Valid(input).flip(dims);

    /// <summary>Elements moved round by this many places along one dimension (default: in the flattened tensor).</summary>
    public static Tensor roll(Tensor input, long shifts, long? dims = null) => Tensor.Valid(input).roll(shifts, dims);

    /// <summary>Each position of one dimension copied this many times in a row.</summary>
    public static Tensor repeat_interleave(Tensor input, long repeats, long? dim = null, long? output_size = null) =>
        Tensor.Valid(input).repeat_interleave(repeats, dim, output_size);

    /// <summary>Each position of one dimension copied as often as <paramref name="repeats"/> says for it.</summary>
    public static Tensor repeat_interleave(Tensor input, Tensor repeats, long? dim = null, long? output_size = null) =>
        Tensor.Valid(input).repeat_interleave(repeats, dim, output_size);

    /// <summary>
    /// The elements where two dimensions' positions are equal (or <paramref name="offset"/> apart), as a last dimension. A view.
    /// </summary>
    public static Tensor diagonal(Tensor input, long offset = 0, long dim1 = 0, long dim2 = 1) =>
        Tensor.Valid(input).diagonal(offset, dim1, dim2);

    /// <summary>The lower triangle of each matrix, zero elsewhere.</summary>
    public static Tensor tril(Tensor input, long diagonal = 0) => Tensor.Valid(input).tril(diagonal);

    /// <summary>The upper triangle of each matrix, zero elsewhere.</summary>
    public static Tensor triu(Tensor input, long diagonal = 0) => Tensor.Valid(input).triu(diagonal);
}
