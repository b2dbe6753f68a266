using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>Comparison of tensors: type and shape exactly, numbers within rounding of the element type.</summary>
internal static class Close
{
    internal static void Equal(Tensor expected, Tensor actual, string what)
    {
        var alike = expected.dtype == actual.dtype && expected.shape.SequenceEqual(actual.shape);
        Assert.True(alike, $"{what}: {actual}, expected {expected}");
        var tolerance = expected.dtype == torch.float32 ? 1e-5 : 1e-10;
        var pairs = Numbers(expected).Zip(Numbers(actual));
        Assert.True(pairs.All(pair => AreClose(pair.First, pair.Second, tolerance)), $"{what}: {actual}, expected {expected}");
    }

    internal static bool IsReal(this Tensor tensor) =>
        tensor.dtype is torch.ScalarType.Float64 or torch.ScalarType.Float32 or torch.ScalarType.BFloat16 or torch.ScalarType.Float16;

    private static double[] Numbers(Tensor tensor) => tensor.detach().to(torch.float64).data<double>().ToArray();

    private static bool AreClose(double expected, double actual, double tolerance) =>
        expected.Equals(actual) || Math.Abs(expected - actual) <= tolerance * (1 + Math.Abs(expected));
}
