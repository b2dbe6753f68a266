using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [DllImport(Library)]
    internal static extern nint levee_matmul(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_mm(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_bmm(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_addmm(nint self, nint matrix1, nint matrix2, double beta, double alpha);

    [DllImport(Library)]
    internal static extern int levee_addmm_(nint self, nint matrix1, nint matrix2, double beta, double alpha);

    [DllImport(Library)]
    internal static extern nint levee_dot(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_outer(nint self, nint other);

    [DllImport(Library)]
    internal static extern nint levee_einsum(byte* equation, nint* tensors, int count);

    [DllImport(Library)]
    internal static extern nint levee_linear(nint input, nint weight, nint bias);

    [DllImport(Library)]
    internal static extern nint levee_scaled_dot_product_attention(nint query, nint key, nint value, nint mask, double dropout, int causal);
}
