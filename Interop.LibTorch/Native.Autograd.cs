using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern int levee_requires_grad(nint self);

    [DllImport(Library)]
    internal static extern int levee_set_requires_grad(nint self, int value);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern int levee_is_leaf(nint self);

    [DllImport(Library)]
    internal static extern int levee_grad(nint self, nint* gradient);

    [DllImport(Library)]
    internal static extern int levee_set_grad(nint self, nint gradient);

    [DllImport(Library)]
    internal static extern int levee_retain_grad(nint self);

    [DllImport(Library)]
    internal static extern nint levee_detach(nint self);

    [DllImport(Library)]
    internal static extern int levee_detach_(nint self);

    [DllImport(Library)]
    internal static extern int levee_backward(
        nint* tensors, int count, nint* weights, int weightCount, int retainGraph, int createGraph, nint* inputs, int inputCount);

    [DllImport(Library)]
    internal static extern int levee_autograd_grad(
        nint* outputs,
        int outputCount,
        nint* inputs,
        int inputCount,
        nint* weights,
        int weightCount,
        int retainGraph,
        int createGraph,
        int allowUnused,
        nint* results);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern int levee_is_grad_enabled();

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern void levee_set_grad_enabled(int enabled);

    [DllImport(Library)]
    [SuppressGCTransition]
    internal static extern int levee_is_inference_mode_enabled();

    [DllImport(Library)]
    internal static extern nint levee_inference_mode_enter(int enabled);

    [DllImport(Library)]
    internal static extern void levee_inference_mode_leave(nint guard);
}
