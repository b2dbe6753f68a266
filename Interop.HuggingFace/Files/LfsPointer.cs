namespace Levee.Interop.HuggingFace;

/// <summary>The few lines that git leaves in a large file's place where its Large File Storage was not installed.</summary>
internal static class LfsPointer
{
    private static ReadOnlySpan<byte> Start => "version https://git-lfs.github.com/spec/"u8;

    /// <summary>Refuses a file that begins as a pointer does.</summary>
    /// <exception cref="InvalidDataException">It is one; the message says how the file is fetched.</exception>
    internal static void Refuse(string path, ReadOnlySpan<byte> beginning)
    {
        if (beginning.StartsWith(Start))
        {
            throw new InvalidDataException($"{path}: a Git LFS pointer stands in the file's place; fetch the file with `git lfs pull`.");
        }
    }

    /// <summary>Refuses an open file that begins as a pointer does, and goes back to its beginning.</summary>
    /// <inheritdoc cref="Refuse(string, ReadOnlySpan{byte})"/>
    internal static void Refuse(string path, FileStream file)
    {
        Span<byte> beginning = stackalloc byte[Start.Length];
        Refuse(path, beginning[..file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false)]);
        file.Position = 0;
    }
}
