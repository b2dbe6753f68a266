using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>
/// The settings of an adapter: beside each target W stands scale * B A, with B A of low rank (LoRA, Hu et al., arXiv 2106.09685).
/// </summary>
public sealed record LoraOptions
{
    private static readonly CoreWeights.LoraOptions Default = CoreWeights.LoraOptionsModule.defaults;

    /// <summary>Rank of each product; at least 1.</summary>
    public int Rank { get; init; } = Default.Rank;

    /// <summary>The products are multiplied by this, divided by <see cref="Rank"/>; above 0.</summary>
    public double Alpha { get; init; } = Default.Alpha;

    /// <summary>The projections of every layer that a product stands beside; all when not said.</summary>
    public IReadOnlyList<Projection> Targets { get; init; } = [.. Default.Targets.Select(ProjectionMapping.FromCore)];

    /// <summary>True when the products are divided by the square root of the rank instead, which suits high ranks.</summary>
    public bool RankStabilised { get; init; } = Default.RankStabilised;

    internal CoreWeights.LoraOptions ToCore() =>
        new(Rank, Alpha, Targets.Select(ProjectionMapping.ToCore).ToFSharpList(), RankStabilised);

    internal static LoraOptions FromCore(CoreWeights.LoraOptions core) => new()
    {
        Rank = core.Rank,
        Alpha = core.Alpha,
        Targets = [.. core.Targets.Select(ProjectionMapping.FromCore)],
        RankStabilised = core.RankStabilised,
    };
}
