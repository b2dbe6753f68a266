namespace Levee.CSharp;

/// <summary>The progress of an experiment.</summary>
public sealed record StudyProgress
{
    /// <summary>The run that this report is about; null where it is a message.</summary>
    public RunId? Reported { get; init; }

    /// <summary>Something to tell the user in one line, such as an update that was skipped; null where a run has moved.</summary>
    public string? Message { get; init; }

    /// <summary>The runs that have begun, in order of their start.</summary>
    public required IReadOnlyList<RunProgress> Runs { get; init; }

    /// <summary>Steps of all runs that are planned.</summary>
    public required int Steps { get; init; }

    /// <summary>Steps done by all runs.</summary>
    public int StepsDone => Runs.Sum(run => run.Step);

    /// <summary>Estimated time to the end; null before the first step.</summary>
    public TimeSpan? TimeLeft { get; init; }
}
