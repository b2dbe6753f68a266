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
    private static readonly (Projection Own, Core.Projection Core)[] All =
    [
        (Projection.Query, Core.Projection.Query),
        (Projection.Key, Core.Projection.Key),
        (Projection.Value, Core.Projection.Value),
        (Projection.Output, Core.Projection.Output),
        (Projection.Gate, Core.Projection.Gate),
        (Projection.Up, Core.Projection.Up),
        (Projection.Down, Core.Projection.Down),
    ];

    internal static Core.Projection ToCore(this Projection projection) =>
        Enum.IsDefined(projection) ? All.Single(pair => pair.Own == projection).Core : throw Unnamed.Refuse(projection);

    internal static Projection FromCore(this Core.Projection core) => All.Single(pair => pair.Core.Equals(core)).Own;
}
