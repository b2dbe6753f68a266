namespace Levee.CSharp;

/// <summary>How a policy is evaluated.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The first so many questions are asked; all when fewer exist.</summary>
    public int Questions { get; init; } = CoreLearning.TrainingOptionsModule.defaults.EvaluationQuestions;

    /// <summary>Of the distribution that tokens are drawn from; 0, greedy, takes the likeliest.</summary>
    public double Temperature { get; init; }

    /// <summary>What the draws depend on.</summary>
    public Seed Seed { get; init; }
}
