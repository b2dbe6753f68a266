using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>Files that exist whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes to a temporary file beside <paramref name="path"/>, flushes it to the disk, and renames it to <paramref name="path"/>,
    /// replacing what is there. When <paramref name="write"/> throws, the temporary file is removed and <paramref name="path"/> stays as it
    /// was.
    /// </summary>
    /// <param name="path">The file to write or replace; its folder must exist.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The file cannot be written; what was at <paramref name="path"/> is untouched.</exception>
    public static void Write(string path, Action<FileStream> write) => Make(path, temporary =>
    {
        using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        write(stream);
        stream.Flush(flushToDisk: true);
    });

    /// <summary>Writes a text in UTF-8, without a byte order mark, as <see cref="Write"/> does.</summary>
    /// <inheritdoc cref="Write"/>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// Lets <paramref name="make"/> create a file under a temporary name beside <paramref name="path"/>, and renames it as
    /// <see cref="Write"/> does. For files that a library writes by their name; it has to bring them to the disk itself.
    /// </summary>
    /// <param name="path">The file to make or replace; its folder must exist.</param>
    /// <param name="make">Creates the file with the name that it is given, and closes it.</param>
    /// <exception cref="IOException">The file cannot be written; what was at <paramref name="path"/> is untouched.</exception>
    public static void Make(string path, Action<string> make)
    {
        var target = Path.GetFullPath(path);
        var temporary = TemporaryName.Beside(target);
        try
        {
            make(temporary);
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
