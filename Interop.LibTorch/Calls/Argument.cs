using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp;

/// <summary>The way in which an argument crosses to native code, which has the same list.</summary>
internal enum ArgumentKind
{
    None,
    Integer,
    Floating,
    Boolean,
    Tensor,
    Generator,
    Device,
    Integers,
    Tensors,
    Text,
}

/// <summary>One argument of an operation. Its default value stands for an optional argument that is absent.</summary>
internal readonly struct Argument
{
    private readonly ArgumentKind kind;
    private readonly long bits;

    private Argument(ArgumentKind kind, object? held, long bits = 0)
    {
        this.kind = kind;
        this.bits = bits;
        Held = held;
    }

    /// <summary>The object behind the argument, which must live until the native call is over; null where there is none.</summary>
    internal object? Held { get; }

    internal bool IsOne => kind == ArgumentKind.Floating ? BitConverter.Int64BitsToDouble(bits) == 1.0 : bits == 1;

    /// <summary>Number of 64-bit words that what the argument points to takes.</summary>
    internal int Room => kind switch
    {
        ArgumentKind.Integers => Held is long[] numbers ? numbers.Length : 1,
        ArgumentKind.Tensors => ((torch.Tensor[])Held!).Length,
        ArgumentKind.Text => (Encoding.UTF8.GetByteCount((string)Held!) + sizeof(long) - 1) / sizeof(long),
        _ => 0,
    };

    public static implicit operator Argument(long value) => new(ArgumentKind.Integer, null, value);

    public static implicit operator Argument(long? value) => value.HasValue ? value.GetValueOrDefault() : default(Argument);

    public static implicit operator Argument(double value) =>
        new(ArgumentKind.Floating, null, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Argument(bool value) => new(ArgumentKind.Boolean, null, value ? 1 : 0);

    public static implicit operator Argument(torch.ScalarType? type) => type.HasValue ? (long)type.GetValueOrDefault() : default(Argument);

    public static implicit operator Argument(Scalar value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Value;
    }

    public static implicit operator Argument(torch.Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new(ArgumentKind.Tensor, tensor);
    }

    public static implicit operator Argument(torch.Tensor[] tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return new(ArgumentKind.Tensors, tensors);
    }

    public static implicit operator Argument(long[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new(ArgumentKind.Integers, numbers);
    }

    public static implicit operator Argument(torch.Device? device) =>
        device is null ? default : new(ArgumentKind.Device, null, ((long)device.type << 32) | (uint)device.index);

    public static implicit operator Argument(torch.Generator? generator) =>
        generator is null ? default : new(ArgumentKind.Generator, generator);

    public static implicit operator Argument(string? text) => text is null ? default : new(ArgumentKind.Text, text);

    /// <summary>A tensor that may be absent.</summary>
    internal static Argument Optional(torch.Tensor? tensor) => tensor is null ? default(Argument) : tensor;

    /// <summary>A number that may be absent.</summary>
    internal static Argument Optional(Scalar? value) => value is null ? default(Argument) : value;

    /// <summary>A list of one number.</summary>
    internal static Argument ListOf(long number) => new(ArgumentKind.Integers, null, number);

    /// <summary>The argument as native code reads it. What it points to is written to the front of <paramref name="room"/>.</summary>
    internal unsafe NativeArgument ToNative(ref long* room)
    {
        var start = room;
        room += Room;
        switch (kind)
        {
            case ArgumentKind.Tensor:
                return new(kind, ((torch.Tensor)Held!).Handle);
            case ArgumentKind.Generator:
                return new(kind, ((torch.Generator)Held!).Handle);
            case ArgumentKind.Integers when Held is long[] numbers:
                numbers.CopyTo(new Span<long>(start, numbers.Length));
                return new(kind, (nint)start, numbers.Length);
            case ArgumentKind.Integers:
                *start = bits;
                return new(kind, (nint)start, 1);
            case ArgumentKind.Tensors:
                var tensors = (torch.Tensor[])Held!;
                for (var i = 0; i < tensors.Length; i++)
                {
                    start[i] = torch.Tensor.In(tensors[i]);
                }

                return new(kind, (nint)start, tensors.Length);
            case ArgumentKind.Text:
                return new(kind, (nint)start, Encoding.UTF8.GetBytes((string)Held!, new Span<byte>(start, Room * sizeof(long))));
            default:
                return new(kind, bits);
        }
    }
}

/// <summary>An argument as native code reads it: a number by value, or an address and a count.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeArgument(ArgumentKind kind, long bits, int count = 0)
{
    private readonly ArgumentKind kind = kind;
    private readonly int count = count;
    private readonly long bits = bits;
}
