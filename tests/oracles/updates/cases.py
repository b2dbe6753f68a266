"""What is tried: small models, adapters, rollouts of several turns, and a case for each way to train."""
import random
import torch
import model
from learner import Network
from objectives import (Row, clipped, corrected, dr_grpo, entropy_bonus, gae, grpo, gspo, kl, kl_in_reward, llds, value_loss, whitened,
                        without_truncated)

GROUPS, GROUP_SIZE, STEPS, UPDATES_A_STEP, GROUPS_AN_UPDATE = 6, 4, 5, 12, 2
SIZES = dict(vocabulary=50, width=16, feedForwardWidth=24, layers=2, heads=4, keyValueHeads=2, headWidth=4, epsilon=1e-6, ropeBase=10000.0, context=128)
DEFAULTS = dict(groupSize=GROUP_SIZE, temperature=1.0, policyRate=1e-3, criticRate=2e-3, clipNorm=1.0, microBatchSize=8, exactFirstUpdate=True,
                freezeEmbedding=False, adamW=dict(beta1=0.9, beta2=0.99, epsilon=1e-8, weightDecay=0.1))


def models(generator):
    """Weights that bfloat16 holds, so that every precision starts at the same point."""
    def tensors(sizes):
        def draw(name, shape):
            noise = torch.randn(shape, generator=generator, dtype=torch.float64)
            return (1 + 0.1 * noise if name.endswith("norm.weight") else 0.3 * noise).bfloat16().double()
        return {name: draw(name, shape) for name, shape in model.shapes(sizes).items()}
    all_sizes = {"qwen2": dict(SIZES, family="Qwen2", tiedHead=True), "qwen3": dict(SIZES, family="Qwen3", tiedHead=False),
                 "llama": dict(SIZES, family="Llama", tiedHead=False, keyValueHeads=1)}
    return {name: dict(sizes=sizes, tensors=tensors(sizes)) for name, sizes in all_sizes.items()}


def adapters(generator, sizes):
    """The scale, alpha / rank or alpha / sqrt(rank), is a number that float32 holds."""
    def adapter(rank, alpha, stabilised, targets):
        options = dict(rank=rank, alpha=alpha, rankStabilised=stabilised, targets=targets)
        scale = alpha / (rank ** 0.5 if stabilised else rank)
        draw = lambda shape: (0.3 * torch.randn(shape, generator=generator, dtype=torch.float64)).bfloat16().double()
        return dict(options=options, scale=scale, tensors={n: draw(shape) for n, shape in model.adapter_shapes(sizes, options).items()})
    return {"all": adapter(4, 2.0, False, list(model.PROJECTIONS)), "some": adapter(4, 1.0, True, ["Query", "Value", "Output", "Up"])}


def apart(rng, scores, lengths):
    """Log-probabilities as of another policy: each 0.1 or 0.37 off, give or take 0.02, so that none is near the bounds of a ratio of 0.8, 1.2 or 1.3, and
    no action's changes, nor a response's, add up to nothing. What is decided there is then the same in every precision."""
    while True:
        changes = [rng.choice([-1, 1]) * (rng.choice([0.1, 0.37]) + rng.uniform(-0.02, 0.02)) for _ in scores]
        changes = [-abs(c) if s + c > 0 else c for s, c in zip(scores, changes)]
        ends = [sum(lengths[:i + 1]) for i in range(len(lengths))]
        sums = [sum(changes[e - n:e]) for e, n in zip(ends, lengths) if n] + [sum(changes)]
        if not changes or min(map(abs, sums)) > 0.07:
            return [s + c for s, c in zip(scores, changes)]


