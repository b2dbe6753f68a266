namespace Levee.Interop.HuggingFace;

/// <summary>The element types of a safetensors file, by their names in its header and in the order in which files hold them.</summary>
public enum SafetensorsDType
{
    /// <summary>64-bit signed integer.</summary>
    I64,

    /// <summary>64-bit IEEE 754 float.</summary>
    F64,

    /// <summary>32-bit IEEE 754 float.</summary>
    F32,

    /// <summary>32-bit signed integer.</summary>
    I32,

    /// <summary>16-bit float with the exponent of a 32-bit one (brain float).</summary>
    BF16,

    /// <summary>16-bit IEEE 754 float.</summary>
    F16,

    /// <summary>16-bit signed integer.</summary>
    I16,

    /// <summary>8-bit signed integer.</summary>
    I8,

    /// <summary>8-bit unsigned integer.</summary>
    U8,

    /// <summary>One byte, 0 or 1.</summary>
    BOOL,
}

/// <summary>Facts about <see cref="SafetensorsDType"/>.</summary>
public static class SafetensorsDTypes
{
    /// <summary>Bytes that one element takes: 1, 2, 4 or 8.</summary>
    public static int ByteSize(this SafetensorsDType dtype) => dtype switch
    {
        SafetensorsDType.I64 or SafetensorsDType.F64 => 8,
        SafetensorsDType.F32 or SafetensorsDType.I32 => 4,
        SafetensorsDType.BF16 or SafetensorsDType.F16 or SafetensorsDType.I16 => 2,
        SafetensorsDType.I8 or SafetensorsDType.U8 or SafetensorsDType.BOOL => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Not a safetensors element type."),
    };

    /// <summary>Bytes of a tensor of this shape; null where a size is negative or the product exceeds 64 bits.</summary>
    internal static long? ByteLength(this SafetensorsDType dtype, IReadOnlyList<long> shape)
    {
        if (shape.Any(size => size < 0))
        {
            return null;
        }
        if (shape.Contains(0))
        {
            return 0;
        }
        try
        {
            return shape.Aggregate((long)dtype.ByteSize(), (product, size) => checked(product * size));
        }
        catch (OverflowException)
        {
            return null;
        }
    }
}
