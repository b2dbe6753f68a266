namespace Levee.CSharp;

/// <summary>How a policy answered.</summary>
public sealed record Evaluation
{
    /// <summary>Mean reward over the episodes; 0 of none.</summary>
    public required double MeanReward { get; init; }

    /// <summary>The episodes, one for each question.</summary>
    public required IReadOnlyList<Trajectory> Trajectories { get; init; }
}
