using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The scores that policies give the action tokens of trajectories. Every list is [trajectory][token], of action tokens where nothing else is said.</summary>
public sealed record TokenScores
{
    private static readonly Dictionary<ReferencePolicy, IReadOnlyList<IReadOnlyList<double>>> NoReferences = [];

    /// <summary>Log-probability under the current policy.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> LogProbs { get; init; }

    /// <summary>Entropy in nats of the distribution each token was drawn from; zeros where it is not given.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Entropies { get; init; }

    /// <summary>Log-probabilities under reference policies that an objective or estimator needs.</summary>
    public IReadOnlyDictionary<ReferencePolicy, IReadOnlyList<IReadOnlyList<double>>> References { get; init; } = NoReferences;

    /// <summary>A critic's value before each token, where there is a critic.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Values { get; init; }

    /// <summary>
    /// The sum over the vocabulary of the squared probabilities of the distribution each token was drawn from, where an estimator needs it.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<double>>? SquaredProbabilities { get; init; }

    /// <summary>How much learning each token moves the correct trajectories of its group, where an estimator needs it (<see cref="Estimator.WithNthr"/>).</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Alignment { get; init; }

    /// <summary>[trajectory][observation token] log-probability of what the environment answered, where an objective needs it.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Observations { get; init; }

    /// <summary>The critic's values when the trajectories were sampled; <see cref="Values"/> where they are not given.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? SampledValues { get; init; }
}
