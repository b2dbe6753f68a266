using System.Text;

namespace Levee.Interop.HuggingFace;

/// <summary>Texts by their UTF-8 bytes, which is the order of code points and of Rust's and Python's strings.</summary>
internal sealed class CodePointOrder : IComparer<string>
{
    internal static readonly CodePointOrder Instance = new();

    public int Compare(string? x, string? y) =>
        Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
}
