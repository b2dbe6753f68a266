using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>What a run measures besides its updates, and how often.</summary>
public sealed record MeasuringSettings
{
    private static readonly CoreLearning.MeasuringSettings Default = CoreLearning.MeasuringSettingsModule.defaults;

    /// <summary>Steps between evaluations on held-out questions; there is one after the last step in any case.</summary>
    public int EvaluateEvery { get; init; } = Default.EvaluateEvery;

    /// <summary>Held-out questions an evaluation asks; all when fewer exist.</summary>
    public int EvaluationQuestions { get; init; } = Default.EvaluationQuestions;

    /// <summary>Steps between measurements of the probe's log-likelihood.</summary>
    public int ProbeEvery { get; init; } = Default.ProbeEvery;

    /// <summary>Steps between measurements of what the updates did to the step's own trajectories.</summary>
    public int DisplacementEvery { get; init; } = Default.DisplacementEvery;

    /// <summary>The per-sample measure of displacement; null where it is not measured.</summary>
    public PerSampleOptions? PerSample { get; init; } = Default.PerSample.ToReference() is { } options
        ? PerSampleOptions.FromCore(options)
        : null;

    internal CoreLearning.MeasuringSettings ToCore() => new(
        EvaluateEvery,
        EvaluationQuestions,
        ProbeEvery,
        DisplacementEvery,
        PerSample?.ToCore().ToOption());

    internal static MeasuringSettings FromCore(CoreLearning.MeasuringSettings core) => new()
    {
        EvaluateEvery = core.EvaluateEvery,
        EvaluationQuestions = core.EvaluationQuestions,
        ProbeEvery = core.ProbeEvery,
        DisplacementEvery = core.DisplacementEvery,
        PerSample = core.PerSample.ToReference() is { } options ? PerSampleOptions.FromCore(options) : null,
    };
}
