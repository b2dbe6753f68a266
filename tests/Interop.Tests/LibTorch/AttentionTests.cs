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
            var allowed = causal ? torch.ones([positions, keys]).triu(1).eq(0) : mask;
            var defined = Gradients(inputs, t => Definition(t[0], t[1], t[2], allowed));
            Assert.All(ours.Zip(defined), pair => Close.Equal(pair.Second, pair.First, kind));
        }
    }

    [Fact]
    public void A_row_that_allows_nothing_gives_zeros_and_no_gradient()
    {
        var inputs = new[] { draw.Real(1, 2, 4), draw.Real(1, 3, 4), draw.Real(1, 3, 4) };
        var mask = torch.tensor([false, false, false, true, false, true], [2, 3]);
        var results = Gradients(inputs, t => scaled_dot_product_attention(t[0], t[1], t[2], mask));
        Assert.All(results, tensor => Assert.True(double.IsFinite(tensor.abs().sum().ToDouble())));
        Assert.Equal(0, results[0].select(1, 0).abs().sum().ToDouble());
        Assert.Equal(0, results[1].select(1, 0).abs().sum().ToDouble());

        var open = mask.narrow(0, 1, 1);
        var alone = Gradients([inputs[0].narrow(1, 1, 1), inputs[1], inputs[2]], t => scaled_dot_product_attention(t[0], t[1], t[2], open));
        Close.Equal(alone[0], results[0].narrow(1, 1, 1), "the other row");
        Close.Equal(alone[2], results[2], "gradient of the keys");
    }

    public void Dispose() => scope.Dispose();

    /// <summary>A mask whose rows allow something each: one that allowed nothing allows everything.</summary>
    private static Tensor Opened(Tensor mask) => mask.logical_or(mask.sum(-1, true).eq(0));

    private static Tensor Definition(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        var scores = Products(query, key.transpose(-2, -1)) / Math.Sqrt(query.shape[^1]);
        if (mask is not null)
        {
            scores = mask.dtype == torch.@bool ? scores.masked_fill(mask.logical_not(), double.NegativeInfinity) : scores + mask;
        }

        return Products(softmax(scores, -1), value);
    }

    /// <summary>Products of matrices over any number of leading dimensions, which both have.</summary>
    private static Tensor Products(Tensor left, Tensor right)
    {
        var products = left.reshape(-1, left.shape[^2], left.shape[^1]).bmm(right.reshape(-1, right.shape[^2], right.shape[^1]));
        return products.view([.. left.shape[..^1], right.shape[^1]]);
    }

    /// <summary>The result, and the gradients of its sum of squares.</summary>
    private static Tensor[] Gradients(Tensor[] inputs, Func<Tensor[], Tensor> function)
    {
        var leaves = inputs.Select(input => input.detach().clone().requires_grad_()).ToArray();
        var result = function(leaves);
        result.square().sum().backward();
        return [result.detach(), .. leaves.Select(leaf => leaf.grad!)];
    }
}
