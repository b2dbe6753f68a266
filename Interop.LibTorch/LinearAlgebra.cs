using System.Text;

namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>Matrix product of the last two dimensions, the others broadcast; vectors count as rows or columns.</summary>
        public Tensor matmul(Tensor target) => Own(Native.levee_matmul(Handle, In(target)), this, target);

        /// <summary>Product of two matrices.</summary>
        public Tensor mm(Tensor target) => Own(Native.levee_mm(Handle, In(target)), this, target);

        /// <summary>Products of two batches of matrices.</summary>
        public Tensor bmm(Tensor batch2) => Own(Native.levee_bmm(Handle, In(batch2)), this, batch2);

        /// <summary><paramref name="beta"/> times this plus <paramref name="alpha"/> times the product of two matrices.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Own(Native.levee_addmm(Handle, In(mat1), In(mat2), beta, alpha), this, mat1, mat2);

        /// <summary>In place: <paramref name="beta"/> times this plus <paramref name="alpha"/> times the product of two matrices.</summary>
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            InPlace(Native.levee_addmm_(Handle, In(mat1), In(mat2), beta, alpha), this, mat1, mat2);

        /// <summary>Scalar product of two vectors.</summary>
        public Tensor dot(Tensor target) => Own(Native.levee_dot(Handle, In(target)), this, target);

        /// <summary>Products of each element of this vector with each element of another.</summary>
        public Tensor outer(Tensor vec2) => Own(Native.levee_outer(Handle, In(vec2)), this, vec2);
    }

    /// <summary>Matrix product of the last two dimensions, the others broadcast.</summary>
    public static Tensor matmul(Tensor input, Tensor target) => Tensor.Valid(input).matmul(target);

    /// <summary>Product of two matrices.</summary>
    public static Tensor mm(Tensor input, Tensor target) => Tensor.Valid(input).mm(target);

    /// <summary>Products of two batches of matrices.</summary>
    public static Tensor bmm(Tensor input, Tensor batch2) => Tensor.Valid(input).bmm(batch2);

    /// <summary>
    /// <paramref name="beta"/> times <paramref name="input"/> plus <paramref name="alpha"/> times the product of two matrices.
    /// </summary>
    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) =>
        Tensor.Valid(input).addmm(mat1, mat2, beta, alpha);

    /// <summary>Scalar product of two vectors.</summary>
    public static Tensor dot(Tensor input, Tensor other) => Tensor.Valid(input).dot(other);

    /// <summary>Products of each element of one vector with each element of another.</summary>
    public static Tensor outer(Tensor input, Tensor vec2) => Tensor.Valid(input).outer(vec2);

    /// <summary>Sum of products over named dimensions, in Einstein's notation, such as <c>bij,bjk->bik</c>.</summary>
    public static unsafe Tensor einsum(string equation, params Tensor[] tensors)
    {
        ArgumentNullException.ThrowIfNull(equation);
        var handles = TensorList.In(tensors, nameof(tensors));
        fixed (byte* text = Encoding.UTF8.GetBytes(equation + '\0'))
        fixed (nint* first = handles)
        {
            var result = Native.levee_einsum(text, first, handles.Length);
            GC.KeepAlive(tensors);
            return Tensor.Own(result);
        }
    }
}
