namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor of uniform numbers in [0, 1) of this size, from <paramref name="generator"/> (default: libtorch's own).</summary>
    public static Tensor rand(
        long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Rand(size, dtype, device, requires_grad, generator);

    /// <summary>
    /// A tensor of uniform numbers in [0, 1) with one dimension, from <paramref name="generator"/> (default: libtorch's own).
    /// </summary>
    public static Tensor rand(
        long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Rand([size], dtype, device, requires_grad, generator);

    /// <summary>
    /// A tensor of uniform numbers in [0, 1) with two dimensions, from <paramref name="generator"/> (default: libtorch's own).
    /// </summary>
    public static Tensor rand(
        long rows, long columns,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Rand([rows, columns], dtype, device, requires_grad, generator);

    /// <summary>
    /// A tensor of uniform numbers in [0, 1) with three dimensions, from <paramref name="generator"/> (default: libtorch's own).
    /// </summary>
    public static Tensor rand(
        long dim0, long dim1, long dim2,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Rand([dim0, dim1, dim2], dtype, device, requires_grad, generator);

    /// <summary>
    /// A tensor of uniform numbers in [0, 1) with four dimensions, from <paramref name="generator"/> (default: libtorch's own).
    /// </summary>
    public static Tensor rand(
        long dim0, long dim1, long dim2, long dim3,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Rand([dim0, dim1, dim2, dim3], dtype, device, requires_grad, generator);

    /// <summary>A tensor of standard normal numbers of this size, from <paramref name="generator"/> (default: libtorch's own).</summary>
    public static Tensor randn(
        long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Randn(size, dtype, device, requires_grad, generator);

    /// <summary>
    /// A tensor of standard normal numbers with one dimension, from <paramref name="generator"/> (default: libtorch's own).
    /// </summary>
    public static Tensor randn(
        long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Randn([size], dtype, device, requires_grad, generator);

    /// <summary>
    /// A tensor of standard normal numbers with two dimensions, from <paramref name="generator"/> (default: libtorch's own).
    /// </summary>
    public static Tensor randn(
        long rows, long columns,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Randn([rows, columns], dtype, device, requires_grad, generator);

    /// <summary>
    /// A tensor of standard normal numbers with three dimensions, from <paramref name="generator"/> (default: libtorch's own).
    /// </summary>
    public static Tensor randn(
        long dim0, long dim1, long dim2,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Randn([dim0, dim1, dim2], dtype, device, requires_grad, generator);

    /// <summary>
    /// A tensor of standard normal numbers with four dimensions, from <paramref name="generator"/> (default: libtorch's own).
    /// </summary>
    public static Tensor randn(
        long dim0, long dim1, long dim2, long dim3,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Randn([dim0, dim1, dim2, dim3], dtype, device, requires_grad, generator);
}
