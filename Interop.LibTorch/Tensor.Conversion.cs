namespace TorchSharp;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// The tensor with another element type; itself under a new handle where it has that type already, unless a copy is asked for.
        /// </summary>
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Converted(new NativeOptions(type, null), copy, disposeAfter, non_blocking);

        /// <summary>
        /// The tensor on another device; itself under a new handle where it is there already, unless a copy is asked for.
        /// </summary>
        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            ArgumentNullException.ThrowIfNull(device);
            return Converted(new NativeOptions(null, device), copy, disposeAfter, non_blocking);
        }

        /// <summary>The tensor on another device, given by its description.</summary>
        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(device), copy, disposeAfter, non_blocking);

        /// <summary>The tensor with another element type on another device.</summary>
        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            ArgumentNullException.ThrowIfNull(device);
            return Converted(new NativeOptions(type, device), copy, disposeAfter, non_blocking);
        }

        /// <summary>The tensor with the element type and on the device of another.</summary>
        public Tensor to(Tensor other, bool non_blocking = false) => to(Valid(other).dtype, other.device, non_blocking: non_blocking);

        /// <summary>The tensor with another element type.</summary>
        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(type, copy, disposeAfter, non_blocking);

        /// <summary>The tensor with another element type.</summary>
        public Tensor type(ScalarType dtype) => to(dtype);

        /// <summary>The tensor with the element type of another.</summary>
        public Tensor type_as(Tensor tensor) => to(Valid(tensor).dtype);

        /// <summary>The tensor as singles.</summary>
        public Tensor @float() => to(ScalarType.Float32);

        /// <summary>The tensor as doubles.</summary>
        public Tensor @double() => to(ScalarType.Float64);

        /// <summary>The tensor as 64-bit integers.</summary>
        public Tensor @long() => to(ScalarType.Int64);

        /// <summary>The tensor as 32-bit integers.</summary>
        public Tensor @int() => to(ScalarType.Int32);

        /// <summary>The tensor as booleans.</summary>
        public Tensor @bool() => to(ScalarType.Bool);

        /// <summary>The tensor in half precision.</summary>
        public Tensor half() => to(ScalarType.Float16);

        /// <summary>The tensor in brain floating point.</summary>
        public Tensor bfloat16() => to(ScalarType.BFloat16);

        /// <summary>The tensor in main memory.</summary>
        public Tensor cpu() => to(CPU);

        /// <summary>The tensor on a GPU (default: the current one).</summary>
        public Tensor cuda(Device? device = null, bool non_blocking = false) => to(device ?? CUDA, non_blocking: non_blocking);

        /// <summary>A copy with memory of its own; gradients flow through it.</summary>
        public Tensor clone() => Own(Native.levee_clone(Handle), this);

        /// <summary>A tensor without dimensions from a number.</summary>
        public static implicit operator Tensor(bool value) => tensor(value);

        /// <summary>A tensor without dimensions from a number.</summary>
        public static implicit operator Tensor(int value) => tensor(value);

        /// <summary>A tensor without dimensions from a number.</summary>
        public static implicit operator Tensor(long value) => tensor(value);

        /// <summary>A tensor without dimensions from a number.</summary>
        public static implicit operator Tensor(float value) => tensor(value);

        /// <summary>A tensor without dimensions from a number.</summary>
        public static implicit operator Tensor(double value) => tensor(value);

        /// <summary>
        /// A tensor without dimensions from a scalar. That it exists makes C# prefer the overload for a scalar where a number is given.
        /// </summary>
        public static implicit operator Tensor(Scalar scalar) => full([], scalar, scalar?.Type);

        /// <summary>A tensor with one dimension from an array.</summary>
        public static implicit operator Tensor(int[] value) => tensor(value);

        /// <summary>A tensor with one dimension from an array.</summary>
        public static implicit operator Tensor(long[] value) => tensor(value);

        /// <summary>A tensor with one dimension from an array.</summary>
        public static implicit operator Tensor(float[] value) => tensor(value);

        /// <summary>A tensor with one dimension from an array.</summary>
        public static implicit operator Tensor(double[] value) => tensor(value);

        /// <summary>A tensor with one dimension from an array.</summary>
        public static implicit operator Tensor(bool[] value) => tensor(value);

        /// <summary>The only element as a single.</summary>
        public static explicit operator float(Tensor value) => value.ToSingle();

        /// <summary>The only element as a double.</summary>
        public static explicit operator double(Tensor value) => value.ToDouble();

        /// <summary>The only element as a 32-bit integer.</summary>
        public static explicit operator int(Tensor value) => value.ToInt32();

        /// <summary>The only element as a 64-bit integer.</summary>
        public static explicit operator long(Tensor value) => value.ToInt64();

        /// <summary>The only element as a boolean.</summary>
        public static explicit operator bool(Tensor value) => value.ToBoolean();

        private Tensor Converted(NativeOptions options, bool copy, bool disposeAfter, bool nonBlocking)
        {
            var result = Own(Native.levee_to(Handle, options, Flag(copy), Flag(nonBlocking)), this);
            if (disposeAfter)
            {
                Dispose();
            }

            return result;
        }
    }

    /// <summary>A copy with memory of its own.</summary>
    public static Tensor clone(Tensor input) => Tensor.Valid(input).clone();
}

/// <summary>Readings of a tensor of one element as a .NET number, converted from whatever type it has.</summary>
public static class TensorExtensionMethods
{
    /// <summary>The only element as a single.</summary>
    public static float ToSingle(this torch.Tensor value) => (float)torch.Tensor.Valid(value).ReadDouble();

    /// <summary>The only element as a double.</summary>
    public static double ToDouble(this torch.Tensor value) => torch.Tensor.Valid(value).ReadDouble();

    /// <summary>The only element as a 32-bit integer; a fraction is cut off.</summary>
    /// <exception cref="OverflowException">The number does not fit.</exception>
    public static int ToInt32(this torch.Tensor value) => checked((int)torch.Tensor.Valid(value).ReadInt64());

    /// <summary>The only element as a 64-bit integer; a fraction is cut off.</summary>
    public static long ToInt64(this torch.Tensor value) => torch.Tensor.Valid(value).ReadInt64();

    /// <summary>Whether the only element is not zero.</summary>
    public static bool ToBoolean(this torch.Tensor value) => torch.Tensor.Valid(value).ReadDouble() != 0;
}
