namespace Levee.Interop.HuggingFace;

/// <summary>
/// The part of a file that one tensor fills: write-only, forward-only, never longer than the tensor; disposing it leaves the file open.
/// </summary>
internal sealed class TensorStream(Stream file, string tensor, long length) : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > length - _written)
        {
            throw WrongLength("more");
        }
        file.Write(buffer);
        _written += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    internal void CheckFull()
    {
        if (_written != length)
        {
            throw WrongLength($"only {_written}");
        }
    }

    private InvalidOperationException WrongLength(string written) =>
        new($"Tensor '{tensor}' takes {length} bytes, but {written} were written; check its dtype and shape.");
}
