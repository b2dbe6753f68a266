using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>
/// Laws that every objective must keep for a trainer, tried on random mini-batches in float64: its gradient is the finite difference, micro-batches add up,
/// padding does not matter, and nothing gives nothing. They are for objectives that you write yourself.
/// </summary>
public static class Laws
{
    /// <summary>The laws that an objective breaks; empty for one that a trainer can use.</summary>
    public static IReadOnlyList<Violation> Violations(Objective objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        return CoreAlgorithms.Laws.violations(objective.Inner).MapAll(core => new Violation { Law = core.Law, Detail = core.Detail });
    }

    /// <summary>Gives the objective back.</summary>
    /// <exception cref="ArgumentException">It breaks a law; the message names every one.</exception>
    public static Objective Check(Objective objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        return new(CoreAlgorithms.Laws.check(objective.Inner));
    }
}
