namespace Levee.CSharp;

/// <summary>The measurements of one training step of one run; one line of <c>metrics.jsonl</c>.</summary>
public sealed record MetricLine
{
    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>The training step, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Metrics by name (<see cref="MetricNames"/>); one that was not measured at this step is absent.</summary>
    public required IReadOnlyDictionary<string, double> Values { get; init; }

    internal static MetricLine FromCore(CoreRecords.MetricLine core) =>
        new() { Run = RunId.FromCore(core.Run), Step = core.Step, Values = core.Values };
}
