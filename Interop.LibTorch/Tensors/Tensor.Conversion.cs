using static TorchSharp.Operation;

namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// The tensor with another element type; itself under a new handle where it has that type already, unless a copy is asked for.
        /// </summary>
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Converted(type, null, copy, disposeAfter, non_blocking);

        /// <summary>
        /// The tensor on another device; itself under a new handle where it is there already, unless a copy is asked for.
        /// </summary>
        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            ArgumentNullException.ThrowIfNull(device);
            return Converted(null, device, copy, disposeAfter, non_blocking);
        }

        /// <summary>The tensor with another element type on another device.</summary>
        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            ArgumentNullException.ThrowIfNull(device);
            return Converted(type, device, copy, disposeAfter, non_blocking);
        }

        /// <summary>The tensor in main memory.</summary>
        public Tensor cpu() => to(CPU);

        /// <summary>A copy with memory of its own; gradients flow through it.</summary>
        public Tensor clone() => Call("clone", this);

        private Tensor Converted(ScalarType? type, Device? device, bool copy, bool disposeAfter, bool nonBlocking)
        {
            var result = Call("to.dtype_layout", this, type, default, device, default, nonBlocking, copy);
            if (disposeAfter)
            {
                Dispose();
            }

            return result;
        }
    }
}

/// <summary>Readings of a tensor of one element as a .NET number, converted from whatever type it has.</summary>
public static class TensorExtensionMethods
{
    /// <summary>The only element as a single.</summary>
    public static float ToSingle(this torch.Tensor value) => (float)Present(value).ReadDouble();

    /// <summary>The only element as a double.</summary>
    public static double ToDouble(this torch.Tensor value) => Present(value).ReadDouble();

    /// <summary>The only element as a 64-bit integer; a fraction is cut off.</summary>
    public static long ToInt64(this torch.Tensor value) => Present(value).ReadInt64();

    /// <summary>True when the only element is not zero.</summary>
    public static bool ToBoolean(this torch.Tensor value) => Present(value).ReadDouble() != 0;

    private static torch.Tensor Present(torch.Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }
}
