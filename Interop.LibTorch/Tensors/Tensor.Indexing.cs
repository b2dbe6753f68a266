using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>The positions of one dimension that an int64 vector names.</summary>
        public Tensor index_select(long dim, Tensor index) => Call("index_select", this, dim, index);

        /// <summary>
        /// One element for each element of <paramref name="index"/>: its own place, but for one dimension, where the index says.
        /// </summary>
        public Tensor gather(long dim, Tensor index) => Call("gather", this, dim, index);

        /// <summary>In place: elements of <paramref name="src"/> written where <see cref="gather"/> would have read them.</summary>
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Change("scatter_.src", this, dim, index, src);

        /// <summary>This with elements of <paramref name="src"/> added where <see cref="gather"/> would have read them.</summary>
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Call("scatter_add", this, dim, index, src);

        /// <summary>In place: elements of <paramref name="src"/> added where <see cref="gather"/> would have read them.</summary>
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Change("scatter_add_", this, dim, index, src);

        /// <summary>
        /// In place: <paramref name="alpha"/> times the slices of <paramref name="source"/> added at the positions that the index
        /// names.
        /// </summary>
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Change("index_add_", this, dim, index, source, alpha);

        /// <summary>In place: the slices of <paramref name="source"/> at the positions that the index names.</summary>
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Change("index_copy_", this, dim, index, source);
    }
}
