namespace TorchSharp;

/// <summary>
/// Frees the tensors that its thread creates while it is the innermost open scope. Scopes nest; each belongs to the thread that opened
/// it, so do not await inside one. A tensor leaves by <see cref="MoveToOuter{T}"/> or <see cref="Detach{T}"/>.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic]
    private static DisposeScope? current;

    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly List<torch.Tensor> tensors = [];
    private DisposeScope? outer;
    private bool disposed;

    private DisposeScope(DisposeScope? outer) => this.outer = outer;

    /// <summary>Number of tensors that the scope would free now.</summary>
    public int DisposablesCount
    {
        get
        {
            Guard();
            return tensors.Count;
        }
    }

    internal static DisposeScope? Current => current;

    /// <summary>Hands a tensor to the scope outside this one (or to nobody where this is the outermost) and returns it.</summary>
    public T MoveToOuter<T>(T disposable)
        where T : IDisposable
    {
        Move(disposable, outer);
        return disposable;
    }

    /// <summary>Takes a tensor out of scopes altogether and returns it: its owner disposes it.</summary>
    public T Detach<T>(T disposable)
        where T : IDisposable
    {
        Move(disposable, null);
        return disposable;
    }

    /// <summary>Frees everything in the scope and closes it. A second call does nothing.</summary>
    /// <exception cref="InvalidOperationException">Another thread opened the scope.</exception>
    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        Guard();
        Clear();
        disposed = true;
        Close();
    }

    internal static DisposeScope Open() => current = new DisposeScope(current);

    internal void Add(torch.Tensor tensor)
    {
        tensor.Scope = this;
        tensor.Slot = tensors.Count;
        tensors.Add(tensor);
    }

    /// <summary>
    /// Forgets a tensor that is being disposed. From a foreign thread the entry stays until the scope closes: freeing twice does
    /// nothing.
    /// </summary>
    internal void Forget(torch.Tensor tensor)
    {
        if (thread == Environment.CurrentManagedThreadId)
        {
            Remove(tensor);
        }
    }

    private static torch.Tensor AsTensor(IDisposable disposable)
    {
        ArgumentNullException.ThrowIfNull(disposable);
        return disposable as torch.Tensor
            ?? throw new InvalidOperationException($"A dispose scope manages tensors only, not {disposable.GetType().Name}.");
    }

    private void Move(IDisposable disposable, DisposeScope? target)
    {
        var tensor = AsTensor(disposable);
        Guard();
        if (tensor.Scope == this)
        {
            Remove(tensor);
            target?.Add(tensor);
        }
    }

    private void Remove(torch.Tensor tensor)
    {
        var last = tensors[^1];
        tensors[tensor.Slot] = last;
        last.Slot = tensor.Slot;
        tensors.RemoveAt(tensors.Count - 1);
        tensor.Scope = null;
    }

    private void Clear()
    {
        foreach (var tensor in tensors)
        {
            tensor.Scope = null;
            tensor.Dispose();
        }

        tensors.Clear();
    }

    private void Close()
    {
        if (current == this)
        {
            current = outer;
            return;
        }

        for (var inner = current; inner is not null; inner = inner.outer)
        {
            if (inner.outer == this)
            {
                inner.outer = outer;
                return;
            }
        }
    }

    private void Guard()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (thread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException(
                "A dispose scope belongs to the thread that opened it; do not await, or hand it to another thread, before it is disposed.");
        }
    }
}

public static partial class torch
{
    /// <summary>Opens a scope on this thread: dispose it to free the tensors created meanwhile.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScope.Open();
}
