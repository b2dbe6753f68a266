namespace Levee.CSharp;

/// <summary>How a policy continues texts.</summary>
public sealed record GenerationOptions
{
    /// <summary>The largest number of tokens to write; at least 1.</summary>
    public int MaxTokens { get; init; } = Core.RolloutOptionsModule.defaults.TurnTokens;

    /// <summary>0 takes the likeliest token; otherwise tokens are drawn from softmax(logits / temperature).</summary>
    public double Temperature { get; init; } = Core.TrainingOptionsModule.defaults.Temperature;

    /// <summary>Texts that end the writing, besides the policy's end of sequence; each is ASCII and ends in <c>&gt;</c>.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>What the draws depend on; text k draws from its k-th child.</summary>
    public Seed Seed { get; init; }
}
