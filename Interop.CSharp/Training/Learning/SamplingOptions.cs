namespace Levee.CSharp;

/// <summary>How groups of episodes are sampled.</summary>
public sealed record SamplingOptions
{
    /// <summary>Episodes for each question; at least 1.</summary>
    public int GroupSize { get; init; } = CoreLearning.TrainingOptionsModule.defaults.GroupSize;

    /// <summary>Of the distribution that tokens are drawn from; 0 takes the likeliest.</summary>
    public double Temperature { get; init; } = CoreLearning.TrainingOptionsModule.defaults.Temperature;

    /// <summary>What the draws depend on.</summary>
    public Seed Seed { get; init; }
}
