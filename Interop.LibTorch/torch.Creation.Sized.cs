namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor of zeros of this size; its type is float32 where none is given.</summary>
    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Zeros(size, dtype, device, requires_grad);

    /// <summary>A tensor of zeros with one dimension; its type is float32 where none is given.</summary>
    public static Tensor zeros(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Zeros([size], dtype, device, requires_grad);

    /// <summary>A tensor of zeros with two dimensions; its type is float32 where none is given.</summary>
    public static Tensor zeros(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Zeros([rows, columns], dtype, device, requires_grad);

    /// <summary>A tensor of zeros with three dimensions; its type is float32 where none is given.</summary>
    public static Tensor zeros(
        long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Zeros([dim0, dim1, dim2], dtype, device, requires_grad);

    /// <summary>A tensor of zeros with four dimensions; its type is float32 where none is given.</summary>
    public static Tensor zeros(
        long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Zeros([dim0, dim1, dim2, dim3], dtype, device, requires_grad);

    /// <summary>A tensor of ones of this size; its type is float32 where none is given.</summary>
    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ones(size, dtype, device, requires_grad);

    /// <summary>A tensor of ones with one dimension; its type is float32 where none is given.</summary>
    public static Tensor ones(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ones([size], dtype, device, requires_grad);

    /// <summary>A tensor of ones with two dimensions; its type is float32 where none is given.</summary>
    public static Tensor ones(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ones([rows, columns], dtype, device, requires_grad);

    /// <summary>A tensor of ones with three dimensions; its type is float32 where none is given.</summary>
    public static Tensor ones(
        long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ones([dim0, dim1, dim2], dtype, device, requires_grad);

    /// <summary>A tensor of ones with four dimensions; its type is float32 where none is given.</summary>
    public static Tensor ones(
        long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ones([dim0, dim1, dim2, dim3], dtype, device, requires_grad);

    /// <summary>A tensor whose content is undefined of this size; its type is float32 where none is given.</summary>
    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Empty(size, dtype, device, requires_grad);

    /// <summary>A tensor whose content is undefined with one dimension; its type is float32 where none is given.</summary>
    public static Tensor empty(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Empty([size], dtype, device, requires_grad);

    /// <summary>A tensor whose content is undefined with two dimensions; its type is float32 where none is given.</summary>
    public static Tensor empty(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Empty([rows, columns], dtype, device, requires_grad);

    /// <summary>A tensor whose content is undefined with three dimensions; its type is float32 where none is given.</summary>
    public static Tensor empty(
        long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Empty([dim0, dim1, dim2], dtype, device, requires_grad);

    /// <summary>A tensor whose content is undefined with four dimensions; its type is float32 where none is given.</summary>
    public static Tensor empty(
        long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Empty([dim0, dim1, dim2, dim3], dtype, device, requires_grad);

    /// <summary>
    /// A tensor filled with one number, of this size; its type is int64 for a whole number and float32 for any other where none is
    /// given.
    /// </summary>
    public static Tensor full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Full(size, value, dtype, device, requires_grad);

    /// <summary>
    /// A tensor filled with one number, of this size; its type is int64 for a whole number and float32 for any other where none is
    /// given.
    /// </summary>
    public static Tensor full(
        ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Full(size, value, dtype, device, requires_grad);

    /// <summary>
    /// A tensor filled with one number, with one dimension; its type is int64 for a whole number and float32 for any other where none
    /// is given.
    /// </summary>
    public static Tensor full(long size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Full([size], value, dtype, device, requires_grad);

    /// <summary>
    /// A tensor filled with one number, with two dimensions; its type is int64 for a whole number and float32 for any other where none
    /// is given.
    /// </summary>
    public static Tensor full(
        long rows, long columns, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Full([rows, columns], value, dtype, device, requires_grad);

    /// <summary>
    /// A tensor filled with one number, with three dimensions; its type is int64 for a whole number and float32 for any other where
    /// none is given.
    /// </summary>
    public static Tensor full(
        long dim0, long dim1, long dim2, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Full([dim0, dim1, dim2], value, dtype, device, requires_grad);

    /// <summary>
    /// A tensor filled with one number, with four dimensions; its type is int64 for a whole number and float32 for any other where none
    /// is given.
    /// </summary>
    public static Tensor full(
        long dim0, long dim1, long dim2, long dim3, Scalar value,
        ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Full([dim0, dim1, dim2, dim3], value, dtype, device, requires_grad);
}
