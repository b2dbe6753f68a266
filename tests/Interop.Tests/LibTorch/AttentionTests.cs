using TorchSharp;
using static TorchSharp.torch.nn.functional;
using Tensor = TorchSharp.torch.Tensor;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>Attention against its definition, values and gradients, whichever libtorch stands behind it.</summary>
public sealed class AttentionTests : IDisposable
{
    private readonly DisposeScope scope = torch.NewDisposeScope();
    private readonly Draw draw = new(5);

    [Theory]
    [InlineData("none")]
    [InlineData("causal")]
    [InlineData("boolean")]
    [InlineData("additive")]
    public void Attention_is_its_definition(string kind)
    {
        for (var i = 0; i < 10; i++)
        {
            var (positions, keys) = (draw.Number(1, 5), draw.Number(1, 5));
            var inputs = new[] { draw.Real(2, 3, positions, 4), draw.Real(2, 3, keys, 4), draw.Real(2, 3, keys, 6) };
            var causal = kind == "causal";
            var mask = kind switch
            {
                "boolean" => Opened(draw.Mask(2, 1, positions, keys)),
                "additive" => draw.Real(positions, keys),
                _ => null,
            };
            var ours = Gradients(inputs, t => scaled_dot_product_attention(t[0], t[1], t[2], mask, is_casual: causal));
            var allowed = causal ? torch.ones([positions, keys], torch.@bool).tril() : mask;
            var defined = Gradients(inputs, t => Definition(t[0], t[1], t[2], allowed));
            Assert.All(ours.Zip(defined), pair => Close.Equal(pair.Second, pair.First, kind));
        }
    }

    [Fact]
    public void A_row_that_allows_nothing_gives_zeros_and_no_gradient()
    {
        var inputs = new[] { draw.Real(1, 2, 4), draw.Real(1, 3, 4), draw.Real(1, 3, 4) };
        var mask = torch.tensor(new[,] { { false, false, false }, { true, false, true } });
        var results = Gradients(inputs, t => scaled_dot_product_attention(t[0], t[1], t[2], mask));
        Assert.All(results, tensor => Assert.True(tensor.isfinite().all().ToBoolean()));
        Assert.Equal(0, results[0].select(1, 0).abs().sum().ToDouble());
        Assert.Equal(0, results[1].select(1, 0).abs().sum().ToDouble());

        var open = mask.narrow(0, 1, 1);
        var alone = Gradients([inputs[0].narrow(1, 1, 1), inputs[1], inputs[2]], t => scaled_dot_product_attention(t[0], t[1], t[2], open));
        Close.Equal(alone[0], results[0].narrow(1, 1, 1), "the other row");
        Close.Equal(alone[2], results[2], "gradient of the keys");
    }

    public void Dispose() => scope.Dispose();

    /// <summary>A mask whose rows allow something each: one that allowed nothing allows everything.</summary>
    private static Tensor Opened(Tensor mask) => mask | ~mask.any(-1, true);

    private static Tensor Definition(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        var scores = query.matmul(key.mT) / Math.Sqrt(query.size(-1));
        if (mask is not null)
        {
            scores = mask.dtype == torch.@bool ? scores.masked_fill(~mask, double.NegativeInfinity) : scores + mask;
        }

        return scores.softmax(-1).matmul(value);
    }

    /// <summary>The result, and the gradients of its sum of squares.</summary>
    private static Tensor[] Gradients(Tensor[] inputs, Func<Tensor[], Tensor> function)
    {
        var leaves = inputs.Select(input => input.detach().clone().requires_grad_()).ToArray();
        var result = function(leaves);
        return [result.detach(), .. torch.autograd.grad([result.square().sum()], leaves)];
    }
}
