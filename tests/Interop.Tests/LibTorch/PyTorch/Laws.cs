using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Levee.Interop.LibTorch.Tests;

/// <summary>The table of operations that <see cref="AgainstPyTorch"/> checks; PyTorch's expression names each.</summary>
internal static class Laws
{
    internal static IReadOnlyDictionary<string, Law> All { get; } = Table().ToDictionary(law => law.Python);

    private static IEnumerable<Law> Table() =>
    [
        new("x.abs()", t => t[0].abs(), Real),
        new("x.neg()", t => t[0].neg(), Real),
        new("-x", t => -t[0], Real),
        new("x.exp()", t => t[0].exp(), Real),
        new("torch.exp(x)", t => torch.exp(t[0]), Real),
        new("x.sin()", t => t[0].sin(), Real),
        new("x.cos()", t => t[0].cos(), Real),
        new("x.sigmoid()", t => t[0].sigmoid(), Real),
        new("x.relu()", t => t[0].relu(), Real),
        new("x.square()", t => t[0].square(), Real),
        new("x.log()", t => t[0].log(), Positive),
        new("x.sqrt()", t => t[0].sqrt(), Positive),
        new("x.rsqrt()", t => t[0].rsqrt(), Positive),
        new("F.silu(x)", t => torch.nn.functional.silu(t[0]), Real),
        new("F.silu(x.clone(), inplace=True)", t => torch.nn.functional.silu(t[0].clone(), inplace: true), Real),
        new("x.clone().neg_()", t => t[0].clone().neg_(), Real),
        new("x + y", t => t[0] + t[1], Pair),
        new("x - y", t => t[0] - t[1], Pair),
        new("x * y", t => t[0] * t[1], Pair),
        new("x / y", t => t[0] / t[1], PositivePair),
        new("torch.maximum(x, y)", t => torch.maximum(t[0], t[1]), Pair),
        new("torch.minimum(x, y)", t => torch.minimum(t[0], t[1]), Pair),
        new("x == y", t => t[0].eq(t[1]), Pair),
        new("x != y", t => t[0].ne(t[1]), Pair),
        new("x < y", t => t[0].lt(t[1]), Pair),
        new("x <= y", t => t[0].le(t[1]), Pair),
        new("x > y", t => t[0].gt(t[1]), Pair),
        new("x >= y", t => t[0].ge(t[1]), Pair),
        new("x == 0", t => t[0].eq(0), Real),
        new("x != 0", t => t[0].ne(0), Real),
        new("x < 0.25", t => t[0].lt(0.25), Real),
        new("x <= 0.25", t => t[0].le(0.25), Real),
        new("x > 0.25", t => t[0].gt(0.25), Real),
        new("x >= 0.25", t => t[0].ge(0.25), Real),
        new("x + 2", t => t[0] + 2, Real),
        new("2 + x", t => 2 + t[0], Real),
        new("x - 0.5", t => t[0] - 0.5, Real),
        new("0.5 - x", t => 0.5 - t[0], Real),
        new("x * 3", t => t[0] * 3L, Real),
        new("1.5 * x", t => 1.5f * t[0], Real),
        new("x / 4", t => t[0] / 4, Real),
        new("1 / x", t => 1 / t[0], Positive),
        new("2.5 / x", t => 2.5 / t[0], Positive),
        new("x * 2 - 7 // 2", t => (t[0] * 2) - 3, Whole),
        new("x.clamp(-0.5, 0.5)", t => t[0].clamp(-0.5, 0.5), Real),
        new("x.clamp(max=0.5)", t => t[0].clamp(max: 0.5), Real),
        new("x.clamp(min=0.1)", t => t[0].clamp_min(0.1), Real),
        new("x.clamp(max=0.1)", t => t[0].clamp_max(0.1), Real),
        new("x.clone().fill_(3)", t => t[0].clone().fill_(3), Real),
        new("x.clone().zero_()", t => t[0].clone().zero_(), Real),
        new("x.clone().add_(1.5)", t => t[0].clone().add_(1.5), Real),
        new("x.clone().mul_(1.5)", t => t[0].clone().mul_(1.5), Real),
        new("x.clone().div_(1.5)", t => t[0].clone().div_(1.5), Real),
        new("x.clone().div_(0.5, rounding_mode='floor')", t => t[0].clone().div_(0.5, torch.RoundingMode.floor), Real),
        new("x.clone().div_(0.5, rounding_mode='trunc')", t => t[0].clone().div_(0.5, torch.RoundingMode.trunc), Real),
        new("x.clone().add_(y)", t => t[0].clone().add_(t[1]), Twins),
        new("x.clone().add_(y, alpha=2)", t => t[0].clone().add_(t[1], 2), Twins),
        new("x.clone().sub_(y)", t => t[0].clone().sub_(t[1]), Twins),
        new("x.clone().mul_(y)", t => t[0].clone().mul_(t[1]), Twins),
        new("x.clone().copy_(y)", t => t[0].clone().copy_(t[1]), Twins),
        new("torch.addcmul(x, y, z, value=0.5)", t => torch.addcmul(t[0], t[1], t[2], 0.5), Triplets),
        new("x.clone().addcmul_(y, z, value=0.5)", t => t[0].clone().addcmul_(t[1], t[2], 0.5), Triplets),
        new("x.clone().addcdiv_(y, z.exp(), value=0.5)", t => t[0].clone().addcdiv_(t[1], t[2].exp(), 0.5), Triplets),
        new("torch.where(x, y, z)", t => torch.where(t[0], t[1], t[2]), Choice),
        new("x.masked_fill(y, -1)", t => t[0].masked_fill(t[1], -1), Masked),
        new("x.clone().masked_fill_(y, -1)", t => t[0].clone().masked_fill_(t[1], -1), Masked),
        new("torch.logical_and(x, y)", t => t[0].logical_and(t[1]), Booleans),
        new("torch.logical_or(x, y)", t => t[0].logical_or(t[1]), Booleans),
        new("x.logical_not()", t => t[0].logical_not(), Booleans),
        new("x.all()", t => t[0].all(), Booleans),
        new("x.sum()", t => t[0].sum(), Real),
        new("x.sum(dtype=torch.float32)", t => t[0].sum(torch.float32), Real),
        new("x.mean()", t => t[0].mean(), Real),
        new("x.max()", t => t[0].max(), Real),
        new("x.argmax()", t => t[0].argmax(), Real),
        new("x.norm()", t => t[0].norm(), Real),
        new("x.sum(-1)", t => t[0].sum(-1), Cube),
        new("x.sum((0, 2), keepdim=True)", t => t[0].sum([0, 2], true), Cube),
        new("x.sum(0, dtype=torch.float32)", t => t[0].sum(0, type: torch.float32), Cube),
        new("x.to(torch.int32).sum()", t => t[0].to(torch.ScalarType.Int32).sum(), Cube),
        new("x.amax(-1)", t => t[0].amax([-1]), Cube),
        new("x.amax((0, 1), keepdim=True)", t => t[0].amax([0, 1], keepdim: true), Cube),
        new("x.amin(0)", t => t[0].amin([0]), Cube),
        new("x.argmax(-1)", t => t[0].argmax(-1), Cube),
        new("x.argmax(1, keepdim=True)", t => t[0].argmax(1, true), Cube),
        new("x.cumsum(1)", t => t[0].cumsum(1), Cube),
        new("x.cumsum(1, dtype=torch.float32)", t => t[0].cumsum(1, torch.float32), Cube),
        new("x.logsumexp(-1)", t => t[0].logsumexp(-1), Cube),
        new("x.logsumexp(1, keepdim=True)", t => t[0].logsumexp(1, true), Cube),
        new("x.norm(p=1)", t => t[0].norm(1f), Cube),
        new("x.norm(2, 1)", t => t[0].norm(1, false, 2f), Cube),
        new("F.softmax(x, 0)", t => torch.nn.functional.softmax(t[0], 0), Cube),
        new("F.softmax(x, -1, dtype=torch.float32)", t => torch.nn.functional.softmax(t[0], -1, torch.float32), Cube),
        new("F.log_softmax(x, 0)", t => torch.nn.functional.log_softmax(t[0], 0), Cube),
        new("tuple(x.topk(2, 1))", t => Both(t[0].topk(2, 1)), Cube),
        new("tuple(x.topk(1, -1, largest=False))", t => Both(t[0].topk(1, -1, largest: false)), Cube),
        new("tuple(x.sort(1, descending=True))", t => Both(t[0].sort(1, true)), Cube),
        new("tuple(x.sort(stable=True))", t => Both(t[0].sort(stable: true)), Cube),
        new("x.view(-1)", t => t[0].view(-1), Cube),
        new("x.reshape(2, -1)", t => t[0].reshape(2, -1), Cube),
        new("x.permute(2, 0, 1)", t => t[0].permute(2, 0, 1), Cube),
        new("x.transpose(0, -1)", t => t[0].transpose(0, -1), Cube),
        new("x.unsqueeze(1)", t => t[0].unsqueeze(1), Cube),
        new("x.unsqueeze(-1).squeeze(-1)", t => t[0].unsqueeze(-1).squeeze(-1), Cube),
        new("x[:1].squeeze()", t => t[0].narrow(0, 0, 1).squeeze(), Cube),
        new("x.narrow(0, 1, 2)", t => t[0].narrow(0, 1, 2), Cube),
        new("x.select(1, -1)", t => t[0].select(1, -1), Cube),
        new("x[1]", t => t[0][1], Cube),
        new("x[1, 0]", t => t[0][1, 0], Cube),
        new("x.roll(1, 0)", t => t[0].roll(1, 0), Cube),
        new("x.roll(2)", t => t[0].roll(2), Cube),
        new("x.triu(1)", t => t[0].triu(1), Cube),
        new("x.diagonal(0, 1, 2)", t => t[0].diagonal(0, 1, 2), Cube),
        new("x.transpose(0, 1).contiguous()", t => t[0].transpose(0, 1).contiguous(), Cube),
        new("x[:, :1].expand(3, 5, 2)", t => t[0].narrow(1, 0, 1).expand(3, 5, 2), Cube),
        new("x[:1].expand_as(x)", t => t[0].narrow(0, 0, 1).expand_as(t[0]), Cube),
        new("torch.cat([x, x.exp()], 1)", t => torch.cat([t[0], t[0].exp()], 1), Cube),
        new("x.detach()", t => t[0].detach(), Cube),
        new("x.clone()", t => t[0].clone(), Cube),
        new("x.to(torch.float32)", t => t[0].to(torch.float32), Cube),
        new("x.to(torch.int64)", t => t[0].to(torch.int64), Cube),
        new("x.to(torch.bool)", t => t[0].to(torch.@bool), Cube),
        new("x.to(torch.bfloat16).to(torch.float32)", t => t[0].to(torch.bfloat16).to(torch.float32, torch.CPU), Cube),
        new("x.to(torch.float16).to(torch.float32)", t => t[0].to(torch.float16).cpu().to(torch.float32), Cube),
        new("torch.zeros_like(x)", t => torch.zeros_like(t[0]), Cube),
        new("torch.ones_like(x, dtype=torch.int64)", t => torch.ones_like(t[0], torch.int64), Cube),
        new("torch.full_like(x, 2.5)", t => torch.full_like(t[0], 2.5), Cube),
        new("x.split(2, 0)", t => t[0].split(2), Cube),
        new("x.split([1, 2], 0)", t => t[0].split([1, 2], 0), Cube),
        new("x.chunk(2, 0)", t => t[0].chunk(2), Cube),
        new("x.chunk(7, 1)", t => t[0].chunk(7, 1), Cube),
        new("x.t()", t => t[0].t(), d => [d.Real(d.Shape(2))]),
        new("x.index_select(0, y)", t => t[0].index_select(0, t[1]), d => [d.Real(4, 3), d.Integers(0, 4, d.Number(1, 6))]),
        new("x.gather(0, y)", t => t[0].gather(0, t[1]), d => [d.Real(4, 3), d.Integers(0, 4, 2, 3)]),
        new(
            "x.clone().scatter_(0, y, z)",
            t => t[0].clone().scatter_(0, t[1], t[2]),
            d => [d.Real(4, 3), d.Permutation(4).unsqueeze(-1).narrow(0, 0, 2).expand(2, 3).contiguous(), d.Real(2, 3)]),
        new("x.scatter_add(0, y, z)", t => t[0].scatter_add(0, t[1], t[2]), d => [d.Real(4, 3), d.Integers(0, 4, 2, 3), d.Real(2, 3)]),
        new(
            "x.clone().scatter_add_(0, y, z)",
            t => t[0].clone().scatter_add_(0, t[1], t[2]),
            d => [d.Real(4, 3), d.Integers(0, 4, 2, 3), d.Real(2, 3)]),
        new(
            "x.clone().index_add_(0, y, z, alpha=0.5)",
            t => t[0].clone().index_add_(0, t[1], t[2], 0.5),
            d => [d.Real(4, 3), d.Integers(0, 4, 5), d.Real(5, 3)]),
        new(
            "x.clone().index_copy_(0, y, z)",
            t => t[0].clone().index_copy_(0, t[1], t[2]),
            d => [d.Real(4, 3), d.Permutation(4), d.Real(4, 3)]),
        new(
            "torch.searchsorted(x, y, right=True)",
            t => torch.searchsorted(t[0], t[1], right: true),
            d => [d.Real(6).sort().Values, d.Real(2, 3)]),
        new(
            "torch.searchsorted(x, y, out_int32=True, sorter=z)",
            t => torch.searchsorted(t[0], t[1], out_int32: true, sorter: t[2]),
            d => { var numbers = d.Real(6); return [numbers, d.Real(2, 3), numbers.sort().Indices]; }),
        new("torch.mm(x, y)", t => t[0].mm(t[1]), d => [d.Real(3, 4), d.Real(4, 2)]),
        new("torch.bmm(x, y)", t => t[0].bmm(t[1]), d => [d.Single(2, 3, 4), d.Single(2, 4, 5)]),
        new("torch.addmm(x, y, z, beta=0.5, alpha=2)", t => t[0].addmm(t[1], t[2], 0.5f, 2), d => [d.Real(2), d.Real(3, 4), d.Real(4, 2)]),
        new("x.clone().addmm_(y, z)", t => t[0].clone().addmm_(t[1], t[2]), d => [d.Real(3, 2), d.Real(3, 4), d.Real(4, 2)]),
        new(
            "torch.empty(9).normal_(1, 2, generator=torch.Generator().manual_seed(3))",
            _ => torch.empty([9]).normal_(1, 2, new torch.Generator(3)),
            Nothing),
        new(
            "torch.empty(9).uniform_(1, 2, generator=torch.Generator().manual_seed(3))",
            _ => torch.empty([9]).uniform_(1, 2, new torch.Generator(3)),
            Nothing),
        new("torch.arange(5)", _ => torch.arange(5), Nothing),
        new("torch.arange(1, 2, 0.25)", _ => torch.arange(1, 2, 0.25), Nothing),
        new("torch.arange(2, 9)", _ => torch.arange(2, 9), Nothing),
        new("torch.eye(3)", _ => torch.eye(3), Nothing),
        new("torch.eye(2, 4, dtype=torch.float64)", _ => torch.eye(2, 4, torch.float64), Nothing),
        new("torch.zeros(2, 3)", _ => torch.zeros([2, 3]), Nothing),
        new("torch.zeros(3, dtype=torch.bool)", _ => torch.zeros(3, torch.@bool), Nothing),
        new("torch.ones(4, dtype=torch.int32)", _ => torch.ones([4], torch.ScalarType.Int32), Nothing),
        new("torch.full((2, 2), 3)", _ => torch.full([2, 2], 3), Nothing),
        new("torch.full((2,), 3.5)", _ => torch.full([2], 3.5), Nothing),
        new("torch.tensor([[1.0, 2.5]], dtype=torch.float64)", _ => torch.tensor(new[,] { { 1.0, 2.5 } }), Nothing),
        new("torch.tensor([True, False])", _ => torch.tensor([true, false]), Nothing),
        new("torch.tensor(2.5, dtype=torch.float64)", _ => torch.tensor(2.5), Nothing),
        new("torch.tensor([1, 2, 3])", _ => torch.tensor([1L, 2L, 3L]), Nothing),
        new("torch.tensor([1.0, 2.0, 3.0, 4.0]).reshape(2, 2)", _ => torch.tensor([1f, 2f, 3f, 4f], [2, 2]), Nothing),
    ];

