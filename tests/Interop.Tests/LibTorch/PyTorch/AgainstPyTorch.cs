using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>An operation in both languages, and random inputs for it.</summary>
internal sealed record Law(string Python, Func<Tensor[], Tensor[]> Ours, Func<Draw, Tensor[]> Inputs)
{
    internal Law(string python, Func<Tensor[], Tensor> ours, Func<Draw, Tensor[]> inputs)
        : this(python, tensors => [ours(tensors)], inputs)
    {
    }
}

/// <summary>Every operation gives PyTorch's values and PyTorch's gradients on random inputs.</summary>
public sealed class AgainstPyTorch(TorchPeer peer)
{
    private const int Cases = 8;

    public static TheoryData<string> Names => [.. Laws.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_gradients_agree(string expression)
    {
        var law = Laws.All[expression];
        for (var seed = 0; seed < Cases; seed++)
        {
            using var scope = torch.NewDisposeScope();
            Check(law, new Draw(seed), $"{expression}, seed {seed}");
        }
    }

    private void Check(Law law, Draw draw, string what)
    {
        var inputs = law.Inputs(draw);
        foreach (var input in inputs.Where(input => input.IsReal()))
        {
            input.requires_grad_();
        }

        var outputs = law.Ours(inputs);
        var weights = outputs.Select(output => output.IsReal() ? draw.Real(output.shape).to(output.dtype) : output).ToArray();
        var answer = peer.Evaluate(law.Python, inputs, weights);

        Assert.Equal(answer.Outputs.Length, outputs.Length);
        for (var i = 0; i < outputs.Length; i++)
        {
            Close.Equal(answer.Outputs[i].ToTensor(), outputs[i].detach(), $"{what}, result {i}");
        }

        Backward(outputs, weights);
        for (var i = 0; i < inputs.Length; i++)
        {
            var (expected, actual) = (answer.Gradients[i], inputs[i].grad);
            Assert.True((expected is null) == (actual is null), $"{what}: gradient {i} is there on one side only");
            if (expected is not null && actual is not null)
            {
                Close.Equal(expected.ToTensor(), actual, $"{what}, gradient {i}");
            }
        }
    }

    private static void Backward(Tensor[] outputs, Tensor[] weights)
    {
        var recorded = Enumerable.Range(0, outputs.Length).Where(i => outputs[i].requires_grad).ToArray();
        if (recorded.Length > 0)
        {
            Tensor.Backward([.. recorded.Select(i => outputs[i])], [.. recorded.Select(i => weights[i])], false, false, null);
        }
    }
}
