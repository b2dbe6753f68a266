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

        /// <summary>Frees the native tensor if nothing else did.</summary>
        ~Tensor() => Release();

        /// <summary>Number of tensor handles alive in the process: for tests that nothing leaks.</summary>
        public static long TotalCount => Interlocked.Read(ref totalCount);

        /// <summary>True when the tensor was disposed.</summary>
        internal bool IsInvalid => handle == 0;

        /// <summary>Address of the native <c>at::Tensor</c>.</summary>
        /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
        internal nint Handle => handle != 0 ? handle : throw Disposed();

        internal DisposeScope? Scope { get; set; }

        internal int Slot { get; set; }

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

        /// <summary>Wraps a native result, or throws. Naming the operands keeps them alive until the native call is over.</summary>
        internal static Tensor Own(nint result, Tensor? a = null, Tensor? b = null, Tensor? c = null)
        {
            GC.KeepAlive(a);
            GC.KeepAlive(b);
            GC.KeepAlive(c);
            return result != 0 ? new Tensor(result) : throw NativeError.Last();
        }

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
