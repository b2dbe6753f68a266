namespace Levee.CSharp;

/// <summary>A way to bring rewards or advantages to unit spread.</summary>
public sealed record Deviation
{
    /// <summary>
    /// Subtracted from the count in the variance's denominator: 1 for the unbiased variance, 0 for the variance of the numbers themselves.
    /// </summary>
    public int Ddof { get; init; } = CoreEstimators.DeviationModule.sample.Ddof;

    /// <summary>A small number that keeps the division finite; at least 0.</summary>
    public double Epsilon { get; init; } = CoreEstimators.DeviationModule.sample.Epsilon;

    /// <summary>The deviation of a group's rewards, as the released Search-R1 and verl have it.</summary>
    public static Deviation Sample { get; } = FromCore(CoreEstimators.DeviationModule.sample);

    /// <summary>The deviation of a whole step's advantages, as verl has it.</summary>
    public static Deviation Whitening { get; } = FromCore(CoreEstimators.DeviationModule.whitening);

    internal CoreEstimators.Deviation ToCore() => new(Ddof, Epsilon);

    private static Deviation FromCore(CoreEstimators.Deviation core) => new() { Ddof = core.Ddof, Epsilon = core.Epsilon };
}
