namespace Levee.Interop.HuggingFace;

/// <summary>Folders that exist whole or not at all.</summary>
public static class AtomicFolder
{
    /// <summary>
    /// Makes a folder under a temporary name beside <paramref name="path"/>, lets <paramref name="write"/> fill it, and renames it to
    /// <paramref name="path"/>; what was there gives way only then. When <paramref name="write"/> throws, the temporary folder is removed
    /// and <paramref name="path"/> stays as it was.
    /// </summary>
    /// <param name="path">The folder to write or replace; the folder above it is made where there is none.</param>
    /// <param name="write">Writes the content into the folder that it is given.</param>
    /// <exception cref="IOException">The folder cannot be written; what was at <paramref name="path"/> is untouched.</exception>
    public static void Replace(string path, Action<string> write)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var temporary = TemporaryName.Beside(target);
        Directory.CreateDirectory(temporary);
        try
        {
            write(temporary);
            Install(temporary, target);
        }
        finally
        {
            Remove(temporary);
        }
    }

    /// <summary>Removes folders that a process killed while it wrote has left unfinished in <paramref name="parent"/>.</summary>
    public static void RemoveUnfinished(string parent)
    {
        if (Directory.Exists(parent))
        {
            Array.ForEach(Directory.GetDirectories(parent, TemporaryName.Pattern), Remove);
        }
    }

    private static void Install(string source, string target)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(source, target);
            return;
        }
        var old = $"{source}.old";
        Directory.Move(target, old);
        Directory.Move(source, target);
        Remove(old);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
