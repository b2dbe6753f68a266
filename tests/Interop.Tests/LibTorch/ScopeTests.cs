using System.Runtime.CompilerServices;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>Who frees a tensor, and when.</summary>
[Collection(nameof(Alone))]
public sealed class ScopeTests
{
    [Fact]
    public void A_scope_frees_what_was_made_in_it()
    {
        var before = Settled.TensorCount();
        using (torch.NewDisposeScope())
        {
            Train();
            Assert.True(Tensor.TotalCount > before);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_scope_frees_when_an_exception_leaves_it()
    {
        var before = Settled.TensorCount();
        Assert.ThrowsAny<Exception>(() =>
        {
            using var scope = torch.NewDisposeScope();
            Train();
            torch.ones([2, 3]).mm(torch.ones([2, 3]));
        });
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Many_steps_leave_nothing_behind()
    {
        var before = Settled.TensorCount();
        for (var step = 0; step < 200; step++)
        {
            using var scope = torch.NewDisposeScope();
            Train();
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_moved_tensor_lives_as_long_as_the_outer_scope()
    {
        var before = Settled.TensorCount();
        Tensor kept;
        using (torch.NewDisposeScope())
        {
            using (var inner = torch.NewDisposeScope())
            {
                kept = inner.MoveToOuter(torch.ones([2]) + 1);
                Assert.Equal(1, inner.DisposablesCount);
            }

            Assert.False(kept.IsInvalid);
            Assert.Equal(4, kept.sum().ToSingle());
        }

        Assert.True(kept.IsInvalid);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_detached_tensor_lives_until_its_owner_disposes_it()
    {
        var before = Settled.TensorCount();
        Tensor kept;
        using (torch.NewDisposeScope())
        {
            using (torch.NewDisposeScope())
            {
                kept = torch.ones([2]).DetachFromDisposeScope();
            }
        }

        Assert.Equal(before + 1, Tensor.TotalCount);
        kept.Dispose();
        kept.Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_tensor_moved_from_the_outermost_scope_belongs_to_nobody()
    {
        Tensor kept;
        using (torch.NewDisposeScope())
        {
            kept = torch.ones([2]).MoveToOuterDisposeScope();
        }

        Assert.False(kept.IsInvalid);
        kept.Dispose();
    }

    [Fact]
    public void A_tensor_disposed_early_leaves_its_scope()
    {
        using var scope = torch.NewDisposeScope();
        var tensors = Enumerable.Range(0, 5).Select(i => torch.tensor((long)i)).ToArray();
        tensors[1].Dispose();
        tensors[4].Dispose();
        Assert.Equal(3, scope.DisposablesCount);
        Assert.Equal([0L, 2L, 3L], tensors.Where(tensor => !tensor.IsInvalid).Select(tensor => tensor.ToInt64()));
    }

    [Fact]
    public void Scopes_may_close_out_of_order()
    {
        var outer = torch.NewDisposeScope();
        var inner = torch.NewDisposeScope();
        outer.Dispose();
        Assert.Same(inner, DisposeScope.Current);
        inner.Dispose();
        Assert.Null(DisposeScope.Current);
    }

    [Fact]
    public void A_scope_refuses_another_thread()
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.ones([2]);
        Exception? dispose = null, move = null;
        OnThread(() =>
        {
            Assert.Null(DisposeScope.Current);
            dispose = Record.Exception(scope.Dispose);
            move = Record.Exception(() => tensor.MoveToOuterDisposeScope());
        });
        Assert.IsType<InvalidOperationException>(dispose);
        Assert.IsType<InvalidOperationException>(move);
        Assert.False(tensor.IsInvalid);
    }

    [Fact]
    public void Another_thread_may_dispose_a_tensor_of_the_scope()
    {
        var before = Settled.TensorCount();
        using (torch.NewDisposeScope())
        {
            var tensor = torch.ones([2]);
            OnThread(tensor.Dispose);
            Assert.True(tensor.IsInvalid);
            Assert.Equal(before, Tensor.TotalCount);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void The_finaliser_frees_what_nobody_disposed()
    {
        var before = Settled.TensorCount();
        Forget();
        Assert.True(Tensor.TotalCount > before);
        for (var attempt = 0; attempt < 10 && Tensor.TotalCount > before; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Operands_stay_alive_through_a_call_under_constant_collection()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
            }
        });
        collector.Start();
        double total = 0;
        for (var i = 0; i < 2000; i++)
        {
            total += Sum(i);
        }

        stop.Cancel();
        collector.Join();
        Assert.Equal(Enumerable.Range(0, 2000).Sum(i => 64.0 * (i + 1)), total);
    }

    private static double Sum(int i) => (torch.full([64], i, torch.float64) + torch.ones([64], torch.float64)).sum().ToDouble();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget()
    {
        for (var i = 0; i < 100; i++)
        {
            _ = torch.ones([10]) + i;
        }
    }

    private static void Train()
    {
        var weights = torch.ones([3, 4], requires_grad: true);
        var loss = torch.ones([2, 4]).mm(weights.t()).sigmoid().mean();
        loss.backward();
        Assert.NotNull(weights.grad);
        _ = weights.split(2).Length + weights.topk(2).values.numel();
    }

    private static void OnThread(Action action)
    {
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(action));
        thread.Start();
        thread.Join();
        Assert.Null(error);
    }
}
