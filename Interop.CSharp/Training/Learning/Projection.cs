using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>A matrix of a transformer layer.</summary>
public enum Projection
{
    /// <summary><c>q_proj</c>: what a token looks for.</summary>
    Query,

    /// <summary><c>k_proj</c>: what a token is found by.</summary>
    Key,

    /// <summary><c>v_proj</c>: what is read from a token.</summary>
    Value,

    /// <summary><c>o_proj</c>: what attention writes to the residual stream.</summary>
    Output,

    /// <summary><c>gate_proj</c>, through SiLU.</summary>
    Gate,

    /// <summary><c>up_proj</c>, what the gate is multiplied by.</summary>
    Up,

    /// <summary><c>down_proj</c>: what the feed-forward half writes to the residual stream.</summary>
    Down,
}

internal static class ProjectionMapping
{
    private static readonly (Projection Own, CoreWeights.Projection Core)[] All =
    [
        (Projection.Query, CoreWeights.Projection.Query),
        (Projection.Key, CoreWeights.Projection.Key),
        (Projection.Value, CoreWeights.Projection.Value),
        (Projection.Output, CoreWeights.Projection.Output),
        (Projection.Gate, CoreWeights.Projection.Gate),
        (Projection.Up, CoreWeights.Projection.Up),
        (Projection.Down, CoreWeights.Projection.Down),
    ];

    internal static CoreWeights.Projection ToCore(this Projection projection) =>
        Enum.IsDefined(projection) ? All.Single(pair => pair.Own == projection).Core : throw Unnamed.Refuse(projection);

    internal static Projection FromCore(this CoreWeights.Projection core) => All.Single(pair => pair.Core.Equals(core)).Own;
}
