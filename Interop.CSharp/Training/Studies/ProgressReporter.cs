using System.Diagnostics;
using Levee.CSharp.Mapping;
using Microsoft.FSharp.Collections;

namespace Levee.CSharp;

/// <summary>Tells an <see cref="IProgress{T}"/> what becomes of an experiment.</summary>
internal sealed class ProgressReporter(IProgress<StudyProgress>? progress, FSharpList<Tuple<CoreRecords.RunId, int>> plan) : CoreStudies.IProgressSink
{
    private readonly Lock _gate = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private CoreStudies.StudyProgress _study = CoreStudies.StudyProgressModule.start(plan);

    public void Started(CoreRecords.RunId run, int steps) =>
        Advance(study => CoreStudies.StudyProgressModule.started(_clock.Elapsed, run, steps, study), run);

    public void Step(CoreRecords.MetricLine line) => Advance(study => CoreStudies.StudyProgressModule.step(_clock.Elapsed, line, study), line.Run);

    public void Message(string text) => Advance(study => study, message: text);

    public void Finished(CoreRecords.RunId run) => Advance(study => CoreStudies.StudyProgressModule.finished(run, study), run);

    public void Dispose()
    {
    }

    private void Advance(Func<CoreStudies.StudyProgress, CoreStudies.StudyProgress> change, CoreRecords.RunId? run = null, string? message = null)
    {
        lock (_gate)
        {
            _study = change(_study);
            progress?.Report(new StudyProgress
            {
                Reported = run is null ? null : RunId.FromCore(run),
                Message = message,
                Runs = _study.Runs.MapAll(RunProgress.FromCore),
                Steps = _study.Plan.Sum(planned => planned.Value),
                TimeLeft = CoreStudies.StudyProgressModule.left(_clock.Elapsed, _study).ToNullable(),
            });
        }
    }
}
