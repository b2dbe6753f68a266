using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A source of pseudo-random numbers with its own state. Two generators with equal seeds give equal numbers on the same kind of device.
    /// One generator must not be used by two threads at a time.
    /// </summary>
    public sealed class Generator : IDisposable
    {
        private nint handle;

        /// <summary>
        /// A generator that starts from <paramref name="seed"/>, for tensors on <paramref name="device"/> (default: the CPU).
        /// </summary>
        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            handle = NativeError.Check(Native.levee_generator_new(seed, (int)this.device.type, this.device.index));
        }

        /// <summary>Frees the native state if <see cref="Dispose"/> was not called.</summary>
        ~Generator() => Release();

        /// <summary>Device whose tensors this generator fills.</summary>
        public Device device { get; }

        /// <summary>Address of the native generator.</summary>
        /// <exception cref="ObjectDisposedException">The generator was disposed.</exception>
        public nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Generator));

        /// <summary>Starts again from <paramref name="seed"/>.</summary>
        public Generator manual_seed(long seed)
        {
            NativeError.Check(Native.levee_generator_seed(Handle, unchecked((ulong)seed)));
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>The seed that the generator started from.</summary>
        public long initial_seed()
        {
            var seed = Native.levee_generator_initial_seed(Handle);
            GC.KeepAlive(this);
            return unchecked((long)seed);
        }

        /// <summary>The whole state as a byte tensor: what a checkpoint keeps.</summary>
        public Tensor get_state()
        {
            var state = Tensor.Own(Native.levee_generator_get_state(Handle));
            GC.KeepAlive(this);
            return state;
        }

        /// <summary>Takes up a state that <see cref="get_state"/> gave.</summary>
        public void set_state(Tensor value)
        {
            NativeError.Check(Native.levee_generator_set_state(Handle, Tensor.In(value)));
            GC.KeepAlive(this);
            GC.KeepAlive(value);
        }

        /// <summary>Frees the native state now.</summary>
        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        internal static nint In(Generator? generator) => generator is null ? 0 : generator.Handle;

        private void Release()
        {
            var released = Interlocked.Exchange(ref handle, 0);
            if (released != 0)
            {
                Native.levee_generator_free(released);
            }
        }
    }
}
