using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The value and the metrics of an objective for some trajectories.</summary>
public sealed record ObjectiveLoss
{
    /// <summary>The value that training minimises.</summary>
    public required double Value { get; init; }

    /// <summary>
    /// [trajectory][token] derivative of the value with respect to each action token's log-probability: who pushes which token down.
    /// </summary>
    public required IReadOnlyList<IReadOnlyList<double>> LogProbGradient { get; init; }

    /// <summary>[trajectory][token] derivative with respect to each token's entropy, where the objective has one.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? EntropyGradient { get; init; }

    /// <summary>[trajectory][token] derivative with respect to the critic's value before each token, where there is one.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? ValueGradient { get; init; }

    /// <summary>[trajectory][observation token] derivative with respect to each observation token's log-probability, where there is one.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? ObservationGradient { get; init; }

    /// <summary>The objective's measurements, by name.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    internal static ObjectiveLoss FromCore(Core.Trajectory[] trajectories, CoreObjectives.ObjectiveGradient core) => new()
    {
        Value = core.Value,
        LogProbGradient = CoreAlgorithms.Padding.unpad(trajectories, core.LogProb),
        EntropyGradient = core.Entropy.ToReference() is { } entropy ? CoreAlgorithms.Padding.unpad(trajectories, entropy) : null,
        ValueGradient = core.Values.ToReference() is { } value ? CoreAlgorithms.Padding.unpad(trajectories, value) : null,
        ObservationGradient = core.Observations.ToReference() is { } seen
            ? CoreAlgorithms.Padding.unpad([.. trajectories.Select(Core.TrajectoryModule.observed)], seen)
            : null,
        Metrics = core.Metrics.ToDictionary(metric => metric.Item1, metric => metric.Item2),
    };
}