def trajectories(rng, spec, adapter, temperature, is_stale=False):
    """Groups of ragged responses of one to four turns, sampled from the policy, with observations between; stale ones have the log-probabilities of
    another policy. Every kind of end; a group of equal rewards, one with rewards at its mean, a response without tokens."""
    policy = Network(spec["sizes"], spec["tensors"], adapter, torch.float64, DEFAULTS, 0.0)
    fixed, trained = policy.weights()
    weights, vocabulary = {**fixed, **trained}, spec["sizes"]["vocabulary"]
    chances = torch.Generator().manual_seed(rng.randrange(2 ** 31))
    words = lambda low, high: [rng.randrange(vocabulary) for _ in range(rng.randint(low, high))]

    def sampled(before, count):
        written = []
        for _ in range(count):
            states = model.hidden(policy.c, weights, before + written, policy.scale)
            logs = model.log_probs(policy.c, weights, states[-1:], temperature)
            written.append(int(torch.multinomial(logs[0].exp(), 1, generator=chances)))
        return written

    def one(prompt, reward, end, turns):
        segments, tokens = [dict(kind="prompt", tokens=prompt)], list(prompt)
        for turn in range(turns):
            if turn:
                segments.append(dict(kind="observation", tokens=words(1, 9)))
                tokens += segments[-1]["tokens"]
            segments.append(dict(kind="action", tokens=sampled(tokens, rng.choice([1, 3, 6, 11])), logProbs=[]))
            tokens += segments[-1]["tokens"]
        answer = min(3, len(segments[-1]["tokens"])) if end == "Answered" else 0
        return dict(segments=segments, reward=reward, end=end, answerTokens=answer, searches=turns - 1)

    rewards = [[0.0, 0.0, 1.0, 1.0], [1.0] * 4, [0.0, 0.5, 0.5, 1.0]]
    rewards += [[rng.choice([0.0, 0.25, 0.5, 1.0]) for _ in range(3)] + [0.125] for _ in range(GROUPS - len(rewards))]
    found = []
    with torch.no_grad():
        for group in rewards:
            prompt = words(2, 8)
            rng.shuffle(group)
            found += [one(prompt, r, rng.choice(["Answered", "Answered", "TurnLimit", "LengthLimit", "TurnTokenLimit"]), rng.randint(1, 4)) for r in group]
        found[-1]["segments"] = [found[-1]["segments"][0], dict(kind="action", tokens=[], logProbs=[])]
        found[-1].update(answerTokens=0, searches=0)
        for t in found:
            row = Row(t)
            scores = policy.score(weights, row, temperature)[0].tolist() if len(row) else []
            if is_stale:
                scores = apart(rng, scores, [len(s["tokens"]) for s in t["segments"] if s["kind"] == "action"])
            numbers = iter([float(torch.tensor(x).float()) for x in scores])
            for s in t["segments"]:
                if s["kind"] == "action":
                    s["logProbs"] = [next(numbers) for _ in s["tokens"]]
    return found


def rollouts(rng, data):
    make = lambda name, adapter=None, temperature=1.0, is_stale=False: trajectories(
        rng, data["models"][name], data["adapters"].get(adapter), temperature, is_stale)
    return {"fresh": make("qwen2"), "cool": make("qwen2", temperature=0.7), "stale": make("qwen2", is_stale=True), "qwen3": make("qwen3"),
            "llama": make("llama", temperature=1.3), "adapted": make("qwen2", "all"), "partly adapted": make("qwen2", "some")}


