namespace TorchSharp;

/// <summary>
/// One number with its type, as an argument of an operation. It crosses to native code by value, so nothing of it can be freed
/// while a call still reads it.
/// </summary>
public sealed class Scalar : IDisposable
{
    internal readonly Argument Value;

    private Scalar(Argument value, bool isInteger)
    {
        Value = value;
        IsInteger = isInteger;
    }

    /// <summary>True when the number was given as an integer (a boolean is none).</summary>
    internal bool IsInteger { get; }

    /// <summary>A scalar from a byte.</summary>
    public static implicit operator Scalar(byte value) => new(value, true);

    /// <summary>A scalar from a 32-bit integer.</summary>
    public static implicit operator Scalar(int value) => new(value, true);

    /// <summary>A scalar from a 64-bit integer.</summary>
    public static implicit operator Scalar(long value) => new(value, true);

    /// <summary>A scalar from a single.</summary>
    public static implicit operator Scalar(float value) => new(value, false);

    /// <summary>A scalar from a double.</summary>
    public static implicit operator Scalar(double value) => new(value, false);

    /// <summary>A scalar from a boolean.</summary>
    public static implicit operator Scalar(bool value) => new(value, false);

    /// <summary>Does nothing: a scalar holds no native memory. Present because TorchSharp's scalar is disposable.</summary>
    public void Dispose()
    {
    }
}

/// <summary>Conversions from .NET numbers to <see cref="Scalar"/>.</summary>
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
}
