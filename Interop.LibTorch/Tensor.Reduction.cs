namespace TorchSharp;

public static partial class torch
{
    public sealed unsafe partial class Tensor
    {
        /// <summary>Sum of all elements; booleans and integers are summed as int64 unless a type is given.</summary>
        public Tensor sum(ScalarType? type = null) => Own(Native.levee_sum(Handle, Code(type)), this);

        /// <summary>Sum over some dimensions.</summary>
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null)
        {
            ArgumentNullException.ThrowIfNull(dim);
            return Sum(dim, keepdim, type);
        }

        /// <summary>Sum over one dimension.</summary>
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Sum([dim], keepdim, type);

        /// <summary>Sum over two dimensions.</summary>
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => Sum([dim0, dim1], keepdim, type);

        /// <summary>Mean of all elements.</summary>
        public Tensor mean() => Own(Native.levee_mean(Handle), this);

        /// <summary>Mean over some dimensions.</summary>
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null)
        {
            ArgumentNullException.ThrowIfNull(dimensions);
            fixed (long* first = dimensions)
            {
                return Own(Native.levee_mean_dims(Handle, first, dimensions.Length, Flag(keepdim), Code(type)), this);
            }
        }

        /// <summary>Standard deviation of all elements; unbiased: divided by the count less one.</summary>
        public Tensor std(bool unbiased = true) => Own(Native.levee_std(Handle, Flag(unbiased)), this);

        /// <summary>Standard deviation over one dimension.</summary>
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim], unbiased, keepdim, type);

        /// <summary>Standard deviation over some dimensions.</summary>
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            ArgumentNullException.ThrowIfNull(dimensions);
            fixed (long* first = dimensions)
            {
                return Own(Native.levee_std_dims(Handle, first, dimensions.Length, Flag(unbiased), Flag(keepdim), Code(type)), this);
            }
        }

        /// <summary>Variance of all elements; unbiased: divided by the count less one.</summary>
        public Tensor var(bool unbiased = true) => Own(Native.levee_var(Handle, Flag(unbiased)), this);

        /// <summary>Variance over one dimension.</summary>
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var([dim], unbiased, keepdim, type);

        /// <summary>Variance over some dimensions.</summary>
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            ArgumentNullException.ThrowIfNull(dimensions);
            fixed (long* first = dimensions)
            {
                return Own(Native.levee_var_dims(Handle, first, dimensions.Length, Flag(unbiased), Flag(keepdim), Code(type)), this);
            }
        }

        /// <summary>Largest element over some dimensions; the gradient is shared among equals.</summary>
        public Tensor amax(long[] dims, bool keepdim = false)
        {
            ArgumentNullException.ThrowIfNull(dims);
            fixed (long* first = dims)
            {
                return Own(Native.levee_amax(Handle, first, dims.Length, Flag(keepdim)), this);
            }
        }

        /// <summary>Smallest element over some dimensions; the gradient is shared among equals.</summary>
        public Tensor amin(long[] dims, bool keepdim = false)
        {
            ArgumentNullException.ThrowIfNull(dims);
            fixed (long* first = dims)
            {
                return Own(Native.levee_amin(Handle, first, dims.Length, Flag(keepdim)), this);
            }
        }

        /// <summary>Largest element of all.</summary>
        public Tensor max() => Own(Native.levee_max(Handle), this);

        /// <summary>The larger element of two tensors.</summary>
        public Tensor max(Tensor other) => maximum(other);

        /// <summary>Largest element over one dimension, and its position.</summary>
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false)
        {
            nint values, indexes;
            return Pair(Native.levee_max_dim(Handle, dim, Flag(keepdim), &values, &indexes), ref values, ref indexes);
        }

        /// <summary>Smallest element of all.</summary>
        public Tensor min() => Own(Native.levee_min(Handle), this);

        /// <summary>The smaller element of two tensors.</summary>
        public Tensor min(Tensor other) => minimum(other);

        /// <summary>Smallest element over one dimension, and its position.</summary>
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false)
        {
            nint values, indexes;
            return Pair(Native.levee_min_dim(Handle, dim, Flag(keepdim), &values, &indexes), ref values, ref indexes);
        }

        /// <summary>Position of the largest element in the flattened tensor.</summary>
        public Tensor argmax() => Own(Native.levee_argmax(Handle), this);

        /// <summary>Position of the largest element along one dimension.</summary>
        public Tensor argmax(long dim, bool keepdim = false) => Own(Native.levee_argmax_dim(Handle, dim, Flag(keepdim)), this);

        /// <summary>Position of the smallest element in the flattened tensor.</summary>
        public Tensor argmin() => Own(Native.levee_argmin(Handle), this);

        /// <summary>Position of the smallest element along one dimension.</summary>
        public Tensor argmin(long dim, bool keepdim = false) => Own(Native.levee_argmin_dim(Handle, dim, Flag(keepdim)), this);

        /// <summary>Whether all elements are true (not zero).</summary>
        public Tensor all() => Own(Native.levee_all(Handle), this);

        /// <summary>Whether all elements along one dimension are true (not zero).</summary>
        public Tensor all(long dim, bool keepdim = false) => Own(Native.levee_all_dim(Handle, dim, Flag(keepdim)), this);

        /// <summary>Whether any element is true (not zero).</summary>
        public Tensor any() => Own(Native.levee_any(Handle), this);

        /// <summary>Whether any element along one dimension is true (not zero).</summary>
        public Tensor any(long dim, bool keepdim = false) => Own(Native.levee_any_dim(Handle, dim, Flag(keepdim)), this);

        /// <summary>Running sum along one dimension.</summary>
        public Tensor cumsum(long dim, ScalarType? type = null) => Own(Native.levee_cumsum(Handle, dim, Code(type)), this);

        /// <summary>Logarithm of the sum of exponentials over one dimension, without overflow.</summary>
        public Tensor logsumexp(long dim, bool keepdim = false) => Own(Native.levee_logsumexp(Handle, dim, Flag(keepdim)), this);

        /// <summary>Norm of all elements: the p-th root of the sum of p-th powers.</summary>
        public Tensor norm(float p = 2.0f) => Own(Native.levee_norm(Handle, p), this);

        /// <summary>Norm over one dimension: the p-th root of the sum of p-th powers.</summary>
        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) =>
            Own(Native.levee_norm_dim(Handle, dim, Flag(keepdim), p), this);

        /// <summary>Product of all elements.</summary>
        public Tensor prod(ScalarType? type = null) => Own(Native.levee_prod(Handle, Code(type)), this);

        /// <summary>Product over one dimension.</summary>
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) =>
            Own(Native.levee_prod_dim(Handle, dim, Flag(keepdim), Code(type)), this);

        /// <summary>Number of elements that are not zero, over some dimensions (default: all).</summary>
        public Tensor count_nonzero(long[]? dims = null)
        {
            fixed (long* first = dims)
            {
                return Own(Native.levee_count_nonzero(Handle, first, dims?.Length ?? 0), this);
            }
        }

        /// <summary>The <paramref name="k"/> largest (or smallest) elements along one dimension, and their positions.</summary>
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            nint values, indexes;
            return Pair(Native.levee_topk(Handle, k, dim, Flag(largest), Flag(sorted), &values, &indexes), ref values, ref indexes);
        }

        /// <summary>Elements in order along one dimension, and where they came from; stable: equals keep their order.</summary>
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
        {
            nint values, indexes;
            return Pair(Native.levee_sort(Handle, dim, Flag(descending), Flag(stable), &values, &indexes), ref values, ref indexes);
        }

        /// <summary>Positions that would put the elements in order along one dimension.</summary>
        public Tensor argsort(long dim = -1, bool descending = false) => Own(Native.levee_argsort(Handle, dim, Flag(descending)), this);

        /// <summary>Exponentials divided by their sum along one dimension.</summary>
        public Tensor softmax(long dim, ScalarType? dtype = null) => Own(Native.levee_softmax(Handle, dim, Code(dtype)), this);

        /// <summary>Logarithm of <see cref="softmax"/>, computed without underflow.</summary>
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Own(Native.levee_log_softmax(Handle, dim, Code(dtype)), this);

        internal static int Flag(bool value) => value ? 1 : 0;

        internal static int Code(ScalarType? type) => type.HasValue ? (int)type.GetValueOrDefault() : NativeOptions.Unset;

        internal Tensor Sum(ReadOnlySpan<long> dimensions, bool keepdim, ScalarType? type)
        {
            fixed (long* first = dimensions)
            {
                return Own(Native.levee_sum_dims(Handle, first, dimensions.Length, Flag(keepdim), Code(type)), this);
            }
        }

        private (Tensor First, Tensor Second) Pair(int status, ref nint first, ref nint second)
        {
            NativeError.Check(status);
            GC.KeepAlive(this);
            return (new Tensor(first), new Tensor(second));
        }
    }
}
