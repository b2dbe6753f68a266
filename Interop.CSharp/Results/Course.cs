namespace Levee.CSharp;

/// <summary>The course of a score over a run.</summary>
public sealed record Course
{
    /// <summary>Its first value.</summary>
    public required double First { get; init; }

    /// <summary>Its best value.</summary>
    public required double Best { get; init; }

    /// <summary>The step at which the best value was reached first.</summary>
    public required int BestStep { get; init; }

    /// <summary>Its last value.</summary>
    public required double Final { get; init; }

    internal static Course FromCore(CoreStudies.Course core) =>
        new() { First = core.First, Best = core.Best, BestStep = core.BestStep, Final = core.Final };
}
