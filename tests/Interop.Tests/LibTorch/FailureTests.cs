using System.Runtime.InteropServices;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>Wrong calls become exceptions that say what was wrong; none ends the process.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly DisposeScope scope = torch.NewDisposeScope();

    public static TheoryData<string, Action> WrongCalls => new()
    {
        { "mat1 and mat2 shapes cannot be multiplied", () => torch.ones([2, 3]).mm(torch.ones([2, 3])) },
        { "must match the size of tensor b", () => _ = torch.ones([2]) + torch.ones([3]) },
        { "is invalid for input of size", () => torch.ones([6]).view(4, 2) },
        { "Dimension out of range", () => torch.ones([2]).sum(5) },
        { "out of range", () => torch.ones([3]).index_select(0, torch.tensor(new long[] { 7 })) },
        { "index 9 is out of bounds", () => torch.ones([3, 3]).gather(0, torch.full([1, 3], 9)) },
        { "must match the existing size", () => torch.ones([2, 3]).expand(2, 4) },
        { "split_with_sizes expects", () => torch.ones([5]).split([2, 2]) },
        { "split expects split_size be non-negative", () => torch.ones([5]).split(-1) },
        { "chunk expects `chunks` to be greater than 0", () => torch.ones([5]).chunk(0) },
        { "non-empty", () => torch.cat([]) },
        { "scalar type|same dtype", () => torch.ones([2, 2]).mm(torch.ones([2, 2], torch.float64)) },
        { "for index", () => torch.ones([3]).index_select(0, torch.ones([1])) },
        { "selected index k out of range", () => torch.ones([2]).topk(3) },
        { "negative dimension", () => torch.zeros([-1, 2]) },
        { "memory", () => torch.empty([1L << 60]) },
        { "normal expects std >= 0", () => torch.ones([2]).normal_(0, -1) },
        { "out of bounds|out of range", () => torch.ones([3]).scatter_(0, torch.full([1], 9), torch.ones([1])) },
        { "out of bounds|out of range", () => torch.ones([3]).scatter_add_(0, torch.full([1], -9), torch.ones([1])) },
        { "out of bounds|out of range", () => torch.ones([3]).index_add_(0, torch.full([1], 9), torch.ones([1]), 1) },
        { "out of bounds|out of range", () => torch.ones([3]).index_copy_(0, torch.full([1], 9), torch.ones([1])) },
        { "out of range", () => _ = torch.ones([3])[3] },
        { "exceeds dimension size", () => torch.ones([3]).narrow(0, 2, 2) },
        { "a mask and is_causal|attn_mask should not be set", Attention },
        { "shape, type and device", () => torch.ones([2]).grad = torch.ones([3]) },
    };

    [Theory]
    [MemberData(nameof(WrongCalls), DisableDiscoveryEnumeration = true)]
    public void A_wrong_call_throws_what_libtorch_says(string message, Action call)
    {
        var error = Assert.Throws<ExternalException>(call);
        Assert.Matches($"(?i){message}", error.Message);
        Assert.DoesNotContain("Exception raised from", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("frame #", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_tensor_throws_wherever_it_stands()
    {
        var (gone, here) = (torch.ones([2]), torch.ones([2]));
        gone.Dispose();
        Action[] calls =
        [
            () => gone.exp(), () => gone.zero_(), () => here.mm(gone), () => _ = gone + here, () => torch.cat([here, gone]),
            () => _ = gone.shape, () => _ = gone.dtype, () => gone.backward(), () => _ = gone.grad, () => gone.ToDouble(),
            () => gone.data<float>(), () => _ = gone.bytes.Length, () => torch.where(gone, here, here), () => gone.topk(1),
            () => gone.split(1), () => gone.clone(), () => here.eq(gone), () => here.Equals(gone), () => torch.exp(gone),
        ];
        Assert.All(calls, call => Assert.Throws<ObjectDisposedException>(call));
    }

    [Fact]
    public void Null_throws_wherever_it_stands()
    {
        var (none, here) = ((Tensor)null!, torch.ones([2]));
        Action[] calls =
        [
            () => here.mm(none), () => _ = here + none, () => _ = none + here, () => _ = none * 2.0, () => _ = -none,
            () => torch.cat(null!), () => torch.cat([here, none]), () => here.view(null!), () => here.sum((long[])null!),
            () => here.add_((Scalar)null!), () => torch.tensor((float[])null!), () => torch.tensor((double[,])null!),
            () => torch.exp(none), () => here.gather(0, none), () => torch.full([2], null!), () => none.ToDouble(),
            () => torch.where(none, here, here), () => torch.nn.functional.silu(none), () => here.to((torch.Device)null!),
        ];
        Assert.All(calls, call => Assert.Throws<ArgumentNullException>(call));
    }

    [Fact]
    public void A_disposed_generator_throws()
    {
        var generator = new torch.Generator(1);
        generator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => torch.ones([2]).normal_(generator: generator));
    }

    [Fact]
    public void Data_of_the_wrong_type_or_size_is_refused()
    {
        var pair = torch.ones([2]);
        Assert.Throws<ArgumentException>(() => pair.data<double>());
        Assert.Throws<ArgumentException>(() => torch.tensor([1f, 2f], [3]));
        Assert.Throws<ArgumentException>(() => torch.tensor([1f, 2f], [-1, -2]));
        Assert.Throws<InvalidOperationException>(() => torch.ones([2, 3]).t().bytes.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.data<float>()[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.data<float>()[0, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => torch.ones([2, 2]).data<float>()[0, 2]);
    }

    [Fact]
    public void A_number_of_threads_below_one_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => torch.set_num_threads(0));

    [Fact]
    public void A_device_that_is_none_is_refused()
    {
        Assert.All(["", "gpu", "cuda:x", "cuda:-1", "cpu:0:1", "1"], name => Assert.Throws<ArgumentException>(() => torch.device(name)));
        Assert.Equal("cuda:1", torch.device("cuda:1").ToString());
        Assert.Equal(torch.CPU.ToString(), torch.device("cpu").ToString());
    }

    [Fact]
    public void A_failure_after_a_success_does_not_repeat_an_old_message()
    {
        var first = Assert.Throws<ExternalException>(() => torch.ones([2]).view(3));
        _ = torch.ones([2]).view(2);
        var second = Assert.Throws<ExternalException>(() => torch.ones([2]).sum(5));
        Assert.NotEqual(first.Message, second.Message);
    }

    public void Dispose() => scope.Dispose();

    private static void Attention()
    {
        var heads = torch.ones([1, 2, 2]);
        torch.nn.functional.scaled_dot_product_attention(heads, heads, heads, torch.ones([2, 2]), is_casual: true);
    }
}
