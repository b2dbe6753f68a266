namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>Whether operations on the tensor are recorded, so that gradients can flow to it.</summary>
        public bool requires_grad
        {
            get
            {
                var result = Native.levee_requires_grad(Handle);
                GC.KeepAlive(this);
                return result != 0;
            }

            set => InPlace(Native.levee_set_requires_grad(Handle, Flag(value)), this);
        }

        /// <summary>Whether the tensor was made by the user rather than by a recorded operation.</summary>
        public bool is_leaf
        {
            get
            {
                var result = Native.levee_is_leaf(Handle);
                GC.KeepAlive(this);
                return result != 0;
            }
        }

        /// <summary>
        /// The gradient that backward accumulated into this leaf; null where there is none. Every read gives a new handle on the same
        /// numbers. Set it to null to clear it.
        /// </summary>
        public Tensor? grad
        {
            get
            {
                nint gradient;
                unsafe
                {
                    NativeError.Check(Native.levee_grad(Handle, &gradient));
                }

                GC.KeepAlive(this);
                return gradient == 0 ? null : new Tensor(gradient);
            }

            set => InPlace(Native.levee_set_grad(Handle, Optional(value)), this, value);
        }

        /// <summary>In place: whether operations on the tensor are recorded.</summary>
        public Tensor requires_grad_(bool requires_grad = true) =>
            InPlace(Native.levee_set_requires_grad(Handle, Flag(requires_grad)), this);

        /// <summary>Keeps the gradient of a tensor that is no leaf, so that <see cref="grad"/> has it after backward.</summary>
        public void retain_grad() => InPlace(Native.levee_retain_grad(Handle), this);

        /// <summary>The same numbers outside the record: no gradient flows through the result.</summary>
        public Tensor detach() => Own(Native.levee_detach(Handle), this);

        /// <summary>In place: cuts the tensor off from what made it.</summary>
        public Tensor detach_() => InPlace(Native.levee_detach_(Handle), this);

        /// <summary>Adds the gradients of this one number to <see cref="grad"/> of the leaves it was made of.</summary>
        public void backward() => autograd.backward([this]);

        /// <summary>
        /// Adds the gradients of this tensor, weighted by <paramref name="grad_tensors"/>, to <see cref="grad"/> of the leaves it was
        /// made of.
        /// </summary>
        /// <param name="grad_tensors">One tensor of this tensor's shape; may be missing where this is one number.</param>
        /// <param name="retain_graph">Whether the record is kept for another backward.</param>
        /// <param name="create_graph">Whether the gradients are themselves recorded.</param>
        /// <param name="inputs">The leaves that receive gradients (default: all).</param>
        public void backward(
            IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }
}
