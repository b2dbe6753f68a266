using System.Text.Json;
using Levee.Interop.HuggingFace.Tests;
using Levee.Tests;

namespace Levee.PythonText.Tests;

/// <summary>A Python process that says what its methods of texts answer.</summary>
public sealed class PythonTextPeer : IDisposable
{
    private readonly PythonPeer peer = new(
        TestData.Beside("python_text_peer.py"), "No python3 with Unicode 14 (Python 3.11) is installed.");

    internal string[] Ask(object request)
    {
        var line = peer.Ask(JsonSerializer.Serialize(request)) ?? throw new InvalidOperationException("The peer ended.");
        return JsonSerializer.Deserialize<string[]>(line)!;
    }

    public void Dispose() => peer.Dispose();
}
