namespace Levee.CSharp;

/// <summary>Settings for training one arm of an experiment.</summary>
public sealed record TrainingOptions
{
    /// <summary>Steps of a run. A step samples trajectories and learns from them.</summary>
    public int Steps { get; init; } = CoreLearning.TrainingOptionsModule.defaults.Steps;

    /// <summary>The trajectories that a step samples.</summary>
    public RolloutSettings Rollout { get; init; } = new();

    /// <summary>The updates that a step makes of its trajectories.</summary>
    public UpdateSettings Update { get; init; } = new();

    /// <summary>The step that an update takes along its gradient.</summary>
    public OptimiserSettings Optimiser { get; init; } = new();

    /// <summary>What a run takes of memory against time. But for <see cref="MemorySettings.Precision"/>, results change by rounding alone.</summary>
    public MemorySettings Memory { get; init; } = new();

    /// <summary>What a run measures besides its updates, and how often.</summary>
    public MeasuringSettings Measuring { get; init; } = new();

    /// <summary>What ends a run, or steps in, when it goes wrong.</summary>
    public GuardingSettings Guarding { get; init; } = new();

    /// <summary>These options with another learning rate after the warm-up.</summary>
    public TrainingOptions WithLearningRate(double rate) => FromCore(CoreLearning.TrainingOptionsModule.learningRate(rate, ToCore()));

    internal CoreLearning.TrainingOptions ToCore() =>
        new(Steps, Rollout.ToCore(), Update.ToCore(), Optimiser.ToCore(), Memory.ToCore(), Measuring.ToCore(), Guarding.ToCore());

    internal static TrainingOptions FromCore(CoreLearning.TrainingOptions core) => new()
    {
        Steps = core.Steps,
        Rollout = RolloutSettings.FromCore(core.Rollout),
        Update = UpdateSettings.FromCore(core.Update),
        Optimiser = OptimiserSettings.FromCore(core.Optimiser),
        Memory = MemorySettings.FromCore(core.Memory),
        Measuring = MeasuringSettings.FromCore(core.Measuring),
        Guarding = GuardingSettings.FromCore(core.Guarding),
    };
}
