namespace TorchSharp;

public static partial class torch
{
    /// <summary>Records nothing on this thread until the result is disposed.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    /// <summary>Records operations on this thread (or, with false, does not) until the result is disposed.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    /// <summary>True when this thread records operations.</summary>
    public static bool is_grad_enabled() => Native.levee_is_grad_enabled() != 0;
}

/// <summary>Sets a thread's recording of operations, and puts back what was.</summary>
internal sealed class GradMode : IDisposable
{
    private ThreadBound thread = new("gradient mode");
    private readonly int before = Native.levee_is_grad_enabled();

    internal GradMode(bool enabled) => Native.levee_set_grad_enabled(enabled ? 1 : 0);

    public void Dispose()
    {
        if (thread.Leave())
        {
            Native.levee_set_grad_enabled(before);
        }
    }
}

/// <summary>A mode that must end once, on the thread where it began.</summary>
internal struct ThreadBound(string mode)
{
    private readonly int thread = Environment.CurrentManagedThreadId;
    private bool left;

    /// <summary>True on the first call, false on later ones.</summary>
    /// <exception cref="InvalidOperationException">Another thread began the mode.</exception>
    internal bool Leave()
    {
        if (left)
        {
            return false;
        }

        if (thread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException($"A thread's {mode} must end on the thread where it began; do not await inside it.");
        }

        return left = true;
    }
}
