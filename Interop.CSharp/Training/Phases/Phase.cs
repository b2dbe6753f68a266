using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The stage that a run has reached on its way to collapse, mildest first (arXiv 2512.04220, Fig. 2).</summary>
public enum Phase
{
    /// <summary>No phase of collapse shows.</summary>
    Healthy,

    /// <summary>Reward has risen since the start; the likelihood of correct responses has not.</summary>
    Stagnation,

    /// <summary>The likelihood of correct responses has fallen clearly below its own best while the gradient norm is about what it was.</summary>
    Decay,

    /// <summary>
    /// The likelihood of correct responses falls faster, or has fallen far, while gradient norm, entropy or likelihood ratios surge.
    /// </summary>
    Acceleration,

    /// <summary>Reward has lost a good part of its best.</summary>
    Collapse,
}

internal static class PhaseMapping
{
    internal static CoreDiagnosis.Phase ToCore(this Phase phase) => phase switch
    {
        Phase.Healthy => CoreDiagnosis.Phase.Healthy,
        Phase.Stagnation => CoreDiagnosis.Phase.Stagnation,
        Phase.Decay => CoreDiagnosis.Phase.Decay,
        Phase.Acceleration => CoreDiagnosis.Phase.Acceleration,
        Phase.Collapse => CoreDiagnosis.Phase.Collapse,
        _ => throw Unnamed.Refuse(phase),
    };

    internal static Phase FromCore(CoreDiagnosis.Phase core) => core.Tag switch
    {
        CoreDiagnosis.Phase.Tags.Healthy => Phase.Healthy,
        CoreDiagnosis.Phase.Tags.Stagnation => Phase.Stagnation,
        CoreDiagnosis.Phase.Tags.Decay => Phase.Decay,
        CoreDiagnosis.Phase.Tags.Acceleration => Phase.Acceleration,
        CoreDiagnosis.Phase.Tags.Collapse => Phase.Collapse,
        _ => throw new NotSupportedException($"{core} is no {nameof(Phase)} that C# knows."),
    };
}
