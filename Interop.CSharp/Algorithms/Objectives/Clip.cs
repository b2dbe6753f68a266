namespace Levee.CSharp;

/// <summary>The range of the likelihood ratio outside which its gradient is cut: [1 - Low, 1 + High].</summary>
public sealed record Clip
{
    private Clip(CoreObjectives.Clip core) => Inner = core;

    /// <summary>The distance below 1.</summary>
    public double Low => Inner.Low;

    /// <summary>The distance above 1.</summary>
    public double High => Inner.High;

    internal CoreObjectives.Clip Inner { get; }

    /// <summary>A clip at the same distance on both sides, such as 0.2.</summary>
    /// <exception cref="ArgumentException">It is not above 0 and below 1.</exception>
    public static Clip Symmetric(double epsilon) => new(CoreObjectives.ClipModule.symmetric(epsilon));

    /// <summary>Different distances below and above (clip-higher: DAPO, arXiv 2503.14476).</summary>
    /// <exception cref="ArgumentException">A distance is not above 0 and finite, or the first is not below 1.</exception>
    public static Clip Asymmetric(double low, double high) => new(CoreObjectives.ClipModule.asymmetric(low, high));
}
