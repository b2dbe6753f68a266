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
        Assert.True(actual.allclose(expected, tolerance, tolerance, equal_nan: true), $"{what}: {actual}, expected {expected}");
    }
}
