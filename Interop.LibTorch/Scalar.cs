using System.Globalization;
using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>
/// One number with its type, as an argument of an operation. It crosses to native code by value, so nothing of it can be freed
/// while a call still reads it.
/// </summary>
public sealed class Scalar : IDisposable
{
    internal readonly NativeScalar Value;

    private Scalar(NativeScalar value, torch.ScalarType type)
    {
        Value = value;
        Type = type;
    }

    /// <summary>Type of the number as it was given.</summary>
    public torch.ScalarType Type { get; }

    /// <summary>A scalar from a byte.</summary>
    public static implicit operator Scalar(byte value) => new(value, torch.ScalarType.Byte);

    /// <summary>A scalar from a 32-bit integer.</summary>
    public static implicit operator Scalar(int value) => new(value, torch.ScalarType.Int32);

    /// <summary>A scalar from a 64-bit integer.</summary>
    public static implicit operator Scalar(long value) => new(value, torch.ScalarType.Int64);

    /// <summary>A scalar from a single.</summary>
    public static implicit operator Scalar(float value) => new(value, torch.ScalarType.Float32);

    /// <summary>A scalar from a double.</summary>
    public static implicit operator Scalar(double value) => new(value, torch.ScalarType.Float64);

    /// <summary>A scalar from a boolean.</summary>
    public static implicit operator Scalar(bool value) => new(value, torch.ScalarType.Bool);

    /// <summary>Does nothing: a scalar holds no native memory. Present because TorchSharp's scalar is disposable.</summary>
    public void Dispose()
    {
    }

    /// <summary>The number as text.</summary>
    public override string ToString() => Value.ToString();
}

/// <summary>Conversions between .NET numbers and <see cref="Scalar"/>.</summary>
public static class ScalarExtensionMethods
{
    /// <summary>A scalar from a byte.</summary>
    public static Scalar ToScalar(this byte value) => value;

    /// <summary>A scalar from a 32-bit integer.</summary>
    public static Scalar ToScalar(this int value) => value;

    /// <summary>A scalar from a 64-bit integer.</summary>
    public static Scalar ToScalar(this long value) => value;

    /// <summary>A scalar from a single.</summary>
    public static Scalar ToScalar(this float value) => value;

    /// <summary>A scalar from a double.</summary>
    public static Scalar ToScalar(this double value) => value;

    /// <summary>A scalar from a boolean.</summary>
    public static Scalar ToScalar(this bool value) => value;

    /// <summary>The number as a single.</summary>
    public static float ToSingle(this Scalar value) => (float)NativeScalar.Of(value).AsDouble;

    /// <summary>The number as a double.</summary>
    public static double ToDouble(this Scalar value) => NativeScalar.Of(value).AsDouble;

    /// <summary>The number as a 32-bit integer; a fraction is cut off.</summary>
    /// <exception cref="OverflowException">The number does not fit.</exception>
    public static int ToInt32(this Scalar value) => checked((int)NativeScalar.Of(value).AsInt64);

    /// <summary>The number as a 64-bit integer; a fraction is cut off.</summary>
    /// <exception cref="OverflowException">The number does not fit.</exception>
    public static long ToInt64(this Scalar value) => NativeScalar.Of(value).AsInt64;

    /// <summary>Whether the number is not zero.</summary>
    public static bool ToBoolean(this Scalar value) => NativeScalar.Of(value).AsDouble != 0;
}

/// <summary>A scalar as native code reads it: two machine words in registers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeScalar
{
    private const long None = -1;
    private const long Integer = 0;
    private const long Floating = 1;
    private const long Boolean = 2;

    private readonly long kind;
    private readonly long bits;

    private NativeScalar(long kind, long bits)
    {
        this.kind = kind;
        this.bits = bits;
    }

    internal double AsDouble => kind == Floating ? BitConverter.Int64BitsToDouble(bits) : bits;

    internal long AsInt64 => kind == Floating ? checked((long)BitConverter.Int64BitsToDouble(bits)) : bits;

    internal bool IsOne => kind == Floating ? AsDouble == 1.0 : bits == 1;

    public static implicit operator NativeScalar(long value) => new(Integer, value);

    public static implicit operator NativeScalar(double value) => new(Floating, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator NativeScalar(bool value) => new(Boolean, value ? 1 : 0);

    internal static NativeScalar Of(Scalar value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Value;
    }

    internal static NativeScalar Optional(Scalar? value) => value is null ? new NativeScalar(None, 0) : value.Value;

    public override string ToString() => kind switch
    {
        None => "none",
        Floating => AsDouble.ToString(CultureInfo.InvariantCulture),
        Boolean => (bits != 0).ToString(),
        _ => bits.ToString(CultureInfo.InvariantCulture),
    };
}
