using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>A text that a policy wrote.</summary>
public sealed record Generation
{
    /// <summary>The text, without the token that ended it, and without what stands behind a stop text.</summary>
    public required string Text { get; init; }

    /// <summary>Its tokens as sampled.</summary>
    public required IReadOnlyList<int> Tokens { get; init; }

    /// <summary>The log-probability of each token under softmax(logits / temperature).</summary>
    public required IReadOnlyList<float> LogProbs { get; init; }

    /// <summary>The reason why the text ended.</summary>
    public required GenerationEnd End { get; init; }

    internal static Generation FromCore(CorePolicies.Generated core) => new()
    {
        Text = core.Text,
        Tokens = core.Tokens,
        LogProbs = core.LogProbs,
        End = GenerationEndMapping.FromCore(core.End),
    };
}
