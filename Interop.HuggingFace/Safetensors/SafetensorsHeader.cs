using System.Buffers.Binary;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// The checked header of a safetensors file. The format: 8 bytes, the header's length N as an unsigned little-endian number; N bytes of
/// JSON,
/// <c>{"name": {"dtype", "shape", "data_offsets": [begin, end]}, ..., "__metadata__": {text: text}}</c>; then the tensors' bytes, without
/// holes.
/// </summary>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, SafetensorsEntry> Tensors,
    IReadOnlyDictionary<string, string> Metadata,
    long DataStart)
{
    internal const string MetadataName = "__metadata__";

    internal const int PrefixLength = 8;

    /// <summary>The longest header that readers of the format accept, in bytes.</summary>
    internal const long MaximumLength = 100_000_000;

    private const string Remedy = "The file is damaged or no safetensors file: fetch or write it again.";

    /// <summary>Reads and checks the header of an open file; <paramref name="path"/> names it in errors.</summary>
    /// <exception cref="InvalidDataException">The header breaks a rule of the format, or does not fit the file's length.</exception>
    internal static SafetensorsHeader Read(FileStream file, string path)
    {
        var fileLength = file.Length;
        if (fileLength < PrefixLength)
        {
            throw Error(path, $"{fileLength} bytes are too few for a header.");
        }
        LfsPointer.Refuse(path, file);
        Span<byte> prefix = stackalloc byte[PrefixLength];
        file.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaximumLength)
        {
            throw Error(path, $"a header of {length} bytes is above the limit of {MaximumLength}.");
        }
        var dataStart = PrefixLength + (long)length;
        if (dataStart > fileLength)
        {
            throw Error(path, $"the header has {length} bytes, but only {fileLength - PrefixLength} follow.");
        }
        var json = new byte[length];
        file.ReadExactly(json);
        if (json is not [(byte)'{', ..])
        {
            throw Error(path, "the header does not begin with '{'.");
        }
        return Parse(path, json, dataStart, fileLength);
    }

    private static SafetensorsHeader Parse(string path, byte[] json, long dataStart, long fileLength)
    {
        var tensors = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, field) in JsonSource.Parse($"{path} (header)", json, Remedy).Members())
        {
            if (name == MetadataName)
            {
                foreach (var (key, value) in field.Members())
                {
                    metadata.Add(key, value.Text());
                }
            }
            else
            {
                tensors.Add(name, ParseEntry(name, field));
            }
        }
        CheckLayout(path, tensors.Values, fileLength - dataStart);
        return new SafetensorsHeader(tensors, metadata, dataStart);
    }

    private static SafetensorsEntry ParseEntry(string name, JsonField field)
    {
        var dtypeName = field.Required("dtype");
        if (!Enum.GetNames<SafetensorsDType>().Contains(dtypeName.Text(), StringComparer.Ordinal))
        {
            var known = string.Join(", ", Enum.GetNames<SafetensorsDType>());
            throw dtypeName.Error($"\"{dtypeName.Text()}\" is not supported; convert the tensor to one of {known}.");
        }
        var dtype = Enum.Parse<SafetensorsDType>(dtypeName.Text());
        var shape = field.Required("shape").Items().Select(size => size.Whole(minimum: 0)).ToArray();
        var offsets = field.Required("data_offsets").Items().Select(offset => offset.Whole(minimum: 0)).ToArray();
        if (offsets is not [var begin, var end] || end < begin)
        {
            throw field.Required("data_offsets").Error("expected [begin, end] with begin <= end.");
        }
        if (dtype.ByteLength(shape) is not { } byteLength || byteLength != end - begin)
        {
            throw field.Error($"{dtype} of shape [{string.Join(", ", shape)}] does not take the {end - begin} bytes of data_offsets.");
        }
        return new SafetensorsEntry(name, dtype, shape, begin, byteLength);
    }

    private static void CheckLayout(string path, IEnumerable<SafetensorsEntry> tensors, long dataLength)
    {
        var expected = 0L;
        foreach (var tensor in tensors.OrderBy(t => t.Begin).ThenBy(t => t.End))
        {
            if (tensor.Begin != expected)
            {
                var fault = tensor.Begin < expected ? "overlaps the tensor before it" : "leaves a hole before it";
                throw Error(path, $"tensor '{tensor.Name}' {fault}: it begins at {tensor.Begin}, not at {expected}.");
            }
            if (tensor.End > dataLength)
            {
                throw Error(path, $"tensor '{tensor.Name}' ends at {tensor.End}, but the file holds {dataLength} bytes of tensors.");
            }
            expected = tensor.End;
        }
        if (expected != dataLength)
        {
            throw Error(path, $"the tensors take {expected} bytes, but the file holds {dataLength}.");
        }
    }

    private static InvalidDataException Error(string path, string message) => new($"{path}: {message} {Remedy}");
}
