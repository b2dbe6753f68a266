namespace Levee.Interop.HuggingFace;

/// <summary>The fate of the delimiters when a text is split at them.</summary>
internal enum SplitBehavior
{
    /// <summary>They are dropped: "a--b" gives a, b.</summary>
    Removed,

    /// <summary>Each is a piece: a, -, -, b.</summary>
    Isolated,

    /// <summary>Each joins the piece before it: a-, -, b.</summary>
    MergedWithPrevious,

    /// <summary>Each joins the piece after it: a, -, -b.</summary>
    MergedWithNext,

    /// <summary>Neighbouring ones are one piece: a, --, b.</summary>
    Contiguous,
}

/// <summary>A stretch of a text, and whether the pattern matched it.</summary>
internal readonly record struct Stretch(int Start, int End, bool IsMatch);

/// <summary>From matches to pieces.</summary>
internal static class SplitBehaviors
{
    /// <summary>The pieces that a text falls into; some may be empty.</summary>
    /// <param name="behavior">The fate of the matches.</param>
    /// <param name="stretches">Matches and what lies between them, in order, covering the text.</param>
    internal static List<(int Start, int End)> Pieces(this SplitBehavior behavior, List<Stretch> stretches)
    {
        switch (behavior)
        {
            case SplitBehavior.Removed:
                return [.. stretches.Where(s => !s.IsMatch).Select(s => (s.Start, s.End))];
            case SplitBehavior.Isolated:
                return [.. stretches.Select(s => (s.Start, s.End))];
            case SplitBehavior.MergedWithPrevious:
                return Merge(stretches, (previous, current) => current.IsMatch && !previous);
            case SplitBehavior.Contiguous:
                return Merge(stretches, (previous, current) => current.IsMatch == previous);
            case SplitBehavior.MergedWithNext:
                stretches.Reverse();
                var pieces = Merge(stretches, (previous, current) => current.IsMatch && !previous);
                pieces.Reverse();
                return pieces;
            default:
                throw new ArgumentOutOfRangeException(nameof(behavior), behavior, "Not a behaviour.");
        }
    }

    private static List<(int Start, int End)> Merge(List<Stretch> stretches, Func<bool, Stretch, bool> joins)
    {
        var pieces = new List<(int Start, int End)>(stretches.Count);
        var previousIsMatch = false;
        foreach (var stretch in stretches)
        {
            if (pieces.Count > 0 && joins(previousIsMatch, stretch))
            {
                var (start, end) = pieces[^1];
                pieces[^1] = (Math.Min(start, stretch.Start), Math.Max(end, stretch.End));
            }
            else
            {
                pieces.Add((stretch.Start, stretch.End));
            }
            previousIsMatch = stretch.IsMatch;
        }
        return pieces;
    }
}
