namespace Levee.CSharp;

/// <summary>
/// Supervised learning of the protocol from demonstrations, before reinforcement. The defaults are what a fresh Atlas policy needs.
/// </summary>
public sealed record WarmStartOptions
{
    private static readonly CoreLearning.WarmStartOptions Default = CoreTasks.Tasks.teaching;

    /// <summary>Steps of the warm start.</summary>
    public int Steps { get; init; } = Default.Steps;

    /// <summary>Demonstrations a step.</summary>
    public int Demonstrations { get; init; } = Default.Demonstrations;

    /// <summary>Demonstrations held in memory with their graph at a time.</summary>
    public int MicroBatchSize { get; init; } = Default.MicroBatchSize;

    /// <summary>The learning rate.</summary>
    public Schedule Schedule { get; init; } = Schedule.FromCore(Default.Schedule);

    /// <summary>Constants of the optimiser.</summary>
    public AdamW AdamW { get; init; } = AdamW.FromCore(Default.AdamW);

    /// <summary>The norm that longer gradients are cut back to.</summary>
    public double ClipNorm { get; init; } = Default.ClipNorm;

    /// <summary>
    /// Share of demonstrations that are flawed on purpose, 0 to 1: a policy that has seen only perfect ones explores nothing.
    /// </summary>
    public double Flaws { get; init; } = Default.Flaws;

    internal CoreLearning.WarmStartOptions ToCore() =>
        new(Steps, Demonstrations, MicroBatchSize, Schedule.ToCore(), AdamW.ToCore(), ClipNorm, Flaws);
}
