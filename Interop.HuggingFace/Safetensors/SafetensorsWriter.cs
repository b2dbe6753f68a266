using System.Buffers.Binary;
using System.Text.Json;

namespace Levee.Interop.HuggingFace;

/// <summary>Writes safetensors files.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    private static readonly Dictionary<string, string> PyTorch = new() { ["format"] = "pt" };

    /// <summary>
    /// Writes the tensors to a temporary file, flushes it, and renames it to <paramref name="path"/>: a crash or a full disk leaves what
    /// was there.
    /// The order is that of the format's own library (wider types first, then names by code point), so the same tensors give the same
    /// bytes.
    /// </summary>
    /// <param name="path">The file to write or replace; its folder must exist.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Free texts for the header; null means <c>{"format": "pt"}</c>, which transformers asks for.</param>
    /// <exception cref="ArgumentException">A name is used twice or reserved, or a shape is negative or too large.</exception>
    /// <exception cref="InvalidOperationException">A tensor gave more or fewer bytes than its type and shape say.</exception>
    /// <exception cref="IOException">The file cannot be written; what was at <paramref name="path"/> is untouched.</exception>
    public static void Write(string path, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        Check(tensors);
        var ordered = tensors.OrderBy(t => t.DType).ThenBy(t => t.Name, CodePointOrder.Instance).ToArray();
        var header = Header(ordered, metadata ?? PyTorch);
        AtomicFile.Write(path, file =>
        {
            file.Write(header);
            foreach (var tensor in ordered)
            {
                var stream = new TensorStream(file, tensor.Name, ByteLength(tensor));
                tensor.Write(stream);
                stream.CheckFull();
            }
        });
    }

    private static void Check(IReadOnlyList<SafetensorsTensor> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (tensor.Name == SafetensorsHeader.MetadataName)
            {
                throw new ArgumentException($"The name {tensor.Name} is reserved by the format; rename the tensor.", nameof(tensors));
            }
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"Two tensors are called '{tensor.Name}'; names must be unique.", nameof(tensors));
            }
            if (tensor.DType.ByteLength(tensor.Shape) is null)
            {
                var shape = string.Join(", ", tensor.Shape);
                throw new ArgumentException($"Tensor '{tensor.Name}': the shape [{shape}] is negative or too large.", nameof(tensors));
            }
        }
    }

    private static byte[] Header(IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var json = JsonOutput.Line(writer =>
        {
            writer.WriteStartObject();
            if (metadata.Count > 0)
            {
                WriteMetadata(writer, metadata);
            }
            var begin = 0L;
            foreach (var tensor in tensors)
            {
                var end = checked(begin + ByteLength(tensor));
                WriteEntry(writer, tensor, begin, end);
                begin = end;
            }
            writer.WriteEndObject();
        });
        var padded = (json.Length + Alignment - 1) / Alignment * Alignment;
        var header = new byte[SafetensorsHeader.PrefixLength + padded];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)padded);
        json.CopyTo(header.AsSpan(SafetensorsHeader.PrefixLength));
        header.AsSpan(SafetensorsHeader.PrefixLength + json.Length).Fill((byte)' ');
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject(SafetensorsHeader.MetadataName);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, CodePointOrder.Instance))
        {
            writer.WriteString(key, value);
        }
        writer.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter writer, SafetensorsTensor tensor, long begin, long end)
    {
        writer.WriteStartObject(tensor.Name);
        writer.WriteString("dtype", tensor.DType.ToString());
        writer.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
        {
            writer.WriteNumberValue(size);
        }
        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(begin);
        writer.WriteNumberValue(end);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static long ByteLength(SafetensorsTensor tensor) => tensor.DType.ByteLength(tensor.Shape)!.Value;
}
