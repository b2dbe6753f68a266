namespace Levee.CSharp;

/// <summary>A run ends once a metric has been beyond a bound for some measurements in a row.</summary>
public sealed record StopRule
{
    /// <summary>The metric's name, as in <c>metrics.jsonl</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>True for a run that ends above the bound, false for one that ends below it.</summary>
    public required bool Above { get; init; }

    /// <summary>The bound.</summary>
    public required double Bound { get; init; }

    /// <summary>Measurements in a row; at least 1.</summary>
    public required int Steps { get; init; }

    internal CoreLearning.StopRule ToCore() => new(Metric, Above, Bound, Steps);

    internal static StopRule FromCore(CoreLearning.StopRule core) =>
        new() { Metric = core.Metric, Above = core.Above, Bound = core.Bound, Steps = core.Steps };
}
