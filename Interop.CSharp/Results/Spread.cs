namespace Levee.CSharp;

/// <summary>Mean and spread of a quantity over runs.</summary>
public sealed record Spread
{
    /// <summary>The mean.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation with n - 1 in the denominator; null for fewer than two values.</summary>
    public double? Deviation { get; init; }

    /// <summary>The number of values that went in; at least 1.</summary>
    public required int Count { get; init; }
}
