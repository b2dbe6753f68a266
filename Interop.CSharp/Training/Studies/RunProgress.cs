using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The progress of one run.</summary>
public sealed record RunProgress
{
    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>The last step reported; 0 before the first.</summary>
    public required int Step { get; init; }

    /// <summary>Steps that the run will take in all.</summary>
    public required int Steps { get; init; }

    /// <summary>Mean reward of the last ten steps, where it is known.</summary>
    public double? Reward { get; init; }

    /// <summary>The last known value of each metric, by name (<see cref="MetricNames"/>).</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>True when the run has ended.</summary>
    public required bool IsFinished { get; init; }

    /// <summary>Estimated time to the run's end; null where it cannot be told.</summary>
    public TimeSpan? TimeLeft { get; init; }

    internal static RunProgress FromCore(CoreStudies.RunProgress core) => new()
    {
        Run = RunId.FromCore(core.Run),
        Step = core.Step,
        Steps = core.Steps,
        Reward = core.Reward.ToNullable(),
        Metrics = core.Values,
        IsFinished = core.Finished,
        TimeLeft = core.Left.ToNullable(),
    };
}
