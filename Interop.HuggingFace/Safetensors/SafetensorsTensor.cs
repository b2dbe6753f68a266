namespace Levee.Interop.HuggingFace;

/// <summary>A tensor to be written: its description, and how to get its bytes.</summary>
/// <param name="Name">The name; unique in a file, and not <c>__metadata__</c>.</param>
/// <param name="DType">The type of an element.</param>
/// <param name="Shape">The sizes, outermost first, none negative; empty for a scalar.</param>
/// <param name="Write">Writes exactly the tensor's bytes, little-endian and row-major, to the stream it gets.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsDType DType, IReadOnlyList<long> Shape, Action<Stream> Write)
{
    /// <summary>A tensor whose bytes lie in memory.</summary>
    /// <param name="name">The name; unique in a file, and not <c>__metadata__</c>.</param>
    /// <param name="dtype">The type of an element.</param>
    /// <param name="shape">The sizes, outermost first, none negative; empty for a scalar.</param>
    /// <param name="bytes">The elements, little-endian and row-major.</param>
    public SafetensorsTensor(string name, SafetensorsDType dtype, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes)
        : this(name, dtype, shape, stream => stream.Write(bytes.Span))
    {
    }
}
