using Levee.CSharp.Mapping;

namespace Levee.CSharp;

/// <summary>The folder that an experiment writes into; the results of a finished run are read from it.</summary>
public sealed class RunFolder
{
    private readonly CoreRecords.RunFolder _core;

    internal RunFolder(CoreRecords.RunFolder core) => _core = core;

    /// <summary>The folder itself.</summary>
    public string Path => _core.Path;

    /// <summary>The report, one HTML file.</summary>
    public string ReportFile => _core.Report;

    /// <summary>Every setting, as JSON.</summary>
    public string ConfigurationFile => _core.Configuration;

    /// <summary>The file of measurements, one JSON object a line.</summary>
    public string MetricsFile => _core.Metrics;

    /// <summary>The folder of an experiment that has run, or still does.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it has no metrics.</exception>
    public static RunFolder Open(string path)
    {
        var folder = new RunFolder(new CoreRecords.RunFolder(System.IO.Path.GetFullPath(path)));
        return File.Exists(folder.MetricsFile) && File.Exists(folder.ConfigurationFile)
            ? folder
            : throw new DirectoryNotFoundException(
                $"{folder.Path} lacks config.json or metrics.jsonl: give the folder that an experiment has made, such as runs/NAME-TIME.");
    }

    /// <summary>Everything that was measured, in the order in which it was written.</summary>
    /// <exception cref="InvalidDataException">A line cannot be read; the message names file, line and remedy.</exception>
    public IReadOnlyList<MetricLine> ReadMetrics() => CoreRecords.Metrics.read(MetricsFile).Lines.MapAll(MetricLine.FromCore);

    /// <summary>The results of each arm, in the arms' order.</summary>
    /// <exception cref="InvalidDataException">A line cannot be read; the message names file, line and remedy.</exception>
    public IReadOnlyList<ArmSummary> Summarise()
    {
        var (names, steps) = ReadArms();
        return CoreStudies.Summary.arms(CoreStudies.Summary.defaultWindow(steps), names.ToFSharpList(), CoreRecords.Metrics.read(MetricsFile).Lines)
            .MapAll(arm => new ArmSummary(arm));
    }

    private (string[] Names, int Steps) ReadArms()
    {
        const string remedy = "Give the folder that an experiment has made.";
        var configuration = CoreEnvironments.JsonText.load(remedy, ConfigurationFile);
        try
        {
            var arms = configuration.GetProperty("arms").EnumerateArray().ToArray();
            return ([.. arms.Select(arm => arm.GetProperty("name").GetString()!)],
                arms.Max(arm => arm.GetProperty("training").GetProperty("steps").GetInt32()));
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{ConfigurationFile}: it is not what an experiment writes: {error.Message} {remedy}", error);
        }
    }

    /// <summary>The folder of a run's policy, in Hugging Face's layout.</summary>
    public string PolicyFolder(RunId run) => _core.Policy(run.ToCore());

    /// <summary>The file of a run's sampled trajectories, as readable text.</summary>
    public string TrajectoriesFile(RunId run) => _core.Trajectories(run.ToCore());

    /// <inheritdoc/>
    public override string ToString() => Path;
}
