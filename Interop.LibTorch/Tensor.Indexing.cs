namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>The positions of one dimension that an int64 vector names.</summary>
        public Tensor index_select(long dim, Tensor index) => Own(Native.levee_index_select(Handle, dim, In(index)), this, index);

        /// <summary>
        /// One element for each element of <paramref name="index"/>: its own place, but for one dimension, where the index says.
        /// </summary>
        public Tensor gather(long dim, Tensor index) => Own(Native.levee_gather(Handle, dim, In(index)), this, index);

        /// <summary>This with elements of <paramref name="src"/> written where <see cref="gather"/> would have read them.</summary>
        public Tensor scatter(long dim, Tensor index, Tensor src) =>
            Own(Native.levee_scatter(Handle, dim, In(index), In(src)), this, index, src);

        /// <summary>In place: elements of <paramref name="src"/> written where <see cref="gather"/> would have read them.</summary>
        public Tensor scatter_(long dim, Tensor index, Tensor src) =>
            InPlace(Native.levee_scatter_(Handle, dim, In(index), In(src)), this, index, src);

        /// <summary>This with elements of <paramref name="src"/> added where <see cref="gather"/> would have read them.</summary>
        public Tensor scatter_add(long dim, Tensor index, Tensor src) =>
            Own(Native.levee_scatter_add(Handle, dim, In(index), In(src)), this, index, src);

        /// <summary>In place: elements of <paramref name="src"/> added where <see cref="gather"/> would have read them.</summary>
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) =>
            InPlace(Native.levee_scatter_add_(Handle, dim, In(index), In(src)), this, index, src);

        /// <summary>
        /// This with <paramref name="alpha"/> times the slices of <paramref name="source"/> added at the positions that the index
        /// names.
        /// </summary>
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Own(Native.levee_index_add(Handle, dim, In(index), In(source), NativeScalar.Of(alpha)), this, index, source);

        /// <summary>
        /// In place: <paramref name="alpha"/> times the slices of <paramref name="source"/> added at the positions that the index
        /// names.
        /// </summary>
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            InPlace(Native.levee_index_add_(Handle, dim, In(index), In(source), NativeScalar.Of(alpha)), this, index, source);

        /// <summary>This with the slices of <paramref name="source"/> at the positions that the index names.</summary>
        public Tensor index_copy(long dim, Tensor index, Tensor source) =>
            Own(Native.levee_index_copy(Handle, dim, In(index), In(source)), this, index, source);

        /// <summary>In place: the slices of <paramref name="source"/> at the positions that the index names.</summary>
        public Tensor index_copy_(long dim, Tensor index, Tensor source) =>
            InPlace(Native.levee_index_copy_(Handle, dim, In(index), In(source)), this, index, source);

        /// <summary>This with one number at the positions of one dimension that the index names.</summary>
        public Tensor index_fill(long dim, Tensor index, Scalar value) =>
            Own(Native.levee_index_fill(Handle, dim, In(index), NativeScalar.Of(value)), this, index);

        /// <summary>In place: one number at the positions of one dimension that the index names.</summary>
        public Tensor index_fill_(long dim, Tensor index, Scalar value) =>
            InPlace(Native.levee_index_fill_(Handle, dim, In(index), NativeScalar.Of(value)), this, index);

        /// <summary>The elements where the boolean mask holds, as a vector.</summary>
        public Tensor masked_select(Tensor mask) => Own(Native.levee_masked_select(Handle, In(mask)), this, mask);

        /// <summary>Positions of the elements that are not zero: one row each, one column a dimension.</summary>
        public Tensor nonzero() => Own(Native.levee_nonzero(Handle), this);

        /// <summary>Elements of the flattened tensor at these positions.</summary>
        public Tensor take_along_dim(Tensor indices)
        {
            using var flat = flatten();
            using var positions = Valid(indices).flatten();
            return flat.gather(0, positions);
        }

        /// <summary>Like <see cref="gather"/>, but shapes are broadcast outside the one dimension.</summary>
        public Tensor take_along_dim(Tensor indices, long dim) => Own(Native.levee_take_along_dim(Handle, In(indices), dim), this, indices);
    }

    /// <summary>The positions of one dimension that an int64 vector names.</summary>
    public static Tensor index_select(Tensor input, long dim, Tensor index) => Tensor.Valid(input).index_select(dim, index);

    /// <summary>
    /// One element for each element of <paramref name="index"/>: its own place, but for one dimension, where the index says.
    /// </summary>
    public static Tensor gather(Tensor input, long dim, Tensor index) => Tensor.Valid(input).gather(dim, index);

    /// <summary>A tensor with elements of <paramref name="src"/> written where <see cref="gather"/> would have read them.</summary>
    public static Tensor scatter(Tensor input, long dim, Tensor index, Tensor src) => Tensor.Valid(input).scatter(dim, index, src);

    /// <summary>A tensor with elements of <paramref name="src"/> added where <see cref="gather"/> would have read them.</summary>
    public static Tensor scatter_add(Tensor input, long dim, Tensor index, Tensor src) => Tensor.Valid(input).scatter_add(dim, index, src);

    /// <summary>The elements where the boolean mask holds, as a vector.</summary>
    public static Tensor masked_select(Tensor input, Tensor mask) => Tensor.Valid(input).masked_select(mask);

    /// <summary>Positions of the elements that are not zero: one row each, one column a dimension.</summary>
    public static Tensor nonzero(Tensor input) => Tensor.Valid(input).nonzero();

    /// <summary>Like <see cref="gather"/>, but shapes are broadcast outside the one dimension.</summary>
    public static Tensor take_along_dim(Tensor input, Tensor indices, long dim = 0) => Tensor.Valid(input).take_along_dim(indices, dim);
}
