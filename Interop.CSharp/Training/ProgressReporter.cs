using System.Diagnostics;
using Levee.CSharp.Mapping;
using Microsoft.FSharp.Collections;

namespace Levee.CSharp;

/// <summary>Tells an <see cref="IProgress{T}"/> what becomes of a study.</summary>
internal sealed class ProgressReporter(IProgress<StudyProgress>? progress, FSharpList<Tuple<Core.RunId, int>> plan) : Core.IProgressSink
{
    private readonly Lock _gate = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private Core.StudyProgress _study = Core.StudyProgressModule.start(plan);

    public void Started(Core.RunId run, int steps) =>
        Advance(study => Core.StudyProgressModule.started(_clock.Elapsed, run, steps, study), run);

    public void Step(Core.MetricLine line) => Advance(study => Core.StudyProgressModule.step(_clock.Elapsed, line, study), line.Run);

    public void Message(string text) => Advance(study => study, message: text);

    public void Finished(Core.RunId run) => Advance(study => Core.StudyProgressModule.finished(run, study), run);

    public void Dispose()
    {
    }

    private void Advance(Func<Core.StudyProgress, Core.StudyProgress> change, Core.RunId? run = null, string? message = null)
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
                TimeLeft = Core.StudyProgressModule.left(_clock.Elapsed, _study).ToNullable(),
            });
        }
    }
}
