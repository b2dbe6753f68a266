namespace Levee.CSharp;

/// <summary>Settings for sampling groups of episodes.</summary>
public sealed record SamplingOptions
{
    /// <summary>Episodes for each question; at least 1.</summary>
    public int GroupSize { get; init; } = CoreLearning.RolloutSettingsModule.defaults.GroupSize;

    /// <summary>The temperature that tokens are drawn at; 0 takes the likeliest.</summary>
    public double Temperature { get; init; } = CoreLearning.RolloutSettingsModule.defaults.Temperature;

    /// <summary>The seed that the draws depend on.</summary>
    public Seed Seed { get; init; }
}
