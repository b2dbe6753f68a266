using Levee.CSharp.Mapping;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Levee.CSharp;

/// <summary>
/// An experiment ready to run: every arm with every seed, several at a time, into a run folder. <see cref="ExperimentBuilder"/> makes it.
/// </summary>
public sealed class Experiment
{
    private readonly CoreStudies.Experiment _experiment;
    private readonly CoreStudies.StudyOptions _options;

    internal Experiment(CoreStudies.Experiment experiment, CoreStudies.StudyOptions options)
    {
        _experiment = experiment;
        _options = options;
    }

    /// <summary>The experiment's name.</summary>
    public string Name => _experiment.Name;

    /// <summary>Every setting of every arm as JSON, as <c>config.json</c> of the run folder has it.</summary>
    public string ToJson() => CoreStudies.Configuration.onMachine(_options.Threads, _options.Device, _experiment);

    /// <summary>
    /// Runs the experiment. Cancelling stops every run after its current step; the result then holds what was done, and the folder has its
    /// report. An error in one run does not stop the others.
    /// </summary>
    /// <param name="progress">Told of every step, from the threads of the runs, by one of them at a time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">The run folder cannot be made.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it began.</exception>
    public Task<StudyOutcome> RunAsync(IProgress<StudyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        return Start(
            () => CoreTraining.Study.runShowing(Showing(progress), _options, _experiment, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Goes on with this experiment in the folder of a run that was stopped, however it was, to the same metrics and weights as if nothing had happened.
    /// </summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="progress">The same parameter as of <see cref="RunAsync"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">There is no such run, or another process is at work in it.</exception>
    /// <exception cref="InvalidDataException">
    /// The run was begun with other settings, of which the message names the first, or over other data, of which it names all
    /// (<see cref="ExperimentBuilder.AcceptingChanges"/>).
    /// </exception>
    public Task<StudyOutcome> ResumeAsync(
        string folder, IProgress<StudyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        return Start(
            () => CoreTraining.Study.resumeShowing(
                Showing(progress), _options, CoreRecords.RunFolderModule.existing(folder), _experiment, cancellationToken),
            cancellationToken);
    }

    private static FSharpFunc<FSharpList<Tuple<CoreRecords.RunId, int>>, CoreStudies.IProgressSink> Showing(IProgress<StudyProgress>? progress) =>
        FSharpTypes.ToFSharpFunc<FSharpList<Tuple<CoreRecords.RunId, int>>, CoreStudies.IProgressSink>(plan => new ProgressReporter(progress, plan));

    private static Task<StudyOutcome> Start(Func<CoreStudies.StudyOutcome> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => StudyOutcome.FromCore(work()), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
