using System.Text.Json.Nodes;
using Levee.Interop.HuggingFace.Tests;
using Levee.Tests;

[assembly: AssemblyFixture(typeof(JinjaPeer))]

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>A Python process with Jinja that renders the same templates, to compare with.</summary>
public sealed class JinjaPeer : IDisposable
{
    private readonly PythonPeer peer = new(
        TestData.Beside("jinja_peer.py"), "No python3 with jinja2 is installed (Debian: python3-jinja2).");

    /// <summary>What Jinja writes; null where it raises an error, which <paramref name="error"/> then says.</summary>
    internal string? Render(string template, JsonObject variables, DateTime now, out string? error)
    {
        var request = new JsonObject { ["template"] = template, ["variables"] = variables.DeepClone(), ["now"] = $"{now:s}" };
        var line = peer.Ask(request.ToJsonString());
        var answer = JsonNode.Parse(line ?? throw new InvalidOperationException("The peer ended."))!;
        error = (string?)answer["error"];
        return (string?)answer["text"];
    }

    public void Dispose() => peer.Dispose();
}
