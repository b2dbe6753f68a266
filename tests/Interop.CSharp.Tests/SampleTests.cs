using System.Diagnostics;
using static Levee.CSharp.Tests.World;

namespace Levee.CSharp.Tests;

/// <summary>The samples, run as programs.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task The_advantages_sample_shows_estimators_and_losses()
    {
        var output = await Run("Advantages");
        Assert.Contains("grpo(ddof=1", output);
        Assert.Contains("LLDS penalises 11 tokens", output);
    }

    [Fact]
    public async Task The_search_agent_sample_trains_and_answers()
    {
        using var folder = new TemporaryFolder();
        var output = await Run("SearchAgent", Data, folder.Path);
        Assert.Contains("step 5 of 5", output);
        Assert.Contains("Held-out questions", output);
        Assert.Contains("Answer: ", output);
        Assert.Contains("report.html", output);
    }

    /// <summary>What a sample writes; it must end well.</summary>
    private static async Task<string> Run(string sample, params string[] arguments)
    {
        var built = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(AppContext.BaseDirectory, "..", "..", sample, built, $"{sample}.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, $"{sample} ended with {process.ExitCode}: {await output}{await errors}");
        return await output;
    }
}
