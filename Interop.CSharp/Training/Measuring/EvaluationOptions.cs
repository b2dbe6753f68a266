namespace Levee.CSharp;

/// <summary>Settings for evaluating a policy.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The first so many questions are asked; all when fewer exist.</summary>
    public int Questions { get; init; } = CoreLearning.MeasuringSettingsModule.defaults.EvaluationQuestions;

    /// <summary>The temperature that tokens are drawn at; 0, greedy, takes the likeliest.</summary>
    public double Temperature { get; init; }

    /// <summary>The seed that the draws depend on.</summary>
    public Seed Seed { get; init; }
}
