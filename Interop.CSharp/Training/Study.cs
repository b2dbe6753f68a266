using Levee.CSharp.Mapping;
using Microsoft.FSharp.Collections;

namespace Levee.CSharp;

/// <summary>
/// An experiment ready to run: every arm with every seed, several at a time, into a run folder. <see cref="StudyBuilder"/> makes it.
/// </summary>
public sealed class Study
{
    private readonly Core.Experiment _experiment;
    private readonly Core.StudyOptions _options;

    internal Study(Core.Experiment experiment, Core.StudyOptions options)
    {
        _experiment = experiment;
        _options = options;
    }

    /// <summary>The study's name.</summary>
    public string Name => _experiment.Name;

    /// <summary>Every setting of every arm as JSON, as <c>config.json</c> of the run folder has it.</summary>
    public string ToJson() => Core.Configuration.toJson(_options.Threads, _options.Workers, _experiment);

    /// <summary>
    /// Runs the study. Cancelling stops every run after its current update; the result then holds what was done, and the folder has its
    /// report. An error in one run does not stop the others.
    /// </summary>
    /// <param name="progress">Told of every step, from the threads of the runs, by one of them at a time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">The run folder cannot be made.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it began.</exception>
    public Task<StudyResult> RunAsync(IProgress<StudyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Core.IProgressSink Show(FSharpList<Tuple<Core.RunId, int>> plan) => new ProgressReporter(progress, plan);

        return Task.Factory.StartNew(
            () => StudyResult.FromCore(Core.Study.runShowing(
                FSharpTypes.ToFSharpFunc<FSharpList<Tuple<Core.RunId, int>>, Core.IProgressSink>(Show),
                _options,
                _experiment,
                cancellationToken)),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }
}
