using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The result of an estimator for some groups. Trajectories are numbered through all of the groups.</summary>
public sealed record Estimates
{
    /// <summary>[trajectory][token] advantage of each action token.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Advantages { get; init; }

    /// <summary>[trajectory][token] the values that a critic should have given, where the estimator uses a critic.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Returns { get; init; }

    internal CoreEstimators.Estimates ToCore() => new(Advantages.ToArrays(), Returns?.ToArrays().ToOption());

    internal static Estimates FromCore(CoreEstimators.Estimates core) =>
        new() { Advantages = core.Advantages, Returns = core.Returns.ToReference() };
}
