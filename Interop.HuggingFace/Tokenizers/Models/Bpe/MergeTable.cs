using System.Numerics;

namespace Levee.Interop.HuggingFace;

/// <summary>A merge of two tokens into one; of two merges that are possible, that with the smaller rank comes first.</summary>
internal readonly record struct Merge(int Left, int Right, int Rank, int Result);

/// <summary>
/// The merges by their two tokens: a hash table with open addressing, in which a look-up mostly touches one line of memory.
/// </summary>
internal sealed class MergeTable
{
    /// <summary>The result of <see cref="Find"/> for two tokens that do not merge: later than every merge.</summary>
    internal const ulong None = ulong.MaxValue;

    private readonly (ulong Pair, ulong Merge)[] _slots;
    private readonly int _shift;

    /// <param name="merges">The merges; of two with the same tokens, the later one counts.</param>
    internal MergeTable(IReadOnlyCollection<Merge> merges)
    {
        var bits = BitOperations.Log2((uint)merges.Count * 2 + 1) + 1;
        _slots = new (ulong, ulong)[1 << bits];
        _shift = 64 - bits;
        Array.Fill(_slots, (None, None));
        foreach (var merge in merges)
        {
            var pair = Pack(merge.Left, merge.Right);
            _slots[SlotOf(pair)] = (pair, Pack(merge.Rank, merge.Result));
        }
    }

    /// <summary>The merges by rank.</summary>
    internal IEnumerable<Merge> Merges => _slots
        .Where(slot => slot.Pair != None)
        .Select(slot => new Merge((int)(slot.Pair >> 32), (int)slot.Pair, (int)(slot.Merge >> 32), (int)slot.Merge))
        .OrderBy(merge => merge.Rank);

    /// <summary>
    /// The merge of two neighbours as a number to be compared with others (the smaller one comes first); <see cref="None"/> if they do not merge.
    /// </summary>
    internal ulong Find(int left, int right) => _slots[SlotOf(Pack(left, right))].Merge;

    /// <summary>The token that a merge makes.</summary>
    internal static int ResultOf(ulong merge) => (int)merge;

    private static ulong Pack(int high, int low) => ((ulong)(uint)high << 32) | (uint)low;

    // The slot of the pair, or the empty slot where it would be.
    private int SlotOf(ulong pair)
    {
        var slot = (int)((pair * 0x9E3779B97F4A7C15) >> _shift);
        while (_slots[slot].Pair != pair && _slots[slot].Pair != None)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }
        return slot;
    }
}
