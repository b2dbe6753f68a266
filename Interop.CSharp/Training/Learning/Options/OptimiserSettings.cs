namespace Levee.CSharp;

/// <summary>The step that an update takes along its gradient.</summary>
public sealed record OptimiserSettings
{
    private static readonly CoreLearning.OptimiserSettings Default = CoreLearning.OptimiserSettingsModule.defaults;

    /// <summary>The learning rate.</summary>
    public Schedule Schedule { get; init; } = Schedule.FromCore(Default.Schedule);

    /// <summary>The critic's learning rate, where the recipe has a critic.</summary>
    public Schedule CriticSchedule { get; init; } = Schedule.FromCore(Default.CriticSchedule);

    /// <summary>Constants of the optimiser.</summary>
    public AdamW AdamW { get; init; } = AdamW.FromCore(Default.AdamW);

    /// <summary>The norm that longer gradients are cut back to.</summary>
    public double ClipNorm { get; init; } = Default.ClipNorm;

    internal CoreLearning.OptimiserSettings ToCore() => new(
        Schedule.ToCore(),
        CriticSchedule.ToCore(),
        AdamW.ToCore(),
        ClipNorm);

    internal static OptimiserSettings FromCore(CoreLearning.OptimiserSettings core) => new()
    {
        Schedule = Schedule.FromCore(core.Schedule),
        CriticSchedule = Schedule.FromCore(core.CriticSchedule),
        AdamW = AdamW.FromCore(core.AdamW),
        ClipNorm = core.ClipNorm,
    };
}
