namespace Levee.CSharp;

/// <summary>A learning rate over a run's steps.</summary>
public sealed record Schedule
{
    private static readonly CoreLearning.Schedule Default = CoreLearning.OptimiserSettingsModule.defaults.Schedule;

    /// <summary>Learning rate after the warm-up; above 0.</summary>
    public double Peak { get; init; } = Default.Peak;

    /// <summary>Share of all steps over which the rate rises linearly from zero; 0 to 1.</summary>
    public double WarmUp { get; init; } = Default.WarmUp;

    /// <summary>The course of the rate from then on.</summary>
    public Decay Decay { get; init; } = new(Default.Decay);

    internal CoreLearning.Schedule ToCore() => new(Peak, WarmUp, Decay.Inner);

    internal static Schedule FromCore(CoreLearning.Schedule core) => new() { Peak = core.Peak, WarmUp = core.WarmUp, Decay = new(core.Decay) };
}
