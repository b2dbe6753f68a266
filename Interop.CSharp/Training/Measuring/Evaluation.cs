namespace Levee.CSharp;

/// <summary>The results of a policy on questions.</summary>
public sealed record Evaluation
{
    /// <summary>Mean reward over the episodes that were judged; NaN where none was, 0 where there are no episodes.</summary>
    public required double MeanReward { get; init; }

    /// <summary>The episodes, one for each question.</summary>
    public required IReadOnlyList<Trajectory> Trajectories { get; init; }
}