def order(rng):
    """Steps of several passes each, shuffled into mini-batches of whole groups."""
    def one_pass():
        groups = list(range(GROUPS))
        rng.shuffle(groups)
        return [groups[i:i + GROUPS_AN_UPDATE] for i in range(0, GROUPS, GROUPS_AN_UPDATE)]
    return [[mini for _ in range(UPDATES_A_STEP * GROUPS_AN_UPDATE // GROUPS) for mini in one_pass()] for _ in range(STEPS)]


def ppo(lam=0.95, gamma=0.99):
    return kl_in_reward(0.01, whitened(gae(gamma, lam)))


def cases(rng):
    surrogate = clipped(0.2, 0.2)
    wide = dict(estimator=grpo(), model="qwen2", rollouts="fresh")
    stale = dict(wide, rollouts="stale", exactFirstUpdate=False)

    def case(name, objective, base=wide, **more):
        return dict(DEFAULTS, **{**base, **more}, name=name, objective=objective, steps=order(rng))

    found = [
        case("grpo", surrogate),
        case("grpo, ratios clipped from the start", clipped(0.2, 0.28), stale, policyRate=3e-3),
        case("grpo, gradients cut back", surrogate, clipNorm=0.05),
        case("grpo, dual clip", clipped(0.2, 0.2, dual=1.3), stale),
        case("grpo, one trajectory at a time", surrogate + 1.0 * llds("Action", "AllTokens", "NonNegative"), microBatchSize=1),
        case("grpo, all trajectories at once", surrogate + 1.0 * llds("Action", "AllTokens", "NonNegative"), microBatchSize=64),
        case("grpo at temperature 0.7", surrogate + 1.0 * llds("Action", "PerResponse", "NonNegative") + 0.01 * entropy_bonus(), rollouts="cool",
             temperature=0.7),
        case("grpo, embedding frozen", surrogate, freezeEmbedding=True),
        case("grpo, truncated responses left out", without_truncated(surrogate + 1.0 * llds("Action", "PerResponse", "NonNegative")), stale),
        case("grpo, mean of each response", clipped(0.2, 0.2, "SequenceMeanTokenMean"), stale),
        case("dr grpo, sums over a length", clipped(0.2, 0.2, "SequenceSumOver(16)"), estimator=dr_grpo()),
        case("gspo", gspo(3e-2, 4e-2)),
        case("grpo, corrected for the sampler", corrected(2.0, surrogate), stale),
        case("kl k3", surrogate + 0.1 * kl("K3")),
        case("kl k2 in place of it", surrogate + 0.1 * kl("K2")),
        case("kl abs toward the sampler, and entropy", surrogate + 0.1 * kl("Abs", "Sampling") + 0.01 * entropy_bonus(), stale),
        case("kl toward a moving average", surrogate + 0.1 * kl("K3WithGradientOfK2", "MovingAverage(0.9)")),
        case("llds toward three updates ago", surrogate + 1.0 * llds("Action", "AllTokens", "NonNegative", threshold=1e-3, reference="UpdatesAgo(3)")),
        case("llds with a threshold", surrogate + 1.0 * llds("Action", "AllTokens", "NonNegative", threshold=0.25), stale),
        case("ppo", surrogate + value_loss(0.5), estimator=ppo()),
        case("ppo, values clipped, gradients cut back", surrogate + value_loss(0.02), estimator=ppo(), clipNorm=0.1, criticRate=5e-3),
        case("ppo with llds by segment", surrogate + value_loss(0.5) + 1.0 * llds("Segment", "AllTokens", "Positive"), stale, estimator=ppo()),
        case("ppo with llds by action", surrogate + value_loss(0.5) + 1.0 * llds("Action", "PerResponse", "NonNegative"), stale, estimator=ppo()),
        case("qwen3", surrogate + 1.0 * llds("Action", "PerResponse", "NonNegative"), model="qwen3", rollouts="qwen3"),
        case("llama", surrogate + 0.01 * kl("K3"), model="llama", rollouts="llama", temperature=1.3),
        case("adapter", surrogate + 1.0 * llds("Action", "PerResponse", "NonNegative") + 0.1 * kl("K3"), adapter="all", rollouts="adapted"),
        case("adapter with a critic", surrogate + value_loss(0.5), adapter="some", rollouts="partly adapted", estimator=ppo()),
    ]
    preserves, answers, number = ["NonNegative", "Positive", "Correct"], ["Fixed(1)", "Fixed(0.3)", "Paper", "Released"], 0
    for gate in ["Token", "Action", "Segment", "Response"]:
        for normaliser in ["AllTokens", "PreservedTokens", "PerResponse"]:
            # With each gate every normaliser, preserving set and answer weight occurs.
            preserve, answer = preserves[(number + number // 3) % 3], answers[(number + number // 4) % 4]
            term = llds(gate, normaliser, preserve, answer)
            found.append(case(f"llds {gate}, {normaliser}, {preserve}, answer {answer}", surrogate + 1.0 * term, stale))
            number += 1
    return found


def data(seed):
    generator, rng = torch.Generator().manual_seed(seed), random.Random(seed)
    found = dict(models=models(generator))
    found["adapters"] = adapters(generator, found["models"]["qwen2"]["sizes"])
    found["rollouts"] = rollouts(rng, found)
    return found, cases(rng)
