// Trains a small search agent for a few steps, evaluates it, keeps it, loads it again and asks it something.
//
//     dotnet run --project Interop.CSharp/samples/SearchAgent [data folder] [folder for runs]
using Levee.CSharp;

var data = args.ElementAtOrDefault(0) ?? Path.Combine("Experiments", "data");
var runs = args.ElementAtOrDefault(1) ?? "runs";

// Ctrl-C stops after the current step; what was done is kept.
using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    cancellation.Cancel();
};

try
{
    var task = Tasks.Atlas(data);
    var result = await new ExperimentBuilder("search-agent")
        .Asking("Does a search agent keep what it knows while it learns?")
        .On(task)
        .StartingFrom(Path.Combine(data, "warm-start"))
        .AddArm("GRPO + LLDS", Recipes.Grpo + 3.0 * Objectives.Llds(LldsOptions.OverAllTokens))
        .WithTraining(options => options with
        {
            Steps = 5,
            Update = options.Update with { FreezeEmbedding = true },
            Measuring = options.Measuring with { EvaluationQuestions = 20 },
        })
        .WithSeeds(1)
        .WritingTo(runs)
        .Build()
        .RunAsync(new PrintedProgress(), cancellation.Token);

    foreach (var failure in result.Failures)
    {
        Console.Error.WriteLine($"{failure.Run} failed: {failure.Message}");
    }

    if (result.IsCancelled || result.Failures.Count > 0)
    {
        return 1;
    }

    // The study has kept the policy of every run.
    using var trained = Policy.Load(result.Folder.PolicyFolder(result.Arms[0].Runs[0].Run));
    var evaluation = await task.EvaluateAsync(trained, new EvaluationOptions { Questions = 20 }, cancellation.Token);
    Console.WriteLine($"Held-out questions answered rightly: {evaluation.MeanReward:P0}");

    // A policy is a folder in Hugging Face's layout.
    var kept = Path.Combine(result.Folder.Path, "agent");
    trained.Save(kept);
    using var agent = Policy.Load(kept);

    var answer = await task.AskAsync(agent, "What is the capital of Austria?", cancellationToken: cancellation.Token);
    Console.WriteLine($"Searches: {string.Join(", ", answer.Searches.Select(search => search.Query))}");
    Console.WriteLine($"Answer: {answer.Answer ?? "none"}");

    var written = await agent.GenerateAsync(
        ["Question: What is the capital of Peru?\n<think>"],
        new GenerationOptions { MaxTokens = 12, Temperature = 0, StopTexts = ["</think>"] },
        cancellation.Token);
    Console.WriteLine($"Writes: {written[0].Text}");
    Console.WriteLine($"Report: {result.Folder.ReportFile}");
    return 0;
}
catch (OperationCanceledException)
{
    return 1;
}

/// <summary>One line for each step and message.</summary>
internal sealed class PrintedProgress : IProgress<StudyProgress>
{
    public void Report(StudyProgress value)
    {
        if (value.Message is { } message)
        {
            Console.WriteLine(message);
        }
        else if (value.Runs.Single(run => run.Run == value.Reported) is { Step: > 0, IsFinished: false } run)
        {
            var left = value.TimeLeft?.TotalSeconds;
            Console.WriteLine($"{run.Run}: step {run.Step} of {run.Steps}, reward {run.Reward:F2}, {left:F0} s left");
        }
    }
}
