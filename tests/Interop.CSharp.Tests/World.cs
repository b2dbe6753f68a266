using System.Runtime.CompilerServices;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Levee.CSharp.Tests;

/// <summary>The real small world, and small settings to train in it.</summary>
internal static class World
{
    internal static string Root { get; } = Path.GetFullPath(Path.Combine(Folder(), "..", ".."));

    internal static string Data { get; } = Path.Combine(Root, "Experiments", "data");

    internal static string WarmStartFolder { get; } = Path.Combine(Data, "warm-start");

    private static readonly Lazy<LearningTask> LazyAtlas = new(() => Tasks.Atlas(Data));

    internal static LearningTask AtlasTask => LazyAtlas.Value;

    internal static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Training steps that take a fraction of a second.</summary>
    internal static TrainingOptions Small(TrainingOptions options) => options with
    {
        Steps = 2,
        Rollout = options.Rollout with { BatchSize = 3, GroupSize = 4 },
        Update = options.Update with { MiniBatchSize = 2, Epochs = 2 },
        Measuring = options.Measuring with { EvaluationQuestions = 4 },
    };

    /// <summary>A trajectory of one action of so many tokens, all of the same log-probability.</summary>
    internal static Trajectory Episode(double reward, int tokens, float logProb = -1) => new()
    {
        Question = new Question { Text = "Which?" },
        Segments =
        [
            new Segment.Prompt { Tokens = [1, 2] },
            new Segment.Action { Tokens = [.. Enumerable.Range(3, tokens)], LogProbs = [.. Enumerable.Repeat(logProb, tokens)] },
        ],
        Reward = reward,
    };

    private static string Folder([CallerFilePath] string source = "") => Path.GetDirectoryName(source)!;
}

/// <summary>A folder that lives as long as one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("levee-");

    internal string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>Keeps every report.</summary>
internal sealed class KeptProgress : IProgress<StudyProgress>
{
    internal List<StudyProgress> Reports { get; } = [];

    internal Action<StudyProgress> OnReport { get; init; } = _ => { };

    public void Report(StudyProgress value)
    {
        Reports.Add(value);
        OnReport(value);
    }
}
