using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    public sealed unsafe partial class Tensor
    {
        /// <summary>True when operations on the tensor are recorded, so that gradients can flow to it.</summary>
        public bool requires_grad
        {
            get
            {
                var result = Native.levee_requires_grad(Handle);
                GC.KeepAlive(this);
                return result != 0;
            }

            set => requires_grad_(value);
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
                NativeError.Check(Native.levee_grad(Handle, &gradient));
                GC.KeepAlive(this);
                return gradient == 0 ? null : new Tensor(gradient);
            }

            set
            {
                NativeError.Check(Native.levee_set_grad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(this);
                GC.KeepAlive(value);
            }
        }

        /// <summary>In place: whether operations on the tensor are recorded.</summary>
        public Tensor requires_grad_(bool requires_grad = true)
        {
            NativeError.Check(Native.levee_set_requires_grad(Handle, requires_grad ? 1 : 0));
            return this;
        }

        /// <summary>The tensor's numbers outside the record: no gradient flows through the result.</summary>
        public Tensor detach() => Call("detach", this);

        /// <summary>Adds the gradients of this one number to <see cref="grad"/> of the leaves it was made of.</summary>
        public void backward() => Backward([this], null, false, false, null);

        /// <summary>
        /// Adds the gradients of this tensor, weighted by <paramref name="grad_tensors"/>, to <see cref="grad"/> of the leaves it was
        /// made of.
        /// </summary>
        /// <param name="grad_tensors">One tensor of this tensor's shape; may be missing where this is one number.</param>
        /// <param name="retain_graph">True when the record is kept for another backward.</param>
        /// <param name="create_graph">True when the gradients are themselves recorded.</param>
        /// <param name="inputs">The leaves that receive gradients (default: all).</param>
        public void backward(
            IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            Backward([this], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>Adds the gradients of some tensors to <see cref="grad"/> of the leaves they were made of.</summary>
        internal static void Backward(
            IList<Tensor> tensors, IList<Tensor>? weights, bool retainGraph, bool createGraph, IList<Tensor>? inputs)
        {
            var handles = HandlesOf(tensors, nameof(tensors));
            nint[] weightHandles = weights is null ? [] : [.. weights.Select(weight => weight is null ? 0 : weight.Handle)];
            nint[] inputHandles = inputs is null ? [] : HandlesOf(inputs, nameof(inputs));
            int status;
            fixed (nint* first = handles)
            fixed (nint* firstWeight = weightHandles)
            fixed (nint* firstInput = inputHandles)
            {
                status = Native.levee_backward(
                    first,
                    handles.Length,
                    firstWeight,
                    weightHandles.Length,
                    retainGraph || createGraph ? 1 : 0,
                    createGraph ? 1 : 0,
                    firstInput,
                    inputHandles.Length);
            }

            GC.KeepAlive(tensors);
            GC.KeepAlive(weights);
            GC.KeepAlive(inputs);
            NativeError.Check(status);
        }

        private static nint[] HandlesOf(IList<Tensor> tensors, string name) => [.. tensors.Select(tensor => In(tensor, name))];
    }
}
