using System.Runtime.CompilerServices;
using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>The tensor's data under another shape, without a copy; -1 stands for what is left over.</summary>
        public Tensor view(params long[] shape) => Call("view", this, shape);

        /// <summary>The tensor's elements under another shape, copied only where they must be; -1 stands for what is left over.</summary>
        public Tensor reshape(params long[] shape) => Call("reshape", this, shape);

        /// <summary>Dimensions of size 1 repeated to a larger size without a copy; -1 leaves a dimension as it is.</summary>
        public Tensor expand(params long[] sizes) => Call("expand", this, sizes);

        /// <summary>This expanded to the shape of another tensor.</summary>
        public Tensor expand_as(Tensor other) => Call("expand_as", this, other);

        /// <summary>Dimensions in another order, without a copy.</summary>
        public Tensor permute(params long[] permutation) => Call("permute", this, permutation);

        /// <summary>Two dimensions exchanged, without a copy.</summary>
        public Tensor transpose(long dim0, long dim1) => Call("transpose.int", this, dim0, dim1);

        /// <summary>A matrix with rows and columns exchanged; a vector as it is.</summary>
        public Tensor t() => Call("t", this);

        /// <summary>The tensor in row-major order without gaps; a copy only where it is not so already.</summary>
        public Tensor contiguous() => Call("contiguous", this);

        /// <summary>A new dimension of size 1 at this place.</summary>
        public Tensor unsqueeze(long dim) => Call("unsqueeze", this, dim);

        /// <summary>Without the dimension, where its size is 1; without all dimensions of size 1 where none is named.</summary>
        public Tensor squeeze(long? dim = null) => dim.HasValue ? Call("squeeze.dim", this, dim) : Call("squeeze", this);

        /// <summary>Part of one dimension: <paramref name="length"/> positions from <paramref name="start"/> on, without a copy.</summary>
        public Tensor narrow(long dim, long start, long length) => Call("narrow", this, dim, start, length);

        /// <summary>One position of one dimension, which disappears.</summary>
        public Tensor select(long dim, long index) => Call("select.int", this, dim, index);

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

        /// <summary>Pieces of this size along one dimension; the last may be smaller. Views of this tensor.</summary>
        public Tensor[] split(long size, int dim = 0) => CallSeveral("split.Tensor", this, size, dim);

        /// <summary>Pieces of these sizes along one dimension. Views of this tensor.</summary>
        public Tensor[] split(long[] sizes, long dim = 0) => CallSeveral("split_with_sizes", this, sizes, dim);

        /// <summary>At most this many pieces of equal size along one dimension; the last may be smaller. Views of this tensor.</summary>
        public Tensor[] chunk(long chunks, long dim = 0) => CallSeveral("chunk", this, chunks, dim);

        /// <summary>Elements moved round by this many places along one dimension (default: in the flattened tensor).</summary>
        public Tensor roll(long shifts, long? dims = null) => dims.HasValue
            ? Call("roll", this, Argument.ListOf(shifts), Argument.ListOf(dims.GetValueOrDefault()))
            : Call("roll", this, Argument.ListOf(shifts));

        /// <summary>The upper triangle of each matrix, zero elsewhere; a positive diagonal keeps less.</summary>
        public Tensor triu(long diagonal = 0) => Call("triu", this, diagonal);

        /// <summary>
        /// The elements where two dimensions' positions are equal (or <paramref name="offset"/> apart), as a last dimension. A view.
        /// </summary>
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Call("diagonal", this, offset, dim1, dim2);
    }

    /// <summary>Tensors one after the other along a dimension they have.</summary>
    public static Tensor cat(IList<Tensor> tensors, long dim = 0)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return Call("cat", tensors.ToArray(), dim);
    }
}
