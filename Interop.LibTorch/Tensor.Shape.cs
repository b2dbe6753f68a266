using System.Runtime.CompilerServices;

namespace TorchSharp;

public static partial class torch
{
    public sealed unsafe partial class Tensor
    {
        /// <summary>The same data under another shape, without a copy; -1 stands for what is left over.</summary>
        public Tensor view(params long[] shape) => WithSizes(shape, &Native.levee_view);

        /// <summary>The same elements under another shape, copied only where they must be; -1 stands for what is left over.</summary>
        public Tensor reshape(params long[] shape) => WithSizes(shape, &Native.levee_reshape);

        /// <summary>Dimensions of size 1 repeated to a larger size without a copy; -1 leaves a dimension as it is.</summary>
        public Tensor expand(params long[] sizes) => WithSizes(sizes, &Native.levee_expand);

        /// <summary>This expanded to the shape of another tensor.</summary>
        public Tensor expand_as(Tensor other) => expand(Valid(other).shape);

        /// <summary>The whole tensor copied this many times along each dimension.</summary>
        public Tensor repeat(params long[] sizes) => WithSizes(sizes, &Native.levee_repeat);

        /// <summary>Dimensions in another order, without a copy.</summary>
        public Tensor permute(params long[] permutation) => WithSizes(permutation, &Native.levee_permute);

        /// <summary>Elements in reverse order along some dimensions.</summary>
        public Tensor flip(params long[] dims) => WithSizes(dims, &Native.levee_flip);

        /// <summary>Two dimensions exchanged, without a copy.</summary>
        public Tensor transpose(long dim0, long dim1) => Own(Native.levee_transpose(Handle, dim0, dim1), this);

        /// <summary>A matrix with rows and columns exchanged; a vector as it is.</summary>
        public Tensor t() => Own(Native.levee_t(Handle), this);

        /// <summary>The last two dimensions exchanged.</summary>
        public Tensor mT => Own(Native.levee_transpose(Handle, -2, -1), this);

        /// <summary>The tensor in row-major order without gaps; a copy only where it is not so already.</summary>
        public Tensor contiguous() => Own(Native.levee_contiguous(Handle), this);

        /// <summary>A new dimension of size 1 at this place.</summary>
        public Tensor unsqueeze(long dim) => Own(Native.levee_unsqueeze(Handle, dim), this);

        /// <summary>Without the dimension, where its size is 1; without all dimensions of size 1 where none is named.</summary>
        public Tensor squeeze(long? dim = null) =>
            Own(dim.HasValue ? Native.levee_squeeze_dim(Handle, dim.GetValueOrDefault()) : Native.levee_squeeze(Handle), this);

        /// <summary>Some dimensions in a row merged into one.</summary>
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Own(Native.levee_flatten(Handle, start_dim, end_dim), this);

        /// <summary>Part of one dimension: <paramref name="length"/> positions from <paramref name="start"/> on, without a copy.</summary>
        public Tensor narrow(long dim, long start, long length) => Own(Native.levee_narrow(Handle, dim, start, length), this);

        /// <summary>Every <paramref name="step"/>-th position of one dimension in [start, finish), without a copy.</summary>
        public Tensor slice(long dim, long start, long finish, long step) =>
            Own(Native.levee_slice(Handle, dim, start, finish, step), this);

        /// <summary>One position of one dimension, which disappears.</summary>
        public Tensor select(long dim, long index) => Own(Native.levee_select(Handle, dim, index), this);

        /// <summary>One position of the first dimension, which disappears.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1] => select(0, i1);

        /// <summary>One position of the first two dimensions, which disappear.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get
            {
                using var row = select(0, i1);
                return row.select(0, i2);
            }
        }

