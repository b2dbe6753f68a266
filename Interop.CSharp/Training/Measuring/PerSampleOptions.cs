namespace Levee.CSharp;

/// <summary>The per-sample measure of displacement (arXiv 2512.04220, Eq. 3), taken while a run trains.</summary>
public sealed record PerSampleOptions
{
    private static readonly CoreLearning.PerSampleOptions Default = CoreLearning.PerSampleOptionsModule.defaults;

    /// <summary>Steps between measurements.</summary>
    public int Every { get; init; } = Default.Every;

    /// <summary>The first so many training questions are asked.</summary>
    public int Questions { get; init; } = Default.Questions;

    /// <summary>Trajectories sampled for each question.</summary>
    public int GroupSize { get; init; } = Default.GroupSize;

    /// <summary>True when the one update begins with an empty optimiser; otherwise with the run's moments.</summary>
    public bool FreshOptimiser { get; init; } = Default.FreshOptimiser;

    internal CoreLearning.PerSampleOptions ToCore() => new(Every, Questions, GroupSize, FreshOptimiser);

    internal static PerSampleOptions FromCore(CoreLearning.PerSampleOptions core) =>
        new() { Every = core.Every, Questions = core.Questions, GroupSize = core.GroupSize, FreshOptimiser = core.FreshOptimiser };
}
