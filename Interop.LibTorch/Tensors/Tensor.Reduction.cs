using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>Sum of all elements; booleans and integers are summed as int64 unless a type is given.</summary>
        public Tensor sum(ScalarType? type = null) => Call("sum", this, type);

        /// <summary>Sum over some dimensions.</summary>
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Call("sum.dim_IntList", this, dim, keepdim, type);

        /// <summary>Sum over one dimension.</summary>
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) =>
            Call("sum.dim_IntList", this, Argument.ListOf(dim), keepdim, type);

        /// <summary>Mean of all elements.</summary>
        public Tensor mean() => Call("mean", this);

        /// <summary>Largest element over some dimensions; the gradient is shared among equals.</summary>
        public Tensor amax(long[] dims, bool keepdim = false) => Call("amax", this, dims, keepdim);

        /// <summary>Smallest element over some dimensions; the gradient is shared among equals.</summary>
        public Tensor amin(long[] dims, bool keepdim = false) => Call("amin", this, dims, keepdim);

        /// <summary>Largest element of all.</summary>
        public Tensor max() => Call("max", this);

        /// <summary>Position of the largest element in the flattened tensor.</summary>
        public Tensor argmax() => Call("argmax", this);

        /// <summary>Position of the largest element along one dimension.</summary>
        public Tensor argmax(long dim, bool keepdim = false) => Call("argmax", this, dim, keepdim);

        /// <summary>A boolean tensor of one element, true when all elements are true (not zero).</summary>
        public Tensor all() => Call("all", this);

        /// <summary>Running sum along one dimension.</summary>
        public Tensor cumsum(long dim, ScalarType? type = null) => Call("cumsum", this, dim, type);

        /// <summary>Logarithm of the sum of exponentials over one dimension, without overflow.</summary>
        public Tensor logsumexp(long dim, bool keepdim = false) => Call("logsumexp", this, Argument.ListOf(dim), keepdim);

        /// <summary>Norm of all elements: the p-th root of the sum of p-th powers.</summary>
        public Tensor norm(float p = 2.0f) => Call("norm.Scalar", this, p);

        /// <summary>Norm over one dimension: the p-th root of the sum of p-th powers.</summary>
        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) =>
            Call("norm.ScalarOpt_dim", this, p, Argument.ListOf(dim), keepdim);

        /// <summary>The <paramref name="k"/> largest (or smallest) elements along one dimension, and their positions.</summary>
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            CallPair("topk", this, k, dim, largest, sorted);

        /// <summary>Elements in order along one dimension, and where they came from; stable: equals keep their order.</summary>
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            CallPair("sort.stable", this, stable, dim, descending);
    }

    /// <summary>
    /// The position of each value in the last dimension of a sorted tensor at which it would keep the tensor sorted: int64, the first such position,
    /// or the last where <paramref name="right"/> is true.
    /// </summary>
    /// <param name="sorted_sequence">
    /// Ascending along its last dimension, or so once taken in the order of <paramref name="sorter"/>.
    /// </param>
    /// <param name="values">Numbers of the same leading dimensions, or of any shape where the sequence is a vector.</param>
    /// <param name="out_int32">True when the positions are int32.</param>
    /// <param name="right">True when a value goes after its equals.</param>
    /// <param name="sorter">Positions that put the sequence in order, as <see cref="Tensor.sort"/> gives them.</param>
    public static Tensor searchsorted(
        Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor? sorter = null) =>
        Call("searchsorted.Tensor", sorted_sequence, values, out_int32, right, default, Argument.Optional(sorter));
}
