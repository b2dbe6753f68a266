namespace Levee.Interop.HuggingFace;

/// <summary>One tensor of a safetensors file: what it is, not its numbers.</summary>
public sealed class SafetensorsEntry
{
    internal SafetensorsEntry(string name, SafetensorsDType dtype, long[] shape, long begin, long byteLength)
    {
        Name = name;
        DType = dtype;
        Shape = shape;
        Begin = begin;
        ByteLength = byteLength;
    }

    /// <summary>The name, such as <c>model.embed_tokens.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The type of an element.</summary>
    public SafetensorsDType DType { get; }

    /// <summary>The sizes, outermost first; empty for a scalar. Elements lie in row-major order.</summary>
    public long[] Shape { get; }

    /// <summary>Bytes of all elements: the product of the sizes, times <see cref="SafetensorsDTypes.ByteSize"/>.</summary>
    public long ByteLength { get; }

    /// <summary>The place where the elements begin, counted from the first byte after the header.</summary>
    internal long Begin { get; }

    /// <summary>One past the last byte of the elements, counted as <see cref="Begin"/>.</summary>
    internal long End => Begin + ByteLength;
}
