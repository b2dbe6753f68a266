namespace Levee.Interop.HuggingFace;

/// <summary>Stored tensors that can be read in parts.</summary>
public interface ITensorSource
{
    /// <summary>The place where the tensors are stored, to be named in errors.</summary>
    string Path { get; }

    /// <summary>The tensors by name.</summary>
    IReadOnlyDictionary<string, SafetensorsEntry> Tensors { get; }

    /// <summary><paramref name="count"/> bytes of a tensor from its byte <paramref name="start"/> on, little-endian and row-major.</summary>
    /// <exception cref="InvalidDataException">There is no tensor of this name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within the tensor.</exception>
    ReadOnlySpan<byte> Bytes(string name, long start, int count);
}
