namespace Levee.CSharp;

/// <summary>Two arms compared seed by seed.</summary>
public sealed record PairedDifference
{
    /// <summary>Mean over the common seeds of the second arm's value minus the first's.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard error of that mean; null for fewer than two pairs.</summary>
    public double? StandardError { get; init; }

    /// <summary>Number of common seeds; at least 1.</summary>
    public required int Pairs { get; init; }

    /// <summary>Two-sided p-value of the sign-flip permutation test.</summary>
    public required double P { get; init; }

    /// <summary>The smallest p-value that this number of pairs can give.</summary>
    public required double SmallestP { get; init; }
}
