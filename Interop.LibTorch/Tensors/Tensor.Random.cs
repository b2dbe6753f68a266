using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>In place: numbers from a normal distribution, drawn by <paramref name="generator"/> (default: libtorch's own).</summary>
        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) =>
            Change("normal_", this, mean, std, generator);

        /// <summary>In place: uniform numbers in [<paramref name="from"/>, <paramref name="to"/>), drawn by <paramref name="generator"/> (default: libtorch's own).</summary>
        public Tensor uniform_(double from, double to, Generator? generator = null) =>
            Change("uniform_", this, from, to, generator);
    }
}
