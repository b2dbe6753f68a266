using System.Runtime.InteropServices;
using TorchSharp;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>Operations called by a wrong name or with wrong arguments: an exception that says so, whatever was asked for.</summary>
public sealed class OperationTests : IDisposable
{
    private readonly DisposeScope scope = torch.NewDisposeScope();

    [Fact]
    public void An_operation_that_libtorch_lacks_is_named()
    {
        Assert.Contains("aten::no_such_operation", Message(() => Operation.Call("no_such_operation")), StringComparison.Ordinal);
        Assert.Contains("aten::sum", Message(() => Operation.Call("sum.no_such_overload", torch.ones([2]))), StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_that_are_too_many_or_too_few_are_counted()
    {
        var one = torch.ones([2]);
        Assert.Contains("aten::exp takes 1 arguments, not 2", Message(() => Operation.Call("exp", one, one)), StringComparison.Ordinal);
        Assert.Contains("aten::mm lacks its argument mat2", Message(() => Operation.Call("mm", one)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_argument_of_the_wrong_kind_is_refused()
    {
        var one = torch.ones([2]);
        Action[] calls =
        [
            () => Operation.Call("exp", 1.0), () => Operation.Call("mm", one, 2L), () => Operation.Call("narrow", one, 0.5, 0L, 1L),
            () => Operation.Call("sum.dim_IntList", one, "0"), () => Operation.Change("normal_", one, true),
            () => Operation.Call("cat", one), () => Operation.Call("unsqueeze", one, default(Argument)),
        ];
        Assert.All(calls, call => Assert.NotEmpty(Message(call)));
    }

    [Fact]
    public void A_number_of_results_that_was_not_asked_for_is_refused()
    {
        var before = torch.arange(3);
        Assert.Throws<InvalidOperationException>(() => Operation.Call("sort.stable", before, false));
        Assert.Equal([0L, 1L, 2L], Operation.CallPair("sort.stable", before, false).First.data<long>().ToArray());
    }

    [Fact]
    public void Lists_of_any_length_go_in()
    {
        foreach (var count in new[] { 1, 15, 16, 17, 500 })
        {
            var ones = Enumerable.Range(0, count).Select(_ => torch.ones([1])).ToArray();
            Assert.Equal(count, torch.cat(ones).sum().ToDouble());
            Assert.Equal(Enumerable.Repeat(1, count).Select(_ => 2L), torch.full([2 * count], 7).split([.. ones.Select(_ => 2L)]).Select(p => p.numel()));
        }
    }

    public void Dispose() => scope.Dispose();

    private static string Message(Action call) => Assert.Throws<ExternalException>(call).Message;
}