        /// <summary>One position of the first three dimensions, which disappear.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get
            {
                using var matrix = select(0, i1);
                return matrix[i2, i3];
            }
        }

        /// <summary>Pieces of this size along one dimension; the last may be smaller. Views of this tensor.</summary>
        public Tensor[] split(long size, int dim = 0)
        {
            var results = new nint[size > 0 ? (this.size(dim) / size) + 1 : 1];
            fixed (nint* first = results)
            {
                return Several(Native.levee_split(Handle, size, dim, first, results.Length), results);
            }
        }

        /// <summary>Pieces of these sizes along one dimension. Views of this tensor.</summary>
        public Tensor[] split(long[] sizes, long dim = 0)
        {
            ArgumentNullException.ThrowIfNull(sizes);
            var results = new nint[sizes.Length];
            fixed (long* firstSize = sizes)
            fixed (nint* first = results)
            {
                return Several(Native.levee_split_sizes(Handle, firstSize, sizes.Length, dim, first), results);
            }
        }

        /// <summary>At most this many pieces of equal size along one dimension; the last may be smaller. Views of this tensor.</summary>
        public Tensor[] chunk(long chunks, long dim = 0)
        {
            var results = new nint[Math.Max(1, Math.Min(chunks, size((int)dim)))];
            fixed (nint* first = results)
            {
                return Several(Native.levee_chunk(Handle, chunks, dim, first, results.Length), results);
            }
        }

        /// <summary>Every position of one dimension, which disappears. Views of this tensor.</summary>
        public Tensor[] unbind(long dimension = 0)
        {
            var results = new nint[size((int)dimension)];
            fixed (nint* first = results)
            {
                return Several(Native.levee_unbind(Handle, dimension, first, results.Length), results);
            }
        }

        /// <summary>
        /// Each position of one dimension (default: of the flattened tensor) copied as often as <paramref name="repeats"/> says for it.
        /// </summary>
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null)
        {
            var (d, size) = (dim.GetValueOrDefault(), output_size.GetValueOrDefault());
            var dimension = dim.HasValue ? &d : null;
            var outputSize = output_size.HasValue ? &size : null;
            return Own(Native.levee_repeat_interleave(Handle, In(repeats), dimension, outputSize), this, repeats);
        }

        /// <summary>Each position of one dimension (default: of the flattened tensor) copied this many times in a row.</summary>
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null)
        {
            var (d, size) = (dim.GetValueOrDefault(), output_size.GetValueOrDefault());
            var dimension = dim.HasValue ? &d : null;
            var outputSize = output_size.HasValue ? &size : null;
            return Own(Native.levee_repeat_interleave_scalar(Handle, repeats, dimension, outputSize), this);
        }

        /// <summary>Elements moved round by this many places along one dimension (default: in the flattened tensor).</summary>
        public Tensor roll(long shifts, long? dims = null) => roll([shifts], dims.HasValue ? [dims.GetValueOrDefault()] : []);

        /// <summary>Elements moved round along some dimensions.</summary>
        public Tensor roll(long[] shifts, long[] dims)
        {
            ArgumentNullException.ThrowIfNull(shifts);
            ArgumentNullException.ThrowIfNull(dims);
            fixed (long* firstShift = shifts)
            fixed (long* firstDimension = dims)
            {
                return Own(Native.levee_roll(Handle, firstShift, shifts.Length, firstDimension, dims.Length), this);
            }
        }

        /// <summary>The lower triangle of each matrix, zero elsewhere; a positive diagonal keeps more.</summary>
        public Tensor tril(long diagonal = 0) => Own(Native.levee_tril(Handle, diagonal), this);

        /// <summary>The upper triangle of each matrix, zero elsewhere; a positive diagonal keeps less.</summary>
        public Tensor triu(long diagonal = 0) => Own(Native.levee_triu(Handle, diagonal), this);

        /// <summary>
        /// The elements where two dimensions' positions are equal (or <paramref name="offset"/> apart), as a last dimension. A view.
        /// </summary>
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) =>
            Own(Native.levee_diagonal(Handle, offset, dim1, dim2), this);

        private Tensor WithSizes(long[] sizes, delegate*<nint, long*, int, nint> operation)
        {
            ArgumentNullException.ThrowIfNull(sizes);
            fixed (long* first = sizes)
            {
                return Own(operation(Handle, first, sizes.Length), this);
            }
        }

        private Tensor[] Several(int count, nint[] handles)
        {
            NativeError.Check(count);
            GC.KeepAlive(this);
            return TensorList.Own(handles, count);
        }
    }
}
