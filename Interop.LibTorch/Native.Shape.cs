using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [DllImport(Library)]
    internal static extern nint levee_view(nint self, long* sizes, int count);

    [DllImport(Library)]
    internal static extern nint levee_reshape(nint self, long* sizes, int count);

    [DllImport(Library)]
    internal static extern nint levee_expand(nint self, long* sizes, int count);

    [DllImport(Library)]
    internal static extern nint levee_repeat(nint self, long* sizes, int count);

    [DllImport(Library)]
    internal static extern nint levee_permute(nint self, long* sizes, int count);

    [DllImport(Library)]
    internal static extern nint levee_flip(nint self, long* sizes, int count);

    [DllImport(Library)]
    internal static extern nint levee_transpose(nint self, long dim0, long dim1);

    [DllImport(Library)]
    internal static extern nint levee_t(nint self);

    [DllImport(Library)]
    internal static extern nint levee_contiguous(nint self);

    [DllImport(Library)]
    internal static extern nint levee_unsqueeze(nint self, long dimension);

    [DllImport(Library)]
    internal static extern nint levee_squeeze(nint self);

    [DllImport(Library)]
    internal static extern nint levee_squeeze_dim(nint self, long dimension);

    [DllImport(Library)]
    internal static extern nint levee_flatten(nint self, long first, long last);

    [DllImport(Library)]
    internal static extern nint levee_narrow(nint self, long dimension, long start, long length);

    [DllImport(Library)]
    internal static extern nint levee_slice(nint self, long dimension, long start, long finish, long step);

    [DllImport(Library)]
    internal static extern nint levee_select(nint self, long dimension, long index);

    [DllImport(Library)]
    internal static extern nint levee_cat(nint* tensors, int count, long dimension);

    [DllImport(Library)]
    internal static extern nint levee_stack(nint* tensors, int count, long dimension);

    [DllImport(Library)]
    internal static extern int levee_split(nint self, long size, long dimension, nint* results, int capacity);

    [DllImport(Library)]
    internal static extern int levee_split_sizes(nint self, long* sizes, int count, long dimension, nint* results);

    [DllImport(Library)]
    internal static extern int levee_chunk(nint self, long chunks, long dimension, nint* results, int capacity);

    [DllImport(Library)]
    internal static extern int levee_unbind(nint self, long dimension, nint* results, int capacity);

    [DllImport(Library)]
    internal static extern nint levee_repeat_interleave(nint self, nint repeats, long* dimension, long* outputSize);

    [DllImport(Library)]
    internal static extern nint levee_repeat_interleave_scalar(nint self, long repeats, long* dimension, long* outputSize);

    [DllImport(Library)]
    internal static extern nint levee_roll(nint self, long* shifts, int shiftCount, long* dimensions, int dimensionCount);

    [DllImport(Library)]
    internal static extern nint levee_tril(nint self, long diagonal);

    [DllImport(Library)]
    internal static extern nint levee_triu(nint self, long diagonal);

    [DllImport(Library)]
    internal static extern nint levee_diagonal(nint self, long offset, long dim1, long dim2);

    [DllImport(Library)]
    internal static extern nint levee_index_select(nint self, long dimension, nint index);

    [DllImport(Library)]
    internal static extern nint levee_gather(nint self, long dimension, nint index);

    [DllImport(Library)]
    internal static extern nint levee_scatter(nint self, long dimension, nint index, nint source);

    [DllImport(Library)]
    internal static extern int levee_scatter_(nint self, long dimension, nint index, nint source);

    [DllImport(Library)]
    internal static extern nint levee_scatter_add(nint self, long dimension, nint index, nint source);

    [DllImport(Library)]
    internal static extern int levee_scatter_add_(nint self, long dimension, nint index, nint source);

    [DllImport(Library)]
    internal static extern nint levee_index_add(nint self, long dimension, nint index, nint source, NativeScalar alpha);

    [DllImport(Library)]
    internal static extern int levee_index_add_(nint self, long dimension, nint index, nint source, NativeScalar alpha);

    [DllImport(Library)]
    internal static extern nint levee_index_copy(nint self, long dimension, nint index, nint source);

    [DllImport(Library)]
    internal static extern int levee_index_copy_(nint self, long dimension, nint index, nint source);

    [DllImport(Library)]
    internal static extern nint levee_index_fill(nint self, long dimension, nint index, NativeScalar value);

    [DllImport(Library)]
    internal static extern int levee_index_fill_(nint self, long dimension, nint index, NativeScalar value);

    [DllImport(Library)]
    internal static extern nint levee_masked_select(nint self, nint mask);

    [DllImport(Library)]
    internal static extern nint levee_nonzero(nint self);

    [DllImport(Library)]
    internal static extern nint levee_take_along_dim(nint self, nint indices, long dimension);
}
