"""Whole updates: gradient, clipping by norm, AdamW, and what is measured on the way. PyTorch's own optimiser and autograd."""
import types
import torch
import model
from objectives import Row

BUCKETS = 17


def fold(tensor):
    """The numbers of a tensor in so many sums: number i counts (1 + (7919 i mod 1009) / 1009) times in sum i mod 17, so that each is felt."""
    flat = tensor.detach().double().reshape(-1)
    places = torch.arange(flat.numel())
    weights = 1 + (places * 7919 % 1009).double() / 1009
    return torch.zeros(BUCKETS, dtype=torch.float64).index_add_(0, places % BUCKETS, flat * weights)


def folded(tensors):
    return {name: fold(t) for name, t in tensors.items()}


class Network:
    """A transformer, perhaps with an adapter or a critic's output, and the optimiser of what is trained of it. Computes in `dtype`; masters, and
    gradients added up, are in float32 where that is bfloat16."""

    def __init__(self, spec, weights, adapter, dtype, options, rate, critic=False):
        self.c, self.dtype, self.critic = spec, dtype, critic
        self.wide = torch.float32 if dtype == torch.bfloat16 else dtype
        self.scale = None if adapter is None else adapter["scale"]
        base = {n: t.to(self.wide) for n, t in weights.items()}
        own = base if adapter is None else {n: t.to(self.wide) for n, t in adapter["tensors"].items()}
        self.fixed = {} if adapter is None else base
        frozen = [n for n in own if options["freezeEmbedding"] and adapter is None and n == "model.embed_tokens.weight" and not critic]
        self.fixed.update({n: own[n] for n in frozen})
        self.master = {n: t.clone() for n, t in own.items() if n not in frozen}
        self.beside = adapter is not None
        if critic:
            self.master["output"] = torch.zeros(spec["width"] + 1, dtype=self.wide)
        for t in self.master.values():
            t.requires_grad_()
        a = options["adamW"]
        self.optimiser = torch.optim.AdamW(list(self.master.values()), lr=rate, betas=(a["beta1"], a["beta2"]), eps=a["epsilon"],
                                           weight_decay=a["weightDecay"])
        self.start = {n: t.detach().clone() for n, t in self.master.items()}

    def narrow(self, name, t):
        # An adapter stays in float32 beside weights of half precision.
        return t if self.beside and name != "output" else t.to(self.dtype)

    def weights(self, master=None):
        """The weights to compute with, as leaves of their own."""
        trained = {n: self.narrow(n, t.detach()).requires_grad_() for n, t in (master or self.master).items()}
        return {n: t.to(self.dtype) for n, t in self.fixed.items()}, trained

    def collect(self, trained):
        for name, leaf in trained.items():
            if leaf.grad is not None:
                self.master[name].grad = self.gradient(name) + leaf.grad.to(self.wide)

    def gradient(self, name):
        t = self.master[name]
        return torch.zeros_like(t) if t.grad is None else t.grad

    def gradients(self):
        return {n: self.gradient(n).clone() for n in self.master}

    def clear(self):
        for t in self.master.values():
            t.grad = torch.zeros_like(t)

    def clip(self, norm):
        return float(torch.nn.utils.clip_grad_norm_(list(self.master.values()), norm))

    def moved(self):
        return {n: t.detach() - self.start[n] for n, t in self.master.items()}

    def states(self, weights, row):
        return model.hidden(self.c, weights, row.tokens[:-1], self.scale)[[p - 1 for p in row.places]]

    def score(self, weights, row, temperature):
        logs = model.log_probs(self.c, weights, self.states(weights, row), temperature)
        chosen = logs.gather(1, torch.tensor([row.tokens[p] for p in row.places])[:, None])[:, 0]
        return chosen, -(logs.exp() * logs).sum(1)

    def values(self, weights, row):
        found = self.states(weights, row) @ weights["output"][:-1] + weights["output"][-1]
        return found.float() if found.dtype == torch.bfloat16 else found


def reference(name, history, average):
    """The trained numbers of a reference policy before the next update; `history` holds those before each update so far and now."""
    if name == "Initial":
        return history[0]
    if name.startswith("UpdatesAgo("):
        return history[max(0, len(history) - 1 - int(name[len("UpdatesAgo("):-1]))]
    return average[name]


