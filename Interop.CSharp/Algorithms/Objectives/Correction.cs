namespace Levee.CSharp;

/// <summary>
/// The correction for a sampler whose arithmetic is not the trainer's, given the ratio w = pi_old (trainer) / pi_old (sampler) of a token.
/// </summary>
public sealed record Correction
{
    private Correction(CoreObjectives.Correction core) => Inner = core;

    internal CoreObjectives.Correction Inner { get; }

    /// <summary>The token weighs min(w, cap): truncated importance sampling.</summary>
    public static Correction Truncated(double cap) => new(CoreObjectives.Correction.NewTruncated(cap));

    /// <summary>The token weighs w within [low, high] and nothing outside (IcePop, arXiv 2510.18855).</summary>
    public static Correction Masked(double low, double high) => new(CoreObjectives.Correction.NewMasked(low, high));

    /// <inheritdoc/>
    public override string ToString() => Inner.ToString();
}
