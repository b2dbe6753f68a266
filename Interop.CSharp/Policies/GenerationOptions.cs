using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>
/// Settings for continuing texts by a policy. The filters leave out unlikely tokens one after the other, in transformers' order: <see cref="TopK"/>,
/// <see cref="TopP"/>, <see cref="MinP"/>; log-probabilities are those of the whole distribution, whatever is left out.
/// </summary>
public sealed record GenerationOptions
{
    private static readonly CorePolicies.GenerationOptions Default = CorePolicies.Generation.defaults;

    /// <summary>The largest number of tokens to write; at least 1.</summary>
    public int MaxTokens { get; init; } = Default.MaxTokens;

    /// <summary>0 takes the likeliest token; otherwise tokens are drawn from softmax(logits / temperature).</summary>
    public double Temperature { get; init; } = Default.Sampling.Temperature;

    /// <summary>Keeps so many of the likeliest tokens, from 1; null keeps all.</summary>
    public int? TopK { get; init; } = Default.Sampling.TopK.ToNullable();

    /// <summary>Keeps the fewest likeliest tokens whose share reaches this, in (0, 1]; 1 keeps all.</summary>
    public double TopP { get; init; } = Default.Sampling.TopP;

    /// <summary>Keeps tokens that are at least so likely relative to the likeliest, in [0, 1]; 0 keeps all.</summary>
    public double MinP { get; init; } = Default.Sampling.MinP;

    /// <summary>Texts that end the writing where they are complete, besides the ends that the policy's files name.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>The seed of the draws, which depend besides on a text's place among those that are given.</summary>
    public Seed Seed { get; init; }

    internal static GenerationOptions FromCore(CorePolicies.GenerationOptions core) => new()
    {
        MaxTokens = core.MaxTokens,
        Temperature = core.Sampling.Temperature,
        TopK = core.Sampling.TopK.ToNullable(),
        TopP = core.Sampling.TopP,
        MinP = core.Sampling.MinP,
        StopTexts = [.. core.StopTexts],
    };

    internal CorePolicies.GenerationOptions ToCore()
    {
        var sampling = new CoreSampling.SamplingOptions(
            Temperature, TopK.ToOption(), TopP, MinP, Default.Sampling.MaxSequences, Default.Sampling.PassTokens, Default.Sampling.CudaGraphs);
        return new(sampling, MaxTokens, Default.StopTokens, StopTexts.ToFSharpList(), Default.Samples, Seed.ToCore());
    }
}
