using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>Settings for training one arm of a study.</summary>
public sealed record TrainingOptions
{
    private static readonly CoreLearning.TrainingOptions Default = CoreLearning.TrainingOptionsModule.defaults;

    /// <summary>Trajectories sampled for each question; at least 2, since advantages are relative to the group.</summary>
    public int GroupSize { get; init; } = Default.GroupSize;

    /// <summary>Questions a step.</summary>
    public int Questions { get; init; } = Default.Questions;

    /// <summary>Updates that one pass over a step's trajectories is split into; at most <see cref="Questions"/>.</summary>
    public int MiniBatches { get; init; } = Default.MiniBatches;

    /// <summary>Passes over a step's trajectories.</summary>
    public int Epochs { get; init; } = Default.Epochs;

    /// <summary>
    /// Trajectories written at a time; when one has finished, the next takes its place. Null writes all of a step's at once.
    /// </summary>
    public int? Slots { get; init; } = Default.Slots.ToNullable();

    /// <summary>True when the writing of a token is recorded as a CUDA graph.</summary>
    public bool Graphs { get; init; } = Default.Graphs;

    /// <summary>Trajectories held in memory with their graph at a time; changes memory and time, not results beyond rounding.</summary>
    public int MicroBatch { get; init; } = Default.MicroBatch;

    /// <summary>The precision in which the weights of a policy in training are kept.</summary>
    public Precision Precision { get; init; } = Default.Precision.FromCore();

    /// <summary>True when sequences are trained on one behind the other, without padding.</summary>
    public bool Packing { get; init; } = Default.Packing;

    /// <summary>True when each layer is computed again on the way back instead of being kept (gradient checkpointing).</summary>
    public bool Checkpointing { get; init; } = Default.Checkpointing;

    /// <summary>
    /// Low-rank products that are trained beside the policy's weights, which then stay as they are; null where all weights are trained.
    /// </summary>
    public LoraOptions? Adapter { get; init; } = Default.Adapter.ToReference() is { } adapter ? LoraOptions.FromCore(adapter) : null;

    /// <summary>Steps of a run.</summary>
    public int Steps { get; init; } = Default.Steps;

    /// <summary>The learning rate.</summary>
    public Schedule Schedule { get; init; } = Schedule.FromCore(Default.Schedule);

    /// <summary>The critic's learning rate, where the recipe has a critic.</summary>
    public Schedule CriticSchedule { get; init; } = Schedule.FromCore(Default.CriticSchedule);

    /// <summary>Constants of the optimiser.</summary>
    public AdamW AdamW { get; init; } = AdamW.FromCore(Default.AdamW);

    /// <summary>The norm that longer gradients are cut back to.</summary>
    public double ClipNorm { get; init; } = Default.ClipNorm;

    /// <summary>True when token embeddings stay as they are.</summary>
    public bool FreezeEmbedding { get; init; } = Default.FreezeEmbedding;

    /// <summary>
    /// True when the first update after a rollout takes its own log-probabilities for the sampler's, which are the same but for rounding.
    /// </summary>
    public bool ExactFirstUpdate { get; init; } = Default.ExactFirstUpdate;

    /// <summary>The temperature that tokens are sampled and trained at; from 0.01 to 100.</summary>
    public double Temperature { get; init; } = Default.Temperature;

    /// <summary>
    /// The share of a step's trajectories, from 0 to 1, that may be left out because they could not be judged; a run in which more are
    /// stops with the reason.
    /// </summary>
    public double UnjudgedLimit { get; init; } = Default.UnjudgedLimit;

    /// <summary>Steps between evaluations on held-out questions; there is one after the last step in any case.</summary>
    public int EvaluateEvery { get; init; } = Default.EvaluateEvery;

    /// <summary>Held-out questions an evaluation asks; all when fewer exist.</summary>
    public int EvaluationQuestions { get; init; } = Default.EvaluationQuestions;

    /// <summary>Steps between measurements of the probe's log-likelihood.</summary>
    public int ProbeEvery { get; init; } = Default.ProbeEvery;

    /// <summary>Steps between measurements of what the updates did to the step's own trajectories.</summary>
    public int DisplacementEvery { get; init; } = Default.DisplacementEvery;

    /// <summary>The per-sample measure of displacement; null where it is not taken.</summary>
    public LldProbeOptions? LldProbe { get; init; } = Default.LldProbe.ToReference() is { } probe
        ? LldProbeOptions.FromCore(probe)
        : null;

    /// <summary>The thresholds by which phases of collapse are told, and what is done about the phases.</summary>
    public PhaseWatch Watch { get; init; } = PhaseWatch.FromCore(Default.Watch);

    /// <summary>Any of them ends a run after the step at which it is met.</summary>
    public IReadOnlyList<StopRule> StopRules { get; init; } = [.. Default.StopRules.Select(StopRule.FromCore)];

    /// <summary>These options with another learning rate after the warm-up.</summary>
    public TrainingOptions WithLearningRate(double rate) => FromCore(CoreLearning.TrainingOptionsModule.learningRate(rate, ToCore()));

    internal CoreLearning.TrainingOptions ToCore() =>
        new(
            GroupSize,
            Questions,
            MiniBatches,
            Epochs,
            Slots.ToOption(),
            Graphs,
            MicroBatch,
            Precision.ToCore(),
            Packing,
            Checkpointing,
            Adapter?.ToCore().ToOption(),
            Steps,
            Schedule.ToCore(),
            CriticSchedule.ToCore(),
            AdamW.ToCore(),
            ClipNorm,
            FreezeEmbedding,
            ExactFirstUpdate,
            Temperature,
            UnjudgedLimit,
            EvaluateEvery,
            EvaluationQuestions,
            ProbeEvery,
            DisplacementEvery,
            LldProbe?.ToCore().ToOption(),
            Watch.ToCore(),
            StopRules.Select(rule => rule.ToCore()).ToFSharpList());

    internal static TrainingOptions FromCore(CoreLearning.TrainingOptions core) => new()
    {
        GroupSize = core.GroupSize,
        Questions = core.Questions,
        MiniBatches = core.MiniBatches,
        Epochs = core.Epochs,
        Slots = core.Slots.ToNullable(),
        Graphs = core.Graphs,
        MicroBatch = core.MicroBatch,
        Precision = core.Precision.FromCore(),
        Packing = core.Packing,
        Checkpointing = core.Checkpointing,
        Adapter = core.Adapter.ToReference() is { } adapter ? LoraOptions.FromCore(adapter) : null,
        Steps = core.Steps,
        Schedule = Schedule.FromCore(core.Schedule),
        CriticSchedule = Schedule.FromCore(core.CriticSchedule),
        AdamW = AdamW.FromCore(core.AdamW),
        ClipNorm = core.ClipNorm,
        FreezeEmbedding = core.FreezeEmbedding,
        ExactFirstUpdate = core.ExactFirstUpdate,
        Temperature = core.Temperature,
        UnjudgedLimit = core.UnjudgedLimit,
        EvaluateEvery = core.EvaluateEvery,
        EvaluationQuestions = core.EvaluationQuestions,
        ProbeEvery = core.ProbeEvery,
        DisplacementEvery = core.DisplacementEvery,
        LldProbe = core.LldProbe.ToReference() is { } probe ? LldProbeOptions.FromCore(probe) : null,
        Watch = PhaseWatch.FromCore(core.Watch),
        StopRules = [.. core.StopRules.Select(StopRule.FromCore)],
    };
}
