using System.ComponentModel;
using System.Diagnostics;

namespace Levee.Tests;

/// <summary>
/// A Python process that answers each line with a line, started when first asked. Its script writes one line when it has what it needs, and
/// ends where it does not.
/// </summary>
/// <param name="script">The script's path.</param>
/// <param name="missing">What to say where no Python here has what the script needs; the test is skipped then.</param>
internal sealed class PythonPeer(string script, string missing) : IDisposable
{
    private static readonly string[] Interpreters = ["python3", "/usr/bin/python3"];

    private readonly Lock turn = new();
    private readonly Lazy<Process?> process =
        new(() => Interpreters.Select(interpreter => Start(interpreter, script)).FirstOrDefault(peer => peer is not null));

    /// <summary>The answer to a line; null where the process has ended.</summary>
    internal string? Ask(string line)
    {
        if (process.Value is not { } peer)
        {
            Assert.Skip(missing);
            throw new UnreachableException();
        }
        lock (turn)
        {
            peer.StandardInput.WriteLine(line);
            peer.StandardInput.Flush();
            return peer.StandardOutput.ReadLine();
        }
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

    private static Process? Start(string interpreter, string script)
    {
        var start = new ProcessStartInfo(interpreter, ["-u", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var peer = Process.Start(start);
            // Errors are read and dropped, since a full pipe would block the process.
            peer?.BeginErrorReadLine();
            if (peer?.StandardOutput.ReadLine() is not null)
            {
                return peer;
            }
            peer?.Dispose();
            return null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
