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
            var owner = device ?? CPU;
            handle = NativeError.Check(Native.levee_generator_new(seed, (int)owner.type, owner.index));
        }

        /// <summary>Frees the native state if <see cref="Dispose"/> was not called.</summary>
        ~Generator() => Release();

        /// <summary>Address of the native generator.</summary>
        /// <exception cref="ObjectDisposedException">The generator was disposed.</exception>
        internal nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Generator));

        /// <summary>Frees the native state now.</summary>
        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

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