def run(case, data, dtype, updates, marks):
    """The first so many updates of a case; gradients and weights at the marks."""
    spec, adapter = data["models"][case["model"]], data["adapters"].get(case.get("adapter"))
    estimator, objective = case["estimator"], case["objective"]
    make = lambda rate, critic: Network(spec["sizes"], spec["tensors"], adapter, dtype, case, rate, critic)
    policy = make(case["policyRate"], False)
    critic = make(case["criticRate"], True) if estimator.critic else None
    temperature, wide = case["temperature"], policy.wide
    rows = [Row(t) for t in data["rollouts"][case["rollouts"]]]
    # Numbers that come from the case are exact in every type but for log-probabilities, which are float32.
    snapshot = lambda: {n: t.detach().clone() for n, t in policy.master.items()}
    history = [snapshot()]
    names = objective.references | estimator.references
    average = {n: history[0] for n in names if n.startswith("MovingAverage(")}
    found = dict(advantages=None, norms=[], criticNorms=[], entropies=[], metrics={}, gradient={}, moved={}, criticGradient={}, criticMoved={})

    def score_references(wanted):
        for name in wanted:
            fixed, trained = policy.weights(reference(name, history, average))
            for row in rows:
                row.references[name] = policy.score({**fixed, **trained}, row, temperature)[0].detach() if len(row) else torch.zeros(0, dtype=wide)

    def begin():
        """A step begins: references that stay, the critic, the trainer's own log-probabilities, advantages."""
        for row in rows:
            row.references, row.shaping = {}, torch.zeros(len(row), dtype=torch.float64)
            row.sampled_now = torch.tensor(row.sampled, dtype=wide)
        with torch.no_grad():
            score_references([n for n in names if n == "Initial" or n in estimator.references])
            if critic:
                fixed, trained = critic.weights()
                for row in rows:
                    row.values = critic.values({**fixed, **trained}, row).double() if len(row) else torch.zeros(0, dtype=torch.float64)
            fixed, trained = policy.weights()
            for row in rows:
                own = objective.trainer and len(row)
                row.old = policy.score({**fixed, **trained}, row, temperature)[0] if own else row.sampled_now
        estimator.estimate(rows, case["groupSize"])
        if found["advantages"] is None:
            found["advantages"] = [r.advantage.tolist() for r in rows]
            if critic:
                found["returns"] = [r.returns.tolist() for r in rows]
        for row in rows:
            row.advantage = row.advantage.to(wide)
            if critic:
                row.values, row.returns = row.values.to(wide), row.returns.to(wide)

    number = 0
    for step in case["steps"]:
        if number == updates:
            break
        begin()
        for first, groups in enumerate(step):
            if number == updates:
                break
            number += 1
            mini = [rows[g * case["groupSize"] + i] for g in groups for i in range(case["groupSize"])]
            with torch.no_grad():
                score_references([n for n in names if n.startswith(("UpdatesAgo(", "MovingAverage("))])
            judge, measured, entropy = objective.loss(mini), {}, 0.0
            networks = [n for n in (policy, critic) if n]
            for network in networks:
                network.clear()
            for row in mini:
                if not len(row):
                    continue
                leaves = [network.weights() for network in networks]
                whole = [{**fixed, **trained} for fixed, trained in leaves]
                now = types.SimpleNamespace(references=row.references)
                now.log_prob, now.entropy = policy.score(whole[0], row, temperature)
                if critic:
                    now.values = critic.values(whole[1], row)
                now.old = now.log_prob.detach() if first == 0 and case["exactFirstUpdate"] else row.old
                value, more = judge(row, now)
                value.backward()
                for network, (_, trained) in zip(networks, leaves):
                    network.collect(trained)
                entropy += float(now.entropy.detach().sum())
                for name, x in more.items():
                    measured[name] = measured.get(name, 0.0) + float(x)
            found["entropies"].append(entropy / sum(map(len, mini)))
            for name, x in measured.items():
                found["metrics"].setdefault(name, []).append(x)
            for network, norms, gradient, moved in zip(
                networks, ("norms", "criticNorms"), ("gradient", "criticGradient"), ("moved", "criticMoved")
            ):
                if number in marks:
                    found[gradient][number] = folded(network.gradients())
                found[norms].append(network.clip(case["clipNorm"]))
                network.optimiser.step()
                if number in marks:
                    found[moved][number] = folded(network.moved())
            history.append(snapshot())
            for name in average:
                decay = float(name[len("MovingAverage("):-1])
                average[name] = {n: decay * t + (1 - decay) * history[-1][n] for n, t in average[name].items()}
    return found


def distance(a, b):
    """|a - b| / |b| of folded tensors."""
    gap = sum(float(((a[n] - b[n]) ** 2).sum()) for n in b)
    return (gap / max(1e-300, sum(float((b[n] ** 2).sum()) for n in b))) ** 0.5
