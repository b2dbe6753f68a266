using Levee.CSharp.Mapping;
using Microsoft.FSharp.Core;

namespace Levee.CSharp;

/// <summary>The results of the runs of one arm.</summary>
public sealed class ArmSummary
{
    internal ArmSummary(CoreStudies.ArmSummary core)
    {
        Inner = core;
        Runs = core.Runs.MapAll(RunSummary.FromCore);
    }

    /// <summary>The arm's name.</summary>
    public string Name => Inner.Arm;

    /// <summary>Its runs, by seed.</summary>
    public IReadOnlyList<RunSummary> Runs { get; }

    /// <summary>The steps since which runs have been collapsed, ascending; one for each collapsed run.</summary>
    public IReadOnlyList<int> Collapses => [.. Inner.Collapses];

    internal CoreStudies.ArmSummary Inner { get; }

    /// <summary>Mean and spread over the runs of a quantity, those without it left out; null where no run has it.</summary>
    public Spread? Over(Func<RunSummary, double?> quantity) => Inner.Over(Of(quantity)).ToReference() is { } spread
        ? new Spread { Mean = spread.Mean, Deviation = spread.Deviation.ToNullable(), Count = spread.Count }
        : null;

    /// <summary>A quantity of another arm less this arm's, seed by seed; null without a common seed.</summary>
    public PairedDifference? CompareWith(ArmSummary other, Func<RunSummary, double?> quantity) =>
        CoreStudies.Summary.compare(Of(quantity), Inner, other.Inner).ToReference() is { } difference
            ? new PairedDifference
            {
                Mean = difference.Mean,
                StandardError = difference.StandardError.ToNullable(),
                Pairs = difference.Pairs,
                P = difference.P,
                SmallestP = difference.SmallestP,
            }
            : null;

    private static FSharpFunc<CoreStudies.RunSummary, FSharpOption<double>?> Of(Func<RunSummary, double?> quantity) =>
        FSharpTypes.ToFSharpFunc((CoreStudies.RunSummary run) => quantity(RunSummary.FromCore(run)).ToOption());
}
