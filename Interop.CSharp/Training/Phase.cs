using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>How far a run has gone on the way to collapse, mildest first (arXiv 2512.04220, Fig. 2).</summary>
public enum Phase
{
    /// <summary>None of the others.</summary>
    Healthy,

    /// <summary>Reward has risen since the start; the likelihood of correct responses has not.</summary>
    Stagnation,

    /// <summary>That likelihood has fallen clearly below its own best while the gradient norm is about what it was.</summary>
    Decay,

    /// <summary>That likelihood falls faster, or has fallen far, while gradient norm, entropy or likelihood ratios surge.</summary>
    Acceleration,

    /// <summary>Reward has lost a good part of its best.</summary>
    Collapse,
}

internal static class PhaseMapping
{
    internal static Core.Phase ToCore(this Phase phase) => phase switch
    {
        Phase.Healthy => Core.Phase.Healthy,
        Phase.Stagnation => Core.Phase.Stagnation,
        Phase.Decay => Core.Phase.Decay,
        Phase.Acceleration => Core.Phase.Acceleration,
        Phase.Collapse => Core.Phase.Collapse,
        _ => throw Unnamed.Refuse(phase),
    };

    internal static Phase FromCore(Core.Phase core) => core.Tag switch
    {
        Core.Phase.Tags.Healthy => Phase.Healthy,
        Core.Phase.Tags.Stagnation => Phase.Stagnation,
        Core.Phase.Tags.Decay => Phase.Decay,
        Core.Phase.Tags.Acceleration => Phase.Acceleration,
        Core.Phase.Tags.Collapse => Phase.Collapse,
        _ => throw new NotSupportedException($"{core} is no {nameof(Phase)} that C# knows."),
    };
}
