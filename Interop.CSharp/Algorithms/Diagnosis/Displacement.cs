using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>Lazy likelihood displacement (arXiv 2512.04220, section 4): what becomes of the likelihood of sampled responses.</summary>
public static class Displacement
{
    /// <summary>Everything that a step's groups tell of displacement, by name; what could not be measured is left out.</summary>
    /// <param name="groups">The step's groups.</param>
    /// <param name="after">
    /// [trajectory][token] log-probabilities of the same action tokens after the step's updates, where they were measured.
    /// </param>
    public static IReadOnlyDictionary<string, double> Measure(
        IReadOnlyList<IReadOnlyList<Trajectory>> groups, IReadOnlyList<IReadOnlyList<double>>? after = null) =>
        CoreDiagnosis.Displacement.measure(groups.ToCore(), after?.ToArrays().ToOption())
            .ToDictionary(metric => metric.Item1, metric => metric.Item2);
}
