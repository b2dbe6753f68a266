using System.Diagnostics;
using System.Text.Json.Nodes;
using Levee.Interop.HuggingFace.Tests;

[assembly: AssemblyFixture(typeof(JinjaPeer))]

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>A Python process with Jinja that renders the same templates, to compare with.</summary>
public sealed class JinjaPeer : IDisposable
{
    private static readonly string[] Interpreters = ["python3", "/usr/bin/python3"];

    private readonly Lock turn = new();
    private readonly Lazy<Process?> process = new(() => Interpreters.Select(Start).FirstOrDefault(peer => peer is not null));

    /// <summary>What Jinja writes; null where it raises an error, which <paramref name="error"/> then says.</summary>
    internal string? Render(string template, JsonObject variables, DateTime now, out string? error)
    {
        if (process.Value is not { } peer)
        {
            Assert.Skip("No python3 with jinja2 is installed (Debian: python3-jinja2).");
            throw new UnreachableException();
        }
        var request = new JsonObject { ["template"] = template, ["variables"] = variables.DeepClone(), ["now"] = $"{now:s}" };
        string? line;
        lock (turn)
        {
            peer.StandardInput.WriteLine(request.ToJsonString());
            peer.StandardInput.Flush();
            line = peer.StandardOutput.ReadLine();
        }
        var answer = JsonNode.Parse(line ?? throw new InvalidOperationException("The peer ended."))!;
        error = (string?)answer["error"];
        return (string?)answer["text"];
    }

    public void Dispose()
    {
        if (process.IsValueCreated && process.Value is { } peer)
        {
            peer.StandardInput.Close();
            peer.WaitForExit();
            peer.Dispose();
        }
    }

    private static Process? Start(string interpreter)
    {
        var start = new ProcessStartInfo(interpreter, ["-u", TestData.Beside("jinja_peer.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var peer = Process.Start(start);
            if (peer?.StandardOutput.ReadLine() is not null)
            {
                return peer;
            }
            peer?.Dispose();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
