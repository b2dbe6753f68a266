using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The updates that a step makes of its trajectories.</summary>
public sealed record UpdateSettings
{
    private static readonly CoreLearning.UpdateSettings Default = CoreLearning.UpdateSettingsModule.defaults;

    /// <summary>
    /// Questions whose trajectories one update learns from (verl's <c>ppo_mini_batch_size</c>), at most the batch size. A pass makes one update
    /// for every so many of the step's questions, and shares the questions out among its updates evenly.
    /// </summary>
    public int MiniBatchSize { get; init; } = Default.MiniBatchSize;

    /// <summary>Passes over a step's trajectories.</summary>
    public int Epochs { get; init; } = Default.Epochs;

    /// <summary>
    /// True when the first update after a rollout takes its own log-probabilities for the sampler's, which are the same but for rounding.
    /// </summary>
    public bool ExactFirstUpdate { get; init; } = Default.ExactFirstUpdate;

    /// <summary>True when token embeddings stay as they are.</summary>
    public bool FreezeEmbedding { get; init; } = Default.FreezeEmbedding;

    /// <summary>
    /// Low-rank products that are trained beside the policy's weights, which then stay as they are; null where all weights are trained.
    /// </summary>
    public LoraOptions? Adapter { get; init; } = Default.Adapter.ToReference() is { } adapter ? LoraOptions.FromCore(adapter) : null;

    internal CoreLearning.UpdateSettings ToCore() => new(
        MiniBatchSize,
        Epochs,
        ExactFirstUpdate,
        FreezeEmbedding,
        Adapter?.ToCore().ToOption());

    internal static UpdateSettings FromCore(CoreLearning.UpdateSettings core) => new()
    {
        MiniBatchSize = core.MiniBatchSize,
        Epochs = core.Epochs,
        ExactFirstUpdate = core.ExactFirstUpdate,
        FreezeEmbedding = core.FreezeEmbedding,
        Adapter = core.Adapter.ToReference() is { } adapter ? LoraOptions.FromCore(adapter) : null,
    };
}
