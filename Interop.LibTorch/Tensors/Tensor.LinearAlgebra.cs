using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>Product of two matrices.</summary>
        public Tensor mm(Tensor target) => Call("mm", this, target);

        /// <summary>Products of two batches of matrices.</summary>
        public Tensor bmm(Tensor batch2) => Call("bmm", this, batch2);

        /// <summary><paramref name="beta"/> times this plus <paramref name="alpha"/> times the product of two matrices.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Call("addmm", this, mat1, mat2, beta, alpha);

        /// <summary>In place: <paramref name="beta"/> times this plus <paramref name="alpha"/> times the product of two matrices.</summary>
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Change("addmm_", this, mat1, mat2, beta, alpha);
    }
}
