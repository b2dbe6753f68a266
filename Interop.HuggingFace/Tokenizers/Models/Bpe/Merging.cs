namespace Levee.Interop.HuggingFace;

/// <summary>
/// Merges the tokens of a piece: always the possible merge with the smallest rank, of equals the leftmost, until none is left.
/// </summary>
internal static class Merging
{
    // Up to here looking at all neighbours for each merge is faster than keeping them in a queue.
    private const int LongestScanned = 96;

    /// <summary>Merges in place.</summary>
    /// <returns>The number of tokens that are left, at the beginning of <paramref name="tokens"/>.</returns>
    internal static int Merge(this MergeTable table, Span<int> tokens) => tokens.Length switch
    {
        < 2 => tokens.Length,
        <= LongestScanned => Scan(table, tokens),
        _ => Queue(table, tokens),
    };

    private static int Scan(MergeTable table, Span<int> tokens)
    {
        Span<ulong> merges = stackalloc ulong[tokens.Length - 1];
        for (var i = 0; i < merges.Length; i++)
        {
            merges[i] = table.Find(tokens[i], tokens[i + 1]);
        }
        while (First(merges) is >= 0 and var first)
        {
            tokens[first] = MergeTable.ResultOf(merges[first]);
            tokens[(first + 2)..].CopyTo(tokens[(first + 1)..]);
            merges[(first + 1)..].CopyTo(merges[first..]);
            tokens = tokens[..^1];
            merges = merges[..^1];
            if (first > 0)
            {
                merges[first - 1] = table.Find(tokens[first - 1], tokens[first]);
            }
            if (first < merges.Length)
            {
                merges[first] = table.Find(tokens[first], tokens[first + 1]);
            }
        }
        return tokens.Length;
    }

    private static int First(ReadOnlySpan<ulong> merges)
    {
        var (first, least) = (-1, MergeTable.None);
        for (var i = 0; i < merges.Length; i++)
        {
            if (merges[i] < least)
            {
                (first, least) = (i, merges[i]);
            }
        }
        return first;
    }

    private static int Queue(MergeTable table, Span<int> tokens)
    {
        const int Gone = -1;
        var (previous, next) = (new int[tokens.Length], new int[tokens.Length]);
        var queue = new PriorityQueue<int, (ulong Merge, int Place)>();
        for (var i = 0; i < tokens.Length; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1);
            Offer(tokens, i);
        }
        while (queue.TryDequeue(out var place, out var offer))
        {
            // A place whose token or neighbour has changed since has other merges, which were offered then.
            if (MergeAt(tokens, place) != offer.Merge)
            {
                continue;
            }
            var right = next[place];
            tokens[place] = MergeTable.ResultOf(offer.Merge);
            tokens[right] = Gone;
            next[place] = next[right];
            if (next[place] < tokens.Length)
            {
                previous[next[place]] = place;
            }
            Offer(tokens, place);
            if (previous[place] >= 0)
            {
                Offer(tokens, previous[place]);
            }
        }
        var count = 0;
        foreach (var token in tokens)
        {
            if (token != Gone)
            {
                tokens[count++] = token;
            }
        }
        return count;

        ulong MergeAt(Span<int> tokens, int place) =>
            tokens[place] != Gone && next[place] < tokens.Length ? table.Find(tokens[place], tokens[next[place]]) : MergeTable.None;

        void Offer(Span<int> tokens, int place)
        {
            if (MergeAt(tokens, place) is var merge && merge != MergeTable.None)
            {
                queue.Enqueue(place, (merge, place));
            }
        }
    }
}
