namespace Levee.CSharp;

/// <summary>What a policy wrote.</summary>
public sealed record Generation
{
    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>Its tokens as sampled.</summary>
    public required IReadOnlyList<int> Tokens { get; init; }

    /// <summary>The log-probability of each token under the distribution that it was drawn from.</summary>
    public required IReadOnlyList<float> LogProbs { get; init; }
}
