using System.Runtime.InteropServices;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>Gradients: what is recorded, where they go, and what fails.</summary>
public sealed class AutogradTests : IDisposable
{
    private readonly DisposeScope scope = torch.NewDisposeScope();

    [Fact]
    public void An_in_place_change_of_a_leaf_that_is_recorded_throws()
    {
        var leaf = torch.ones([2], requires_grad: true);
        Action[] calls =
        [
            () => leaf.add_(1), () => leaf.zero_(), () => leaf.mul_(2), () => leaf.copy_(torch.ones([2])),
            () => leaf.addcmul_(leaf, leaf, 1), () => leaf.index_copy_(0, torch.tensor([0L]), torch.ones([1])),
        ];
        Assert.All(calls, call => Assert.Contains("leaf", Assert.Throws<ExternalException>(call).Message, StringComparison.Ordinal));
        using (torch.no_grad())
        {
            leaf.add_(1);
        }

        Assert.Equal(4, leaf.sum().ToSingle());
    }

    [Fact]
    public void Failures_of_backward_are_exceptions()
    {
        var leaf = torch.ones([2], requires_grad: true);
        Assert.Contains("grad can be implicitly created only for scalar", Message(() => (leaf * 2).backward()), StringComparison.Ordinal);
        Assert.Contains("does not require grad", Message(() => torch.ones([]).backward()), StringComparison.Ordinal);
        Assert.Contains("invalid gradient", Message(() => (leaf * 2).backward([torch.ones([3])])), StringComparison.OrdinalIgnoreCase);

        var loss = leaf.exp().sum();
        loss.backward();
        Assert.Contains("second time", Message(() => loss.backward()), StringComparison.Ordinal);

        var changed = leaf.exp();
        var stale = (changed * changed).sum();
        changed.detach().add_(1);
        Assert.Contains("modified by an inplace operation", Message(() => stale.backward()), StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_add_up_until_they_are_cleared()
    {
        var leaf = torch.ones([2], requires_grad: true);
        Assert.Null(leaf.grad);
        (leaf * 3).sum().backward();
        (leaf * 3).sum().backward();
        Assert.Equal([6f, 6f], Read(leaf.grad));
        leaf.grad = null;
        Assert.Null(leaf.grad);
    }

    [Fact]
    public void A_preset_gradient_is_added_to_in_place()
    {
        var leaf = torch.ones([2], requires_grad: true);
        var flat = torch.zeros([4]);
        leaf.grad = flat.narrow(0, 1, 2);
        (leaf * 3).sum().backward();
        Assert.Equal([0f, 3f, 3f, 0f], Read(flat));
    }

    [Fact]
    public void Gradients_can_be_recorded_in_turn()
    {
        var x = torch.tensor(2.0, requires_grad: true);
        (x * x * x).backward(create_graph: true);
        var first = x.grad;
        Assert.Equal(12.0, first?.ToDouble());
        x.grad = null;
        first?.backward();
        Assert.Equal(12.0, x.grad?.ToDouble());
    }

    [Fact]
    public void Backward_can_be_told_which_leaves_receive()
    {
        var (x, y) = (torch.tensor(2.0, requires_grad: true), torch.tensor(3.0, requires_grad: true));
        (x * y).backward(inputs: [x]);
        Assert.Equal(3.0, x.grad?.ToDouble());
        Assert.Null(y.grad);
    }

    [Fact]
    public void Modes_nest_and_end()
    {
        var leaf = torch.ones([2], requires_grad: true);
        Assert.True(torch.is_grad_enabled());
        using (torch.no_grad())
        {
            Assert.False((leaf * 2).requires_grad);
            using (torch.enable_grad())
            {
                Assert.True((leaf * 2).requires_grad);
            }

            Assert.False(torch.is_grad_enabled());
        }

        Assert.True((leaf * 2).requires_grad);
    }

    [Fact]
    public void A_mode_ends_only_on_its_own_thread()
    {
        var mode = torch.no_grad();
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(mode.Dispose));
        thread.Start();
        thread.Join();
        Assert.IsType<InvalidOperationException>(error);
        Assert.False(torch.is_grad_enabled());
        mode.Dispose();
        mode.Dispose();
        Assert.True(torch.is_grad_enabled());
    }

    [Fact]
    public void The_flag_follows_what_is_recorded()
    {
        var leaf = torch.ones([2]);
        Assert.False(leaf.requires_grad);
        Assert.True(leaf.requires_grad_().requires_grad);
        var result = leaf * 2;
        Assert.True(result.requires_grad);
        Assert.False(result.detach().requires_grad);
        Assert.Contains("detach()", Message(() => result.requires_grad = false), StringComparison.Ordinal);
        var integers = torch.ones([2], torch.int64);
        Assert.Contains("floating point", Message(() => integers.requires_grad = true), StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose() => scope.Dispose();

    private static string Message(Action call) => Assert.Throws<ExternalException>(call).Message;

    private static float[] Read(Tensor? tensor)
    {
        Assert.NotNull(tensor);
        return tensor.data<float>().ToArray();
    }
}
