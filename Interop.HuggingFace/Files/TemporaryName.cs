namespace Levee.Interop.HuggingFace;

/// <summary>The names under which files and folders stand until they are whole.</summary>
internal static class TemporaryName
{
    /// <summary>Matches all such names, those of folders on their way out included.</summary>
    internal const string Pattern = "*.tmp*";

    /// <summary>A new name beside a full path.</summary>
    internal static string Beside(string target) => $"{target}.{Path.GetRandomFileName()}.tmp";
}
