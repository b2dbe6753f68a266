using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>What a run takes of memory against time. But for <see cref="Precision"/>, results change by rounding alone.</summary>
public sealed record MemorySettings
{
    private static readonly CoreLearning.MemorySettings Default = CoreLearning.MemorySettingsModule.defaults;

    /// <summary>The precision in which the weights of a policy in training are kept.</summary>
    public Precision Precision { get; init; } = Default.Precision.FromCore();

    /// <summary>Trajectories held in memory with their graph at a time; changes memory and time, not results beyond rounding.</summary>
    public int MicroBatchSize { get; init; } = Default.MicroBatchSize;

    /// <summary>
    /// Trajectories sampled at a time; when one has finished, the next takes its place. Null samples all of a step's at once.
    /// </summary>
    public int? MaxSequences { get; init; } = Default.MaxSequences.ToNullable();

    /// <summary>True when sequences are trained on one behind the other, without padding.</summary>
    public bool Packing { get; init; } = Default.Packing;

    /// <summary>True when each layer is computed again in the backward pass instead of being kept.</summary>
    public bool GradientCheckpointing { get; init; } = Default.GradientCheckpointing;

    /// <summary>True when the sampling of a token is recorded as a CUDA graph.</summary>
    public bool CudaGraphs { get; init; } = Default.CudaGraphs;

    internal CoreLearning.MemorySettings ToCore() => new(
        Precision.ToCore(),
        MicroBatchSize,
        MaxSequences.ToOption(),
        Packing,
        GradientCheckpointing,
        CudaGraphs);

    internal static MemorySettings FromCore(CoreLearning.MemorySettings core) => new()
    {
        Precision = core.Precision.FromCore(),
        MicroBatchSize = core.MicroBatchSize,
        MaxSequences = core.MaxSequences.ToNullable(),
        Packing = core.Packing,
        GradientCheckpointing = core.GradientCheckpointing,
        CudaGraphs = core.CudaGraphs,
    };
}
