using System.Runtime.InteropServices;

namespace Levee.Interop.TorchExtras;

/// <summary>
/// GPU work that is recorded once and launched as one from then on, which spares the launch of each operation. What it reads and writes are
/// the same tensors every time, at the same places. To be recorded and replayed on one thread.
/// </summary>
public sealed class CudaGraph : IDisposable
{
    private nint _graph;

    private CudaGraph(nint graph) => _graph = graph;

    /// <summary>True when graphs can be recorded here: the extras library is there, built against a libtorch with CUDA.</summary>
    public static bool IsAvailable => ExtrasLibrary.IsThere;

    /// <summary>
    /// Records what <paramref name="work"/> launches, without running it. It must have run before, so that everything is loaded, and must
    /// not wait for the device.
    /// </summary>
    /// <exception cref="NotSupportedException">The extras library is not there.</exception>
    /// <exception cref="ExternalException">The device refused; the message says why.</exception>
    public static CudaGraph Record(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (!IsAvailable)
        {
            throw new NotSupportedException(
                "CUDA graphs need the extras library, which is built where libtorch has CUDA and its toolkit's headers are found; "
                + "see docs/gpu.md, or leave graphs out.");
        }
        Check(levee_graph_new(out var handle));
        var graph = new CudaGraph(handle);
        try
        {
            graph.Capture(work);
            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Launches the recorded work.</summary>
    /// <exception cref="ExternalException">The device refused; the message says why.</exception>
    public void Replay()
    {
        ObjectDisposedException.ThrowIf(_graph == 0, this);
        Check(levee_graph_replay(_graph));
    }

    /// <summary>Frees the recording and the memory that it works in.</summary>
    public void Dispose()
    {
        if (_graph != 0)
        {
            levee_graph_delete(_graph);
            _graph = 0;
        }
    }

    private void Capture(Action work)
    {
        Check(levee_graph_begin(_graph));
        var ended = false;
        try
        {
            work();
            ended = true;
            Check(levee_graph_end(_graph));
        }
        finally
        {
            if (!ended)
            {
                _ = levee_graph_end(_graph);
            }
        }
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new ExternalException($"CUDA graph: {Marshal.PtrToStringUTF8(levee_graph_error())}");
        }
    }

    [DllImport(ExtrasLibrary.Name)]
    private static extern nint levee_graph_error();

    [DllImport(ExtrasLibrary.Name)]
    private static extern int levee_graph_new(out nint graph);

    [DllImport(ExtrasLibrary.Name)]
    private static extern int levee_graph_begin(nint graph);

    [DllImport(ExtrasLibrary.Name)]
    private static extern int levee_graph_end(nint graph);

    [DllImport(ExtrasLibrary.Name)]
    private static extern int levee_graph_replay(nint graph);

    [DllImport(ExtrasLibrary.Name)]
    private static extern void levee_graph_delete(nint graph);
}
