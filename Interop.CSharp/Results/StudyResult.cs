using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>How a study ended.</summary>
public sealed record StudyResult
{
    /// <summary>Where everything was written.</summary>
    public required StudyFolder Folder { get; init; }

    /// <summary>What came of each arm, in their order.</summary>
    public required IReadOnlyList<ArmSummary> Arms { get; init; }

    /// <summary>Runs that ended with an error.</summary>
    public required IReadOnlyList<RunFailure> Failures { get; init; }

    /// <summary>True when it was interrupted; the rest shows what there is.</summary>
    public required bool IsCancelled { get; init; }

    /// <summary>The outcome in plain sentences, as the report has them.</summary>
    public IReadOnlyList<string> Sentences => [.. CoreReport.Verdict.sentences(Arms.Select(arm => arm.Inner).ToFSharpList())];

    internal static StudyResult FromCore(CoreTraining.StudyOutcome core) => new()
    {
        Folder = new StudyFolder(core.Folder),
        Arms = core.Arms.MapAll(arm => new ArmSummary(arm)),
        Failures = core.Failed.MapAll(failure => new RunFailure { Run = RunId.FromCore(failure.Item1), Message = failure.Item2 }),
        IsCancelled = core.Cancelled,
    };
}