    private static Tensor[] Nothing(Draw draw) => [];

    private static Tensor[] Real(Draw draw) => [draw.Real(draw.Shape())];

    private static Tensor[] Positive(Draw draw) => [draw.Positive(draw.Shape())];

    private static Tensor[] Cube(Draw draw) => [draw.Real(3, draw.Number(2, 4), 2)];

    private static Tensor[] Pair(Draw draw)
    {
        var shape = draw.Shape();
        return [draw.Real(shape), draw.Real(draw.Broadcastable(shape))];
    }

    private static Tensor[] PositivePair(Draw draw)
    {
        var shape = draw.Shape();
        return [draw.Positive(shape), draw.Positive(draw.Broadcastable(shape))];
    }

    private static Tensor[] Twins(Draw draw)
    {
        var shape = draw.Shape();
        return [draw.Real(shape), draw.Real(shape)];
    }

    private static Tensor[] Triplets(Draw draw)
    {
        var shape = draw.Shape();
        return [draw.Real(shape), draw.Real(shape), draw.Real(shape)];
    }

    private static Tensor[] Choice(Draw draw)
    {
        var shape = draw.Shape();
        return [draw.Mask(shape), draw.Real(shape), draw.Real(shape)];
    }

    private static Tensor[] Masked(Draw draw)
    {
        var shape = draw.Shape();
        return [draw.Real(shape), draw.Mask(shape)];
    }

    private static Tensor[] Booleans(Draw draw)
    {
        var shape = draw.Shape();
        return [draw.Mask(shape), draw.Mask(shape)];
    }

    private static Tensor[] Whole(Draw draw) => [draw.Integers(-9, 9, draw.Shape())];

    private static Tensor[] Both((Tensor First, Tensor Second) pair) => [pair.First, pair.Second];
}
