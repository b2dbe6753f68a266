namespace Levee.CSharp;

/// <summary>The trajectories that a step samples.</summary>
public sealed record RolloutSettings
{
    private static readonly CoreLearning.RolloutSettings Default = CoreLearning.RolloutSettingsModule.defaults;

    /// <summary>Questions a step (verl's <c>train_batch_size</c>).</summary>
    public int BatchSize { get; init; } = Default.BatchSize;

    /// <summary>Trajectories sampled for each question; at least 2, since advantages are relative to the group.</summary>
    public int GroupSize { get; init; } = Default.GroupSize;

    /// <summary>The temperature that tokens are sampled and trained at; from 0.01 to 100.</summary>
    public double Temperature { get; init; } = Default.Temperature;

    internal CoreLearning.RolloutSettings ToCore() => new(
        BatchSize,
        GroupSize,
        Temperature);

    internal static RolloutSettings FromCore(CoreLearning.RolloutSettings core) => new()
    {
        BatchSize = core.BatchSize,
        GroupSize = core.GroupSize,
        Temperature = core.Temperature,
    };
}
