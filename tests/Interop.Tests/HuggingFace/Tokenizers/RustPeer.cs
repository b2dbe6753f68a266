using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Levee.Tests;
using Xunit;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>The Rust library, asked as a test runs; the test is skipped where it cannot be had.</summary>
internal static class RustPeer
{
    /// <summary>Published tokenizers: byte-level ones, with and without normalizer, and Llama 2's, which marks blanks.</summary>
    internal static IReadOnlyList<NpmPackage> Published { get; } =
        [NpmPackage.Qwen25, NpmPackage.Qwen3, NpmPackage.Llama31, NpmPackage.Gpt2, NpmPackage.Llama2];

    internal static NpmPackage Package(string name) => Published.Single(package => package.Name == name);

    /// <summary>The ids of texts, no tokens added around them.</summary>
    internal static int[][] Encode(string file, IReadOnlyList<string> texts) =>
        [.. Ask(file, texts, [])["encoded"]!.AsArray().Select(ids => ids.Deserialize<int[]>()!)];

    /// <summary>The answer of ask-rust.mjs.</summary>
    internal static JsonNode Ask(string file, IReadOnlyList<string> texts, int[][] ids)
    {
        string[] arguments = [TestData.Beside("ask-rust.mjs"), NpmFiles.RustLibrary()];
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var node = NpmFiles.OrSkip(() => Process.Start(start)!);
        var answer = node.StandardOutput.ReadToEndAsync();
        node.StandardInput.Write(JsonSerializer.Serialize(new { tokenizer = file, texts, ids }));
        node.StandardInput.Close();
        node.WaitForExit();
        Assert.Equal(0, node.ExitCode);
        return JsonNode.Parse(answer.Result)!;
    }
}
