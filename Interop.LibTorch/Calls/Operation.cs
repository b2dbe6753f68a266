using System.Collections.Concurrent;
using System.Text;

namespace TorchSharp;

/// <summary>
/// Any operation of libtorch by its name: <c>exp</c>, or <c>sum.dim_IntList</c> where there are several of one name, as in libtorch's
/// <c>native_functions.yaml</c>. Arguments go in the order of its schema; those left out at the end have the schema's defaults.
/// </summary>
internal static unsafe class Operation
{
    private const int FewWords = 16;
    private const int FewResults = 8;

    private static readonly ConcurrentDictionary<string, nint> Known = new();

    /// <summary>Runs an operation that gives one tensor.</summary>
    internal static torch.Tensor Call(string name, params ReadOnlySpan<Argument> arguments)
    {
        nint result;
        var count = Run(name, arguments, &result, 1);
        return count == 1 ? new torch.Tensor(result) : throw new InvalidOperationException($"{name} gives {count} tensors, not one.");
    }

    /// <summary>Runs an operation that changes its first argument, which is returned.</summary>
    internal static torch.Tensor Change(string name, params ReadOnlySpan<Argument> arguments)
    {
        Run(name, arguments, null, 0);
        return (torch.Tensor)arguments[0].Held!;
    }

    /// <summary>Runs an operation that gives two tensors.</summary>
    internal static (torch.Tensor First, torch.Tensor Second) CallPair(string name, params ReadOnlySpan<Argument> arguments)
    {
        var results = CallSeveral(name, arguments);
        return (results[0], results[1]);
    }

    /// <summary>Runs an operation that gives any number of tensors.</summary>
    internal static torch.Tensor[] CallSeveral(string name, params ReadOnlySpan<Argument> arguments)
    {
        var few = stackalloc nint[FewResults];
        var count = Run(name, arguments, few, FewResults);
        if (count <= FewResults)
        {
            return Owned(new ReadOnlySpan<nint>(few, count));
        }

        var handles = new nint[count];
        fixed (nint* first = handles)
        {
            NativeError.Check(Native.levee_remaining_results(first));
        }

        return Owned(handles);
    }

    private static torch.Tensor[] Owned(ReadOnlySpan<nint> handles)
    {
        var tensors = new torch.Tensor[handles.Length];
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i] = new torch.Tensor(handles[i]);
        }

        return tensors;
    }

    private static int Run(string name, ReadOnlySpan<Argument> arguments, nint* results, int capacity)
    {
        var words = 0;
        foreach (ref readonly var argument in arguments)
        {
            words += argument.Room;
        }

        var native = stackalloc NativeArgument[arguments.Length];
        var few = stackalloc long[FewWords];
        fixed (long* many = words > FewWords ? new long[words] : null)
        {
            var room = many is null ? few : many;
            for (var i = 0; i < arguments.Length; i++)
            {
                native[i] = arguments[i].ToNative(ref room);
            }

            var count = Native.levee_call(Find(name), native, arguments.Length, results, capacity);
            foreach (ref readonly var argument in arguments)
            {
                GC.KeepAlive(argument.Held);
            }

            return NativeError.Check(count);
        }
    }

    private static nint Find(string name) => Known.TryGetValue(name, out var known) ? known : Known.GetOrAdd(name, Load);

    private static nint Load(string name)
    {
        var parts = name.Split('.');
        fixed (byte* plain = Encoding.UTF8.GetBytes($"aten::{parts[0]}\0"))
        fixed (byte* overload = Encoding.UTF8.GetBytes($"{(parts.Length > 1 ? parts[1] : "")}\0"))
        {
            return NativeError.Check(Native.levee_operation(plain, overload));
        }
    }
}
