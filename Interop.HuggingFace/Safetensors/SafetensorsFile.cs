using System.IO.MemoryMappedFiles;

namespace Levee.Interop.HuggingFace;

/// <summary>
/// A safetensors file, mapped into memory and checked as a whole on opening. The spans it gives point into the mapping: they must not be
/// used
/// after <see cref="Dispose"/>, and the file must not be shortened while it is open (replacing it by a rename is safe).
/// </summary>
public sealed unsafe class SafetensorsFile : ITensorSource, IDisposable
{
    private readonly SafetensorsHeader _header;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _data;

    private SafetensorsFile(string path, SafetensorsHeader header, MemoryMappedFile file)
    {
        Path = path;
        _header = header;
        _file = file;
        _view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _data = start + header.DataStart;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors => _header.Tensors;

    /// <summary>The header's free texts; <c>format</c> is <c>pt</c> where transformers shall load the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Maps the file and checks its header, every tensor's type, shape and place, and that the file is complete.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file breaks a rule of the format; the message names file, tensor and remedy.</exception>
    public static SafetensorsFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            var header = SafetensorsHeader.Read(stream, path);
            var file = MemoryMappedFile.CreateFromFile(
                stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new SafetensorsFile(path, header, file);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of a tensor, little-endian and row-major.</summary>
    /// <exception cref="InvalidDataException">The file has no tensor of this name.</exception>
    /// <exception cref="NotSupportedException">The tensor takes 2 GiB or more; read it in parts.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var length = Entry(name).ByteLength;
        return length <= int.MaxValue
            ? Bytes(name, 0, (int)length)
            : throw new NotSupportedException(
                $"{Path}: tensor '{name}' takes {length} bytes, more than a span holds; read it in parts by Bytes(name, start, count).");
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Bytes(string name, long start, int count)
    {
        var entry = Entry(name);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, entry.ByteLength - count);
        ObjectDisposedException.ThrowIf(_data is null, this);
        return new ReadOnlySpan<byte>(_data + entry.Begin + start, count);
    }

    /// <summary>Unmaps the file. Spans taken from it are dangling from here on.</summary>
    public void Dispose()
    {
        if (_data is null)
        {
            return;
        }
        _data = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private SafetensorsEntry Entry(string name) =>
        Tensors.TryGetValue(name, out var entry)
            ? entry
            : throw new InvalidDataException(
                $"{Path}: there is no tensor '{name}' among its {Tensors.Count}; check that the weights belong to this config.json.");
}
