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

    /// <summary>Hands two tensors to the scope outside this one and returns them.</summary>
    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable => (MoveToOuter(first), MoveToOuter(second));

    /// <summary>Hands three tensors to the scope outside this one and returns them.</summary>
    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable
        where T2 : IDisposable
        where T3 : IDisposable => (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    /// <summary>Hands tensors to the scope outside this one.</summary>
    public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

    /// <summary>Hands tensors to the scope outside this one.</summary>
    public void MoveToOuter(IEnumerable<IDisposable> disposables)
    {
        ArgumentNullException.ThrowIfNull(disposables);
        foreach (var disposable in disposables)
        {
            Move(disposable, outer);
        }
    }

    /// <summary>Takes a tensor out of scopes altogether and returns it: its owner disposes it.</summary>
    public T Detach<T>(T disposable)
        where T : IDisposable
    {
        Move(disposable, null);
        return disposable;
    }

    /// <summary>Takes two tensors out of scopes altogether and returns them.</summary>
    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable => (Detach(first), Detach(second));

    /// <summary>Takes tensors out of scopes altogether.</summary>
    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    /// <summary>Takes tensors out of scopes altogether.</summary>
    public void Detach(IEnumerable<IDisposable> disposables)
    {
        ArgumentNullException.ThrowIfNull(disposables);
        foreach (var disposable in disposables)
        {
            Move(disposable, null);
        }
    }

    /// <summary>Puts a tensor into this scope, whichever scope of this thread held it before.</summary>
    public void Attach(IDisposable disposable)
    {
        var tensor = AsTensor(disposable);
        Guard();
        tensor.Scope?.Guard();
        if (tensor.IsInvalid)
        {
            throw new ObjectDisposedException(nameof(torch.Tensor));
        }

        if (tensor.Scope != this)
        {
            tensor.Scope?.Remove(tensor);
            Add(tensor);
        }
    }

    /// <summary>Puts tensors into this scope.</summary>
    public void Attach(params IDisposable[] disposables)
    {
        ArgumentNullException.ThrowIfNull(disposables);
        foreach (var disposable in disposables)
        {
            Attach(disposable);
        }
    }

    /// <summary>Whether the scope would free this tensor.</summary>
    public bool Contains(IDisposable disposable) => AsTensor(disposable).Scope == this;

    /// <summary>Frees everything in the scope; the scope stays open.</summary>
    public void DisposeEverything() => DisposeEverythingBut([]);

    /// <summary>Frees everything in the scope but one tensor, which is returned; the scope stays open.</summary>
    public T DisposeEverythingBut<T>(T keep)
        where T : IDisposable
    {
        DisposeEverythingBut([keep]);
        return keep;
    }

    /// <summary>Frees everything in the scope but some tensors; the scope stays open.</summary>
    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    /// <summary>Frees everything in the scope but some tensors; the scope stays open.</summary>
    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        ArgumentNullException.ThrowIfNull(inKeep);
        Guard();
        var kept = new List<torch.Tensor>();
        foreach (var disposable in inKeep)
        {
            var tensor = AsTensor(disposable);
            if (tensor.Scope == this)
            {
                Remove(tensor);
                kept.Add(tensor);
            }
        }

        Clear();
        foreach (var tensor in kept)
        {
            Add(tensor);
        }
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
    /// <summary>The innermost open scope of this thread; null where there is none.</summary>
    public static DisposeScope? CurrentDisposeScope => DisposeScope.Current;

    /// <summary>Opens a scope on this thread: dispose it to free the tensors created meanwhile.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScope.Open();
}
