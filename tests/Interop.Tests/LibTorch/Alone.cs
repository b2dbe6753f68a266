namespace Levee.Interop.LibTorch.Tests;

/// <summary>Tests that count the live tensors of the process, and so run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>The number of live tensors once what earlier tests dropped has been finalised.</summary>
internal static class Settled
{
    internal static long TensorCount()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return TorchSharp.torch.Tensor.TotalCount;
    }
}
