using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The end of an experiment and its results.</summary>
public sealed record StudyOutcome
{
    /// <summary>The folder that everything was written to.</summary>
    public required RunFolder Folder { get; init; }

    /// <summary>The results of each arm, in the arms' order.</summary>
    public required IReadOnlyList<ArmSummary> Arms { get; init; }

    /// <summary>Runs that ended with an error.</summary>
    public required IReadOnlyList<RunFailure> Failures { get; init; }

    /// <summary>True when the experiment was interrupted; the rest shows what there is.</summary>
    public required bool IsCancelled { get; init; }

    /// <summary>The outcome in plain sentences, as the report has them.</summary>
    public IReadOnlyList<string> Sentences => [.. CoreStudies.Verdict.sentences(Arms.Select(arm => arm.Inner).ToFSharpList())];

    internal static StudyOutcome FromCore(CoreStudies.StudyOutcome core) => new()
    {
        Folder = new RunFolder(core.Folder),
        Arms = core.Arms.MapAll(arm => new ArmSummary(arm)),
        Failures = core.Failed.MapAll(failure => new RunFailure { Run = RunId.FromCore(failure.Item1), Message = failure.Item2 }),
        IsCancelled = core.Cancelled,
    };
}
