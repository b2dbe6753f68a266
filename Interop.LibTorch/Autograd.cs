namespace TorchSharp;

public static partial class torch
{
    /// <summary>Gradients.</summary>
    public static partial class autograd
    {
        /// <summary>Gradients of the sum of some outputs with respect to some inputs, without touching anyone's <c>grad</c>.</summary>
        /// <param name="outputs">What is differentiated.</param>
        /// <param name="inputs">With respect to what.</param>
        /// <param name="grad_outputs">Weights of the outputs, of their shapes; may be missing where every output is one number.</param>
        /// <param name="retain_graph">Whether the record is kept for another pass; implied by <paramref name="create_graph"/>.</param>
        /// <param name="create_graph">Whether the gradients are themselves recorded.</param>
        /// <param name="allow_unused">Whether an input may have no part in the outputs; its gradient is then an invalid tensor.</param>
        /// <returns>One gradient an input, in order.</returns>
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs,
            IList<Tensor> inputs,
            IList<Tensor>? grad_outputs = null,
            bool retain_graph = false,
            bool create_graph = false,
            bool allow_unused = false)
        {
            var outputHandles = TensorList.In(outputs, nameof(outputs));
            var inputHandles = TensorList.In(inputs, nameof(inputs));
            var weightHandles = TensorList.Optional(grad_outputs);
            var results = new nint[inputHandles.Length];
            int count;
            fixed (nint* firstOutput = outputHandles)
            fixed (nint* firstInput = inputHandles)
            fixed (nint* firstWeight = weightHandles)
            fixed (nint* firstResult = results)
            {
                count = Native.levee_autograd_grad(
                    firstOutput,
                    outputHandles.Length,
                    firstInput,
                    inputHandles.Length,
                    firstWeight,
                    weightHandles.Length,
                    Tensor.Flag(retain_graph || create_graph),
                    Tensor.Flag(create_graph),
                    Tensor.Flag(allow_unused),
                    firstResult);
            }

            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            return TensorList.Own(results, NativeError.Check(count));
        }

        /// <summary>Adds the gradients of some tensors to <c>grad</c> of the leaves they were made of.</summary>
        /// <param name="tensors">What is differentiated.</param>
        /// <param name="grad_tensors">Weights of the tensors, of their shapes; may be missing where every tensor is one number.</param>
        /// <param name="retain_graph">Whether the record is kept for another pass (default: <paramref name="create_graph"/>).</param>
        /// <param name="create_graph">Whether the gradients are themselves recorded.</param>
        /// <param name="inputs">The leaves that receive gradients (default: all).</param>
        public static unsafe void backward(
            IList<Tensor> tensors,
            IList<Tensor>? grad_tensors = null,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor>? inputs = null)
        {
            var handles = TensorList.In(tensors, nameof(tensors));
            var weightHandles = TensorList.Optional(grad_tensors);
            var inputHandles = inputs is null ? [] : TensorList.In(inputs, nameof(inputs));
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
                    Tensor.Flag((retain_graph ?? false) || create_graph),
                    Tensor.Flag(create_graph),
                    firstInput,
                    inputHandles.Length);
            }

            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
            NativeError.Check(status);
        }

        /// <summary>Adds the gradients of one tensor to <c>grad</c> of the leaves it was made of.</summary>
        public static void backward(
            Tensor tensor,
            IList<Tensor>? grad_tensors = null,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor>? inputs = null) => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>
        /// Adds the gradients of one tensor, weighted by another of its shape, to <c>grad</c> of the leaves it was made of.
        /// </summary>
        public static void backward(
            Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);
    }
}
