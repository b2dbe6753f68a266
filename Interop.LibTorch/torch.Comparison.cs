namespace TorchSharp;

public static partial class torch
{
    /// <summary>Where each element is equal to the other tensor's, as booleans.</summary>
    public static Tensor eq(Tensor input, Tensor other) =>
        Tensor.Own(Native.levee_eq(Tensor.In(input), Tensor.In(other)), input, other);

    /// <summary>Where each element is equal to a number, as booleans.</summary>
    public static Tensor eq(Tensor input, Scalar other) => Tensor.Valid(input).eq(other);

    /// <summary>Where each element differs from the other tensor's, as booleans.</summary>
    public static Tensor ne(Tensor input, Tensor other) =>
        Tensor.Own(Native.levee_ne(Tensor.In(input), Tensor.In(other)), input, other);

    /// <summary>Where each element differs from a number, as booleans.</summary>
    public static Tensor ne(Tensor input, Scalar other) => Tensor.Valid(input).ne(other);

    /// <summary>Where each element is below the other tensor's, as booleans.</summary>
    public static Tensor lt(Tensor input, Tensor other) =>
        Tensor.Own(Native.levee_lt(Tensor.In(input), Tensor.In(other)), input, other);

    /// <summary>Where each element is below a number, as booleans.</summary>
    public static Tensor lt(Tensor input, Scalar other) => Tensor.Valid(input).lt(other);

    /// <summary>Where each element is not above the other tensor's, as booleans.</summary>
    public static Tensor le(Tensor input, Tensor other) =>
        Tensor.Own(Native.levee_le(Tensor.In(input), Tensor.In(other)), input, other);

    /// <summary>Where each element is not above a number, as booleans.</summary>
    public static Tensor le(Tensor input, Scalar other) => Tensor.Valid(input).le(other);

    /// <summary>Where each element is above the other tensor's, as booleans.</summary>
    public static Tensor gt(Tensor input, Tensor other) =>
        Tensor.Own(Native.levee_gt(Tensor.In(input), Tensor.In(other)), input, other);

    /// <summary>Where each element is above a number, as booleans.</summary>
    public static Tensor gt(Tensor input, Scalar other) => Tensor.Valid(input).gt(other);

    /// <summary>Where each element is not below the other tensor's, as booleans.</summary>
    public static Tensor ge(Tensor input, Tensor other) =>
        Tensor.Own(Native.levee_ge(Tensor.In(input), Tensor.In(other)), input, other);

    /// <summary>Where each element is not below a number, as booleans.</summary>
    public static Tensor ge(Tensor input, Scalar other) => Tensor.Valid(input).ge(other);
}
