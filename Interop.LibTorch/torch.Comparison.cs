namespace TorchSharp;

public static partial class torch
{
    /// <summary>Where each element is equal to the other tensor's, as booleans.</summary>
    public static Tensor eq(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_eq(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Where each element differs from the other tensor's, as booleans.</summary>
    public static Tensor ne(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_ne(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Where each element is below the other tensor's, as booleans.</summary>
    public static Tensor lt(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_lt(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Where each element is not above the other tensor's, as booleans.</summary>
    public static Tensor le(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_le(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Where each element is above the other tensor's, as booleans.</summary>
    public static Tensor gt(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_gt(Tensor.In(left), Tensor.In(right)), left, right);

    /// <summary>Where each element is not below the other tensor's, as booleans.</summary>
    public static Tensor ge(Tensor left, Tensor right) =>
        Tensor.Own(Native.levee_ge(Tensor.In(left), Tensor.In(right)), left, right);
}
