using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// An n-dimensional array of numbers on some device: a handle to a libtorch tensor. Operations return new tensors that the innermost
    /// <see cref="DisposeScope"/> of the calling thread frees; outside every scope, dispose them, or the garbage collector will in its
    /// own time. Operations whose names end in an underscore change the tensor and return it.
    /// </summary>
    /// <remarks>
    /// Failures: <see cref="ExternalException"/> with libtorch's message; <see cref="ObjectDisposedException"/> for a disposed tensor;
    /// <see cref="ArgumentNullException"/> for null. One tensor must not be disposed while another thread still computes with it.
    /// </remarks>
    public sealed partial class Tensor : IDisposable
    {
        private static long totalCount;

        private nint handle;

        internal Tensor(nint handle)
        {
            this.handle = handle;
            Interlocked.Increment(ref totalCount);
            DisposeScope.Current?.Add(this);
        }

        private Tensor() => GC.SuppressFinalize(this);

        /// <summary>Frees the native tensor if nothing else did.</summary>
        ~Tensor() => Release();

        /// <summary>Number of tensor handles alive in the process: for tests that nothing leaks.</summary>
        public static long TotalCount => Interlocked.Read(ref totalCount);

        /// <summary>Whether the tensor was disposed (or stands for an absent gradient).</summary>
        public bool IsInvalid => handle == 0;

        /// <summary>Address of the native <c>at::Tensor</c>.</summary>
        /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
        public nint Handle => handle != 0 ? handle : throw Disposed();

        internal DisposeScope? Scope { get; set; }

        internal int Slot { get; set; }

        /// <summary>Takes over a native <c>at::Tensor*</c>; the new tensor frees it.</summary>
        public static Tensor UnsafeCreateTensor(nint handle) => new(handle);

        /// <summary>Frees the native tensor now. A second call does nothing.</summary>
        public void Dispose()
        {
            Scope?.Forget(this);
            Release();
            GC.SuppressFinalize(this);
        }

        /// <summary>Hands the tensor to the scope outside its own and returns it.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            Scope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of scopes altogether and returns it: its owner disposes it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            Scope?.Detach(this);
            return this;
        }

        /// <summary>Native handle of an argument.</summary>
        internal static nint In(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string? name = null)
        {
            ArgumentNullException.ThrowIfNull(tensor, name);
            return tensor.Handle;
        }

        /// <summary>Native handle of an argument that may be absent.</summary>
        internal static nint Optional(Tensor? tensor) => tensor is null ? 0 : tensor.Handle;

        /// <summary>Wraps a native result, or throws. Naming the operands keeps them alive until the native call is over.</summary>
        internal static Tensor Own(nint result, Tensor? a = null, Tensor? b = null, Tensor? c = null)
        {
            GC.KeepAlive(a);
            GC.KeepAlive(b);
            GC.KeepAlive(c);
            return result != 0 ? new Tensor(result) : throw NativeError.Last();
        }

        /// <summary>Returns the tensor that an in-place call changed, or throws.</summary>
        internal static Tensor InPlace(int status, Tensor self, Tensor? a = null, Tensor? b = null)
        {
            GC.KeepAlive(self);
            GC.KeepAlive(a);
            GC.KeepAlive(b);
            return status >= 0 ? self : throw NativeError.Last();
        }

        /// <summary>Stands for a tensor that does not exist, such as the gradient of an unused input.</summary>
        internal static Tensor Absent() => new();

        private static ObjectDisposedException Disposed() => new(nameof(Tensor), "The tensor was disposed.");

        private void Release()
        {
            var released = Interlocked.Exchange(ref handle, 0);
            if (released != 0)
            {
                Interlocked.Decrement(ref totalCount);
                Native.levee_free(released);
            }
        }
    }
}

/// <summary>Handles of several tensors as one native array.</summary>
internal static class TensorList
{
    internal static nint[] In(IList<torch.Tensor> tensors, string name)
    {
        ArgumentNullException.ThrowIfNull(tensors, name);
        var handles = new nint[tensors.Count];
        for (var i = 0; i < handles.Length; i++)
        {
            handles[i] = torch.Tensor.In(tensors[i], name);
        }

        return handles;
    }

    /// <summary>Like <see cref="In"/>, but a missing list is empty and a missing tensor is a null handle.</summary>
    internal static nint[] Optional(IList<torch.Tensor>? tensors) => tensors is null ? [] : [.. tensors.Select(torch.Tensor.Optional)];

    internal static torch.Tensor[] Own(nint[] handles, int count)
    {
        var tensors = new torch.Tensor[count];
        for (var i = 0; i < count; i++)
        {
            tensors[i] = handles[i] != 0 ? new torch.Tensor(handles[i]) : torch.Tensor.Absent();
        }

        return tensors;
    }
}
