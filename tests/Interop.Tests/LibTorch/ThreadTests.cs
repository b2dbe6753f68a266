using TorchSharp;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>Trainings on several threads do not touch one another.</summary>
[Collection(nameof(Alone))]
public sealed class ThreadTests
{
    private const int Steps = 60;

    [Fact]
    public void Training_side_by_side_gives_the_same_bits_as_one_after_the_other()
    {
        torch.set_num_threads(1);
        Assert.Equal(1, torch.get_num_threads());
        ulong[] seeds = [1, 2];
        var before = Settled.TensorCount();
        var sequential = seeds.Select(Train).ToArray();
        var concurrent = new byte[seeds.Length][];
        var errors = new Exception?[seeds.Length];
        for (var round = 0; round < 3; round++)
        {
            var threads = seeds
                .Select((seed, i) => new Thread(() => errors[i] = Record.Exception(() => concurrent[i] = Train(seed))))
                .ToArray();
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            Assert.All(errors, Assert.Null);
            Assert.Equal(sequential, concurrent);
        }

        Assert.NotEqual(sequential[0], sequential[1]);
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void A_failure_on_one_thread_is_not_seen_on_another()
    {
        string? other = null;
        var error = Record.Exception(() => torch.ones([2]).view(3));
        var thread = new Thread(() => other = Record.Exception(() => torch.ones([2]).sum(9))?.Message);
        thread.Start();
        thread.Join();
        Assert.Contains("invalid for input of size", error?.Message, StringComparison.Ordinal);
        Assert.Contains("Dimension out of range", other, StringComparison.Ordinal);
    }

    [Fact]
    public void Modes_belong_to_their_thread()
    {
        using var mode = torch.no_grad();
        var enabled = false;
        var thread = new Thread(() => enabled = torch.is_grad_enabled());
        thread.Start();
        thread.Join();
        Assert.True(enabled);
        Assert.False(torch.is_grad_enabled());
    }

    /// <summary>Trains a small network with Adam's moments by hand; the bytes of its weights.</summary>
    private static byte[] Train(ulong seed)
    {
        using var outer = torch.NewDisposeScope();
        using var generator = new torch.Generator(seed);
        torch.Tensor[] weights =
        [
            torch.empty([32, 16]).normal_(0.0, 0.2, generator),
            torch.zeros([32]),
            torch.empty([8, 32]).normal_(0.0, 0.2, generator),
            torch.zeros([8]),
        ];
        var moments = weights.Select(weight => (First: torch.zeros_like(weight), Second: torch.zeros_like(weight))).ToArray();
        Array.ForEach(weights, weight => weight.requires_grad_());
        for (var step = 0; step < Steps; step++)
        {
            using var scope = torch.NewDisposeScope();
            var inputs = torch.empty([64, 16]).normal_(generator: generator);
            var targets = torch.empty([64]).uniform_(0.0, 8.0, generator).to(torch.int64);
            var hidden = torch.nn.functional.silu(inputs.mm(weights[0].t()) + weights[1]);
            var logits = hidden.mm(weights[2].t()) + weights[3];
            var loss = -torch.nn.functional.log_softmax(logits, -1).gather(1, targets.unsqueeze(1)).mean();
            loss.backward();
            using var mode = torch.no_grad();
            for (var i = 0; i < weights.Length; i++)
            {
                var gradient = weights[i].grad!;
                moments[i].First.mul_(0.9).add_(gradient, 0.1);
                moments[i].Second.mul_(0.99).addcmul_(gradient, gradient, 0.01);
                weights[i].addcdiv_(moments[i].First, moments[i].Second.sqrt().add_(1e-8), -1e-2);
                weights[i].grad = null;
            }
        }

        return torch.cat([.. weights.Select(weight => weight.detach().reshape(-1))]).bytes.ToArray();
    }
}
