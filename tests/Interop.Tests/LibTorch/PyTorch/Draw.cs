using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>Random shapes and tensors, the same for the same seed.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random random = new(seed);
    private readonly torch.Generator generator = new((ulong)seed);

    /// <summary>An integer in [low, high].</summary>
    internal int Number(int low, int high) => random.Next(low, high + 1);

    /// <summary>A shape of 1 to 3 dimensions of size 1 to 4.</summary>
    internal long[] Shape() => Shape(Number(1, 3));

    internal long[] Shape(int dimensions) => [.. Enumerable.Range(0, dimensions).Select(_ => (long)Number(1, 4))];

    /// <summary>A shape that broadcasts against another: some sizes are 1, some leading dimensions are missing.</summary>
    internal long[] Broadcastable(long[] shape) =>
        [.. shape.Select(size => Number(0, 2) == 0 ? 1 : size).Skip(Number(0, shape.Length - 1))];

    internal Tensor Real(params long[] shape) => torch.empty(shape, torch.float64).normal_(generator: generator);

    internal Tensor Single(params long[] shape) => torch.empty(shape).normal_(generator: generator);

    /// <summary>Numbers in [0.5, 3), away from every singularity at zero.</summary>
    internal Tensor Positive(params long[] shape) => torch.empty(shape, torch.float64).uniform_(0.5, 3.0, generator);

    internal Tensor Mask(params long[] shape) => torch.empty(shape).uniform_(0.0, 1.0, generator).gt(0.4f);

    /// <summary>Integers in [low, high).</summary>
    internal Tensor Integers(long low, long high, params long[] shape)
    {
        var count = (int)shape.Aggregate(1L, (product, size) => product * size);
        return torch.tensor([.. Enumerable.Range(0, count).Select(_ => random.NextInt64(low, high))], shape);
    }

    internal Tensor Permutation(int count)
    {
        var order = Enumerable.Range(0, count).Select(i => (long)i).ToArray();
        random.Shuffle(order);
        return torch.tensor(order);
    }
}
