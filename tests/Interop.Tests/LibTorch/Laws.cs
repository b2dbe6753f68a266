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
        new("x.sign()", t => t[0].sign(), Real),
        new("x.exp()", t => t[0].exp(), Real),
        new("x.expm1()", t => t[0].expm1(), Real),
        new("x.sin()", t => t[0].sin(), Real),
        new("x.cos()", t => t[0].cos(), Real),
        new("x.tanh()", t => t[0].tanh(), Real),
        new("x.sigmoid()", t => t[0].sigmoid(), Real),
        new("x.relu()", t => t[0].relu(), Real),
        new("x.floor()", t => t[0].floor(), Real),
        new("x.ceil()", t => t[0].ceil(), Real),
        new("x.erf()", t => t[0].erf(), Real),
        new("x.log()", t => t[0].log(), Positive),
        new("x.log1p()", t => t[0].log1p(), Positive),
        new("x.log2()", t => t[0].log2(), Positive),
        new("x.sqrt()", t => t[0].sqrt(), Positive),
        new("x.rsqrt()", t => t[0].rsqrt(), Positive),
        new("x.reciprocal()", t => t[0].reciprocal(), Positive),
        new("F.silu(x)", t => torch.nn.functional.silu(t[0]), Real),
        new("F.gelu(x)", t => torch.nn.functional.gelu(t[0]), Real),
        new("x.square()", t => t[0].square(), Real),
        new("-x", t => -t[0], Real),
        new("x.clone().abs_()", t => t[0].clone().abs_(), Real),
        new("x.clone().neg_()", t => t[0].clone().neg_(), Real),
        new("x.clone().exp_()", t => t[0].clone().exp_(), Real),
        new("x.clone().expm1_()", t => t[0].clone().expm1_(), Real),
        new("x.clone().sin_()", t => t[0].clone().sin_(), Real),
        new("x.clone().cos_()", t => t[0].clone().cos_(), Real),
        new("x.clone().tanh_()", t => t[0].clone().tanh_(), Real),
        new("x.clone().sigmoid_()", t => t[0].clone().sigmoid_(), Real),
        new("x.clone().relu_()", t => t[0].clone().relu_(), Real),
        new("x.clone().log_()", t => t[0].clone().log_(), Positive),
        new("x.clone().log1p_()", t => t[0].clone().log1p_(), Positive),
        new("x.clone().sqrt_()", t => t[0].clone().sqrt_(), Positive),
        new("x.clone().rsqrt_()", t => t[0].clone().rsqrt_(), Positive),
        new("x.clone().reciprocal_()", t => t[0].clone().reciprocal_(), Positive),
        new("F.silu(x.clone(), inplace=True)", t => torch.nn.functional.silu(t[0].clone(), inplace: true), Real),
        new("x.round()", t => t[0].round(), Real),
        new("x.round(decimals=2)", t => t[0].round(2), Real),
        new("x + y", t => t[0] + t[1], Pair),
        new("x - y", t => t[0] - t[1], Pair),
        new("x * y", t => t[0] * t[1], Pair),
        new("torch.maximum(x, y)", t => torch.maximum(t[0], t[1]), Pair),
        new("torch.minimum(x, y)", t => torch.minimum(t[0], t[1]), Pair),
        new("torch.add(x, y, alpha=0.5)", t => t[0].add(t[1], 0.5), Pair),
        new("x == y", t => t[0].eq(t[1]), Pair),
        new("x != y", t => t[0].ne(t[1]), Pair),
        new("x < y", t => t[0].lt(t[1]), Pair),
        new("x <= y", t => t[0].le(t[1]), Pair),
        new("x > y", t => t[0].gt(t[1]), Pair),
        new("x >= y", t => t[0].ge(t[1]), Pair),
        new("x / y", t => t[0] / t[1], PositivePair),
        new("x ** y", t => t[0].pow(t[1]), PositivePair),
        new("x % y", t => t[0] % t[1], PositivePair),
        new("torch.floor_divide(x, y)", t => t[0].floor_divide(t[1]), d => [d.Integers(-9, 9, 5), d.Integers(1, 4, 5)]),
        new("torch.div(x, y, rounding_mode='trunc')", t => t[0].div(t[1], torch.RoundingMode.trunc), PositivePair),
        new("x + 2", t => t[0] + 2, Real),
        new("2 + x", t => 2 + t[0], Real),
        new("x - 0.5", t => t[0] - 0.5, Real),
        new("0.5 - x", t => 0.5 - t[0], Real),
        new("x * 3", t => t[0] * 3L, Real),
        new("1.5 * x", t => 1.5f * t[0], Real),
        new("x / 4", t => t[0] / 4, Real),
        new("x > 0.25", t => t[0].gt(0.25), Real),
        new("0.25 > x", t => (Scalar)0.25 > t[0], Real),
        new("x == 0", t => t[0] == 0, Real),
        new("x.clamp(-0.5, 0.5)", t => t[0].clamp(-0.5, 0.5), Real),
        new("x.clamp(min=0.1)", t => t[0].clamp_min(0.1), Real),
        new("x.clamp(max=0.1)", t => t[0].clamp_max(0.1), Real),
        new("x.clone().clamp_(-0.5, 0.5)", t => t[0].clone().clamp_(-0.5, 0.5), Real),
        new("torch.full_like(x, 2.5)", t => torch.full_like(t[0], 2.5), Real),
        new("x.clone().fill_(3)", t => t[0].clone().fill_(3), Real),
        new("x.clone().zero_()", t => t[0].clone().zero_(), Real),
        new("x.clone().add_(1.5)", t => t[0].clone().add_(1.5), Real),
        new("x.clone().mul_(1.5)", t => t[0].clone().mul_(1.5), Real),
        new("x.clone().sub_(1.5)", t => t[0].clone().sub_(1.5), Real),
        new("x.clone().div_(1.5)", t => t[0].clone().div_(1.5), Real),
        new("x ** 3", t => t[0].pow(3), Positive),
        new("x ** 0.5", t => t[0].pow(0.5), Positive),
        new("1 / x", t => 1 / t[0], Positive),
        new("2.5 / x", t => 2.5 / t[0], Positive),
        new("x % 2", t => t[0] % 2, Positive),
        new("x // 2", t => t[0].floor_divide(2), d => [d.Integers(-9, 9, 5)]),
        new("x.clone().add_(y)", t => t[0].clone().add_(t[1]), Twins),
        new("x.clone().sub_(y)", t => t[0].clone().sub_(t[1]), Twins),
        new("x.clone().mul_(y)", t => t[0].clone().mul_(t[1]), Twins),
        new("x.clone().add_(y, alpha=2)", t => t[0].clone().add_(t[1], 2), Twins),
        new("x.clone().copy_(y)", t => t[0].clone().copy_(t[1]), Twins),
        new("x.clone().div_(y)", t => t[0].clone().div_(t[1]), PositiveTwins),
        new("torch.addcmul(x, y, z, value=0.5)", t => t[0].addcmul(t[1], t[2], 0.5), Triplets),
        new("x.clone().addcmul_(y, z, value=0.5)", t => t[0].clone().addcmul_(t[1], t[2], 0.5), Triplets),
        new("torch.addcdiv(x, y, z.exp(), value=0.5)", t => t[0].addcdiv(t[1], t[2].exp(), 0.5), Triplets),
        new("x.clone().addcdiv_(y, z.exp(), value=0.5)", t => t[0].clone().addcdiv_(t[1], t[2].exp(), 0.5), Triplets),
        new("torch.lerp(x, y, z)", t => t[0].lerp(t[1], t[2]), Triplets),
        new("x.clone().lerp_(y, z)", t => t[0].clone().lerp_(t[1], t[2]), Triplets),
        new("torch.where(x, y, z)", t => torch.where(t[0], t[1], t[2]), Choice),
        new("x.masked_fill(y, -1)", t => t[0].masked_fill(t[1], -1), Masked),
        new("x.clone().masked_fill_(y, -1)", t => t[0].clone().masked_fill_(t[1], -1), Masked),
        new("x.masked_select(y)", t => t[0].masked_select(t[1]), Masked),
        new("torch.logical_and(x, y)", t => torch.logical_and(t[0], t[1]), Booleans),
        new("torch.logical_or(x, y)", t => torch.logical_or(t[0], t[1]), Booleans),
        new("torch.logical_xor(x, y)", t => torch.logical_xor(t[0], t[1]), Booleans),
        new("x & y", t => t[0] & t[1], Booleans),
        new("x | y", t => t[0] | t[1], Booleans),
        new("x ^ y", t => t[0] ^ t[1], Booleans),
        new("~x", t => ~t[0], Booleans),
        new("x.logical_not()", t => t[0].logical_not(), Booleans),
        new("x.all()", t => t[0].all(), Booleans),
        new("x.all(-1, keepdim=True)", t => t[0].all(-1, true), Booleans),
        new("x.any()", t => t[0].any(), Booleans),
        new("x.any(-1, keepdim=True)", t => t[0].any(-1, true), Booleans),
        new("x.isfinite()", t => t[0].isfinite(), NotFinite),
        new("x.isnan()", t => t[0].isnan(), NotFinite),
        new("x.isinf()", t => t[0].isinf(), NotFinite),
        new("x.nan_to_num()", t => t[0].nan_to_num(), NotFinite),
        new("x.nan_to_num(1.0, 2.0, 3.0)", t => t[0].nan_to_num(1.0, 2.0, 3.0), NotFinite),
        new("x.sum()", t => t[0].sum(), Real),
        new("x.mean()", t => t[0].mean(), Real),
        new("x.std()", t => t[0].std(), d => [d.Real(3, 4)]),
        new("x.var()", t => t[0].var(), d => [d.Real(3, 4)]),
        new("x.max()", t => t[0].max(), Real),
        new("x.min()", t => t[0].min(), Real),
        new("x.argmax()", t => t[0].argmax(), Real),
        new("x.argmin()", t => t[0].argmin(), Real),
        new("x.norm()", t => t[0].norm(), Real),
        new("x.prod()", t => t[0].prod(), Real),
        new("x.count_nonzero()", t => t[0].count_nonzero(), Real),
        new("x.sum(-1)", t => t[0].sum(-1), Cube),
        new("x.sum((0, 2), keepdim=True)", t => t[0].sum([0, 2], true), Cube),
        new("x.sum(0, dtype=torch.float32)", t => t[0].sum(0, type: torch.float32), Cube),
        new("x.mean(1)", t => t[0].mean([1]), Cube),
        new("x.mean((0, 1), keepdim=True)", t => t[0].mean([0, 1], keepdim: true), Cube),
        new("x.std(1, unbiased=False)", t => t[0].std(1, unbiased: false), Cube),
        new("x.std((0, 1), keepdim=True)", t => t[0].std([0, 1], keepdim: true), Cube),
        new("x.std(unbiased=False)", t => t[0].std(false), Cube),
        new("x.var(1)", t => t[0].var(1), Cube),
        new("x.var((0, 1), unbiased=False)", t => t[0].var([0, 1], false), Cube),
        new("x.amax(-1)", t => t[0].amax([-1]), Cube),
        new("x.amax((0, 1), keepdim=True)", t => t[0].amax([0, 1], keepdim: true), Cube),
        new("x.amin(0)", t => t[0].amin([0]), Cube),
        new("x.argmax(-1)", t => t[0].argmax(-1), Cube),
        new("x.argmin(1, keepdim=True)", t => t[0].argmin(1, true), Cube),
        new("x.cumsum(1)", t => t[0].cumsum(1), Cube),
        new("x.logsumexp(-1)", t => t[0].logsumexp(-1), Cube),
        new("x.logsumexp(1, keepdim=True)", t => t[0].logsumexp(1, true), Cube),
        new("x.norm(p=1)", t => t[0].norm(1f), Cube),
        new("x.norm(2, 1)", t => t[0].norm(1, false, 2f), Cube),
        new("x.prod(1, keepdim=True)", t => t[0].prod(1, true), Cube),
        new("x.argsort(-1, descending=True)", t => t[0].argsort(-1, true), Cube),
        new("x.softmax(-1)", t => t[0].softmax(-1), Cube),
        new("x.log_softmax(1)", t => t[0].log_softmax(1), Cube),
        new("x.softmax(-1, dtype=torch.float32)", t => t[0].softmax(-1, torch.float32), Cube),
        new("F.softmax(x, 0)", t => torch.nn.functional.softmax(t[0], 0), Cube),
        new("F.log_softmax(x, 0)", t => torch.nn.functional.log_softmax(t[0], 0), Cube),
        new("x.count_nonzero((0, 1))", t => t[0].count_nonzero([0, 1]), Cube),
        new("tuple(x.max(1))", t => Both(t[0].max(1)), Cube),
        new("tuple(x.min(1, keepdim=True))", t => Both(t[0].min(1, true)), Cube),
        new("tuple(x.topk(2, 1))", t => Both(t[0].topk(2, 1)), Cube),
        new("tuple(x.topk(1, -1, largest=False))", t => Both(t[0].topk(1, -1, largest: false)), Cube),
        new("tuple(x.sort(1, descending=True))", t => Both(t[0].sort(1, true)), Cube),
        new("x.to(torch.int32).sum()", t => t[0].to(torch.int32).sum(), Cube),
        new("x.view(-1)", t => t[0].view(-1), Cube),
        new("x.reshape(2, -1)", t => t[0].reshape(2, -1), Cube),
        new("x.permute(2, 0, 1)", t => t[0].permute(2, 0, 1), Cube),
        new("x.transpose(0, -1)", t => t[0].transpose(0, -1), Cube),
        new("x.mT", t => t[0].mT, Cube),
        new("x.unsqueeze(1)", t => t[0].unsqueeze(1), Cube),
        new("x.unsqueeze(-1).squeeze(-1)", t => t[0].unsqueeze(-1).squeeze(-1), Cube),
        new("x[:1].squeeze()", t => t[0].narrow(0, 0, 1).squeeze(), Cube),
        new("x.narrow(0, 1, 2)", t => t[0].narrow(0, 1, 2), Cube),
        new("x[0:3:2]", t => t[0].slice(0, 0, 3, 2), Cube),
        new("x.select(1, -1)", t => t[0].select(1, -1), Cube),
        new("x[1]", t => t[0][1], Cube),
        new("x[1, 0]", t => t[0][1, 0], Cube),
        new("x[1, 0, 1]", t => t[0][1, 0, 1], Cube),
        new("x.flatten(1)", t => t[0].flatten(1), Cube),
        new("x.repeat(2, 1, 1, 3)", t => t[0].repeat(2, 1, 1, 3), Cube),
        new("x.repeat_interleave(2, 1)", t => t[0].repeat_interleave(2L, 1), Cube),
        new("x.repeat_interleave(3)", t => t[0].repeat_interleave(3L), Cube),
        new("x.flip(0, 2)", t => t[0].flip(0, 2), Cube),
        new("x.roll(1, 0)", t => t[0].roll(1, 0), Cube),
        new("x.roll(2)", t => t[0].roll(2), Cube),
        new("x.roll((1, 2), (0, 1))", t => t[0].roll([1, 2], [0, 1]), Cube),
        new("x.tril()", t => t[0].tril(), Cube),
        new("x.triu(1)", t => t[0].triu(1), Cube),
        new("x.diagonal(0, 1, 2)", t => t[0].diagonal(0, 1, 2), Cube),
        new("x.transpose(0, 1).contiguous()", t => t[0].transpose(0, 1).contiguous(), Cube),
        new("x[:, :1].expand(3, 5, 2)", t => t[0].narrow(1, 0, 1).expand(3, 5, 2), Cube),
        new("torch.cat([x, x.exp()], 1)", t => torch.cat([t[0], t[0].exp()], 1), Cube),
        new("torch.stack([x, x.exp()], -1)", t => torch.stack([t[0], t[0].exp()], -1), Cube),
        new("(x > 0).nonzero()", t => t[0].gt(0).nonzero(), Cube),
        new("x.detach()", t => t[0].detach(), Cube),
        new("x.clone()", t => t[0].clone(), Cube),
        new("x.to(torch.float32)", t => t[0].to(torch.float32), Cube),
        new("x.to(torch.int64)", t => t[0].to(torch.int64), Cube),
        new("x.to(torch.bool)", t => t[0].@bool(), Cube),
        new("x.to(torch.bfloat16).to(torch.float32)", t => t[0].bfloat16().@float(), Cube),
        new("torch.zeros_like(x)", t => torch.zeros_like(t[0]), Cube),
        new("torch.ones_like(x, dtype=torch.int64)", t => torch.ones_like(t[0], torch.int64), Cube),
        new("x.split(2, 0)", t => t[0].split(2), Cube),
        new("x.split([1, 2], 0)", t => t[0].split([1, 2], 0), Cube),
        new("x.chunk(2, 0)", t => t[0].chunk(2), Cube),
        new("x.chunk(7, 1)", t => t[0].chunk(7, 1), Cube),
        new("x.unbind(1)", t => t[0].unbind(1), Cube),
        new("x.t()", t => t[0].t(), d => [d.Real(d.Shape(2))]),
        new("x.index_select(0, y)", t => t[0].index_select(0, t[1]), Indexed),
        new("x.gather(0, y)", t => t[0].gather(0, t[1]), d => [d.Real(4, 3), d.Integers(0, 4, 2, 3)]),
        new("torch.take_along_dim(x, y, 0)", t => t[0].take_along_dim(t[1], 0), d => [d.Real(4, 3), d.Integers(0, 4, 2, 3)]),
        new("torch.take_along_dim(x, y)", t => t[0].take_along_dim(t[1]), d => [d.Real(4, 3), d.Integers(0, 4, 2, 3)]),
        new(
            "x.scatter(0, y, z)",
            t => t[0].scatter(0, t[1], t[2]),
            d => [d.Real(4, 3), d.Permutation(4).unsqueeze(-1).narrow(0, 0, 2).expand(2, 3).contiguous(), d.Real(2, 3)]),
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
            "x.index_add(0, y, z, alpha=0.5)",
            t => t[0].index_add(0, t[1], t[2], 0.5),
            d => [d.Real(4, 3), d.Integers(0, 4, 5), d.Real(5, 3)]),
        new(
            "x.clone().index_add_(0, y, z)",
            t => t[0].clone().index_add_(0, t[1], t[2], 1),
            d => [d.Real(4, 3), d.Integers(0, 4, 5), d.Real(5, 3)]),
        new("x.index_copy(0, y, z)", t => t[0].index_copy(0, t[1], t[2]), d => [d.Real(4, 3), d.Permutation(4), d.Real(4, 3)]),
        new(
            "x.clone().index_copy_(0, y, z)",
            t => t[0].clone().index_copy_(0, t[1], t[2]),
            d => [d.Real(4, 3), d.Permutation(4), d.Real(4, 3)]),
        new("x.index_fill(0, y, 2)", t => t[0].index_fill(0, t[1], 2), Indexed),
        new("x.clone().index_fill_(0, y, 2)", t => t[0].clone().index_fill_(0, t[1], 2), Indexed),
        new("x.repeat_interleave(y, 0)", t => t[0].repeat_interleave(t[1], 0), d => [d.Real(4, 3), d.Integers(0, 3, 4)]),
        new(
            "torch.searchsorted(x, y, right=True)",
            t => torch.searchsorted(t[0], t[1], right: true),
            d => [d.Real(6).sort().Values, d.Real(2, 3)]),
        new(
            "x @ y",
            t => t[0].matmul(t[1]),
            d => { var (n, k, m) = (d.Number(1, 4), d.Number(1, 4), d.Number(1, 4)); return [d.Real(2, n, k), d.Real(k, m)]; }),
        new("torch.matmul(x, y)", t => torch.matmul(t[0], t[1]), d => [d.Single(3, 5), d.Single(5)]),
        new("torch.mm(x, y)", t => t[0].mm(t[1]), d => [d.Real(3, 4), d.Real(4, 2)]),
        new("torch.bmm(x, y)", t => t[0].bmm(t[1]), d => [d.Real(2, 3, 4), d.Real(2, 4, 5)]),
        new("torch.addmm(x, y, z, beta=0.5, alpha=2)", t => t[0].addmm(t[1], t[2], 0.5f, 2), d => [d.Real(2), d.Real(3, 4), d.Real(4, 2)]),
        new("x.clone().addmm_(y, z)", t => t[0].clone().addmm_(t[1], t[2]), d => [d.Real(3, 2), d.Real(3, 4), d.Real(4, 2)]),
        new("torch.dot(x, y)", t => t[0].dot(t[1]), d => [d.Real(5), d.Real(5)]),
        new("torch.outer(x, y)", t => t[0].outer(t[1]), d => [d.Real(3), d.Real(4)]),
        new("torch.einsum('bij,bjk->bik', x, y)", t => torch.einsum("bij,bjk->bik", t[0], t[1]), d => [d.Real(2, 3, 4), d.Real(2, 4, 5)]),
        new("F.linear(x, y, z)", t => torch.nn.functional.linear(t[0], t[1], t[2]), d => [d.Real(2, 3, 4), d.Real(5, 4), d.Real(5)]),
        new("F.linear(x, y)", t => torch.nn.functional.linear(t[0], t[1]), d => [d.Single(3, 4), d.Single(5, 4)]),
        new(
            "torch.randn(3, 5, generator=torch.Generator().manual_seed(11))",
            _ => torch.randn([3, 5], generator: new torch.Generator(11)),
            Nothing),
        new(
            "torch.rand(17, generator=torch.Generator().manual_seed(11))",
            _ => torch.rand([17], generator: new torch.Generator(11)),
            Nothing),
        new(
            "torch.randint(2, 9, (17,), generator=torch.Generator().manual_seed(11))",
            _ => torch.randint(2, 9, [17], generator: new torch.Generator(11)),
            Nothing),
        new(
            "torch.empty(9).normal_(1, 2, generator=torch.Generator().manual_seed(3))",
            _ => torch.empty([9]).normal_(1, 2, new torch.Generator(3)),
            Nothing),
        new(
            "torch.empty(9).uniform_(1, 2, generator=torch.Generator().manual_seed(3))",
            _ => torch.empty([9]).uniform_(1, 2, new torch.Generator(3)),
            Nothing),
        new(
            "torch.multinomial(x.softmax(-1), 2, generator=torch.Generator().manual_seed(5))",
            t => torch.multinomial(t[0].softmax(-1), 2, generator: new torch.Generator(5)),
            d => [d.Real(3, 6)]),
        new(
            "torch.multinomial(x.softmax(-1), 9, replacement=True, generator=torch.Generator().manual_seed(5))",
            t => t[0].softmax(-1).multinomial(9, true, new torch.Generator(5)),
            d => [d.Real(3, 6)]),
        new("torch.arange(5)", _ => torch.arange(5), Nothing),
        new("torch.arange(1, 2, 0.25)", _ => torch.arange(1, 2, 0.25), Nothing),
        new("torch.arange(2, 9)", _ => torch.arange(2, 9), Nothing),
        new("torch.eye(3)", _ => torch.eye(3), Nothing),
        new("torch.eye(2, 4, dtype=torch.float64)", _ => torch.eye(2, 4, torch.float64), Nothing),
        new("torch.zeros(2, 3)", _ => torch.zeros(2, 3), Nothing),
        new("torch.ones(4, dtype=torch.int32)", _ => torch.ones(4, torch.int32), Nothing),
        new("torch.full((2, 2), 3)", _ => torch.full(2, 2, 3), Nothing),
        new("torch.full((2,), 3.5)", _ => torch.full([2], 3.5), Nothing),
        new("torch.tensor([[True, False]])", _ => torch.tensor(new[,] { { true, false } }), Nothing),
        new("torch.tensor(2.5, dtype=torch.float64)", _ => torch.tensor(2.5), Nothing),
        new("torch.tensor([1, 2, 3])", _ => torch.tensor(new long[] { 1, 2, 3 }), Nothing),
        new("torch.tensor([1.0, 2.0, 3.0, 4.0]).reshape(2, 2)", _ => torch.tensor(new float[] { 1, 2, 3, 4 }, [2, 2]), Nothing),
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

    private static Tensor[] PositiveTwins(Draw draw)
    {
        var shape = draw.Shape();
        return [draw.Positive(shape), draw.Positive(shape)];
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

    private static Tensor[] Indexed(Draw draw) => [draw.Real(4, 3), draw.Integers(0, 4, draw.Number(1, 6))];

    private static Tensor[] NotFinite(Draw draw)
    {
        var special = torch.tensor([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0]);
        return [torch.cat([special, draw.Real(draw.Number(1, 4))])];
    }

    private static Tensor[] Both((Tensor First, Tensor Second) pair) => [pair.First, pair.Second];
}
