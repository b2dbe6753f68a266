namespace TorchSharp;

public static partial class torch
{
    /// <summary>Sum of all elements.</summary>
    public static Tensor sum(Tensor input, ScalarType? type = null) => Tensor.Valid(input).sum(type);

    /// <summary>Sum over some dimensions.</summary>
    public static Tensor sum(Tensor input, ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
        Tensor.Valid(input).Sum(dim, keepdim, type);

    /// <summary>Sum over one dimension.</summary>
    public static Tensor sum(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) =>
        Tensor.Valid(input).sum(dim, keepdim, type);

    /// <summary>Mean of all elements.</summary>
    public static Tensor mean(Tensor input) => Tensor.Valid(input).mean();

    /// <summary>Mean over some dimensions.</summary>
    public static Tensor mean(Tensor input, long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
        Tensor.Valid(input).mean(dimensions, keepdim, type);

    /// <summary>Standard deviation of all elements.</summary>
    public static Tensor std(Tensor input, bool unbiased = true) => Tensor.Valid(input).std(unbiased);

    /// <summary>Variance of all elements.</summary>
    public static Tensor var(Tensor input, bool unbiased = true) => Tensor.Valid(input).var(unbiased);

    /// <summary>Largest element over some dimensions.</summary>
    public static Tensor amax(Tensor input, long[] dims, bool keepdim = false) => Tensor.Valid(input).amax(dims, keepdim);

    /// <summary>Smallest element over some dimensions.</summary>
    public static Tensor amin(Tensor input, long[] dims, bool keepdim = false) => Tensor.Valid(input).amin(dims, keepdim);

    /// <summary>Largest element of all.</summary>
    public static Tensor max(Tensor input) => Tensor.Valid(input).max();

    /// <summary>The larger element of two tensors.</summary>
    public static Tensor max(Tensor input, Tensor other) => maximum(input, other);

    /// <summary>Largest element over one dimension, and its position.</summary>
    public static (Tensor values, Tensor indexes) max(Tensor input, long dim, bool keepdim = false) =>
        Tensor.Valid(input).max(dim, keepdim);

    /// <summary>Smallest element of all.</summary>
    public static Tensor min(Tensor input) => Tensor.Valid(input).min();

    /// <summary>The smaller element of two tensors.</summary>
    public static Tensor min(Tensor input, Tensor other) => minimum(input, other);

    /// <summary>Smallest element over one dimension, and its position.</summary>
    public static (Tensor values, Tensor indexes) min(Tensor input, long dim, bool keepdim = false) =>
        Tensor.Valid(input).min(dim, keepdim);

    /// <summary>Position of the largest element in the flattened tensor.</summary>
    public static Tensor argmax(Tensor input) => Tensor.Valid(input).argmax();

    /// <summary>Position of the largest element along one dimension.</summary>
    public static Tensor argmax(Tensor input, long dim, bool keepdim = false) => Tensor.Valid(input).argmax(dim, keepdim);

    /// <summary>Whether all elements are true (not zero).</summary>
    public static Tensor all(Tensor input) => Tensor.Valid(input).all();

    /// <summary>Whether any element is true (not zero).</summary>
    public static Tensor any(Tensor input) => Tensor.Valid(input).any();

    /// <summary>Running sum along one dimension.</summary>
    public static Tensor cumsum(Tensor input, long dim, ScalarType? type = null) => Tensor.Valid(input).cumsum(dim, type);

    /// <summary>Logarithm of the sum of exponentials over one dimension, without overflow.</summary>
    public static Tensor logsumexp(Tensor input, long dim, bool keepdim = false) => Tensor.Valid(input).logsumexp(dim, keepdim);

    /// <summary>Norm of all elements.</summary>
    public static Tensor norm(Tensor input, float p = 2.0f) => Tensor.Valid(input).norm(p);

    /// <summary>Product of all elements.</summary>
    public static Tensor prod(Tensor input, ScalarType? type = null) => Tensor.Valid(input).prod(type);

    /// <summary>Number of elements that are not zero, over some dimensions (default: all).</summary>
    public static Tensor count_nonzero(Tensor input, long[]? dims = null) => Tensor.Valid(input).count_nonzero(dims);

    /// <summary>The <paramref name="k"/> largest (or smallest) elements along one dimension, and their positions.</summary>
    public static (Tensor values, Tensor indices) topk(Tensor tensor, int k, int dim = -1, bool largest = true, bool sorted = true) =>
        Tensor.Valid(tensor).topk(k, dim, largest, sorted);

    /// <summary>Elements in order along one dimension, and where they came from.</summary>
    public static (Tensor values, Tensor indices) sort(Tensor input, long dim = -1, bool descending = false, bool stable = false) =>
        Tensor.Valid(input).sort(dim, descending, stable);

    /// <summary>Positions that would put the elements in order along one dimension.</summary>
    public static Tensor argsort(Tensor input, long dim = -1, bool descending = false) => Tensor.Valid(input).argsort(dim, descending);

    /// <summary>Exponentials divided by their sum along one dimension.</summary>
    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => Tensor.Valid(input).softmax(dim, dtype);

    /// <summary>
    /// Where each value would go in the last dimension of a sorted tensor so that it stays sorted: int64 positions, the first such one,
    /// or the last where <paramref name="right"/> is true.
    /// </summary>
    /// <param name="sorted_sequence">
    /// Ascending along its last dimension, or so once taken in the order of <paramref name="sorter"/>.
    /// </param>
    /// <param name="values">Of the same leading dimensions; anything where the sequence is a vector.</param>
    /// <param name="out_int32">Whether the positions are int32.</param>
    /// <param name="right">Whether a value goes after its equals.</param>
    /// <param name="sorter">Positions that put the sequence in order, as <see cref="argsort"/> gives them.</param>
    public static Tensor searchsorted(
        Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor? sorter = null) =>
        Tensor.Own(
            Native.levee_searchsorted(
                Tensor.In(sorted_sequence), Tensor.In(values), Tensor.Flag(out_int32), Tensor.Flag(right), Tensor.Optional(sorter)),
            sorted_sequence,
            values,
            sorter);
}
