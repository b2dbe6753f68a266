namespace Levee.Interop.HuggingFace;

/// <summary>
/// The ids of pieces met before. Each piece has one slot, where the newest piece replaces the one before, so the cache never grows beyond
/// its slots. Safe to use from several threads without a lock: an entry never changes, and is put in its slot whole.
/// </summary>
internal sealed class PieceCache
{
    /// <summary>Longer pieces seldom come again.</summary>
    internal const int LongestPiece = 32;

    private const int SlotBits = 16;

    private readonly Entry?[] _slots = new Entry?[1 << SlotBits];

    /// <summary>The ids of a piece of at most <see cref="LongestPiece"/> characters; null where they are not known.</summary>
    internal int[]? Find(ReadOnlySpan<char> piece) =>
        _slots[SlotOf(piece)] is { } entry && piece.SequenceEqual(entry.Piece) ? entry.Ids : null;

    internal void Keep(ReadOnlySpan<char> piece, int[] ids) => _slots[SlotOf(piece)] = new Entry(piece.ToString(), ids);

    private static int SlotOf(ReadOnlySpan<char> piece)
    {
        var hash = (ulong)piece.Length;
        foreach (var character in piece)
        {
            hash = (hash ^ character) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 29;
        }
        return (int)(hash & ((1 << SlotBits) - 1));
    }

    private sealed record Entry(string Piece, int[] Ids);
}
