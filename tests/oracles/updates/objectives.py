"""Estimators and objectives from their definitions, response by response. A term knows its formula, as Levee writes it, and its loss."""
import torch

MEAN = "TokenMean"


class Row:
    """One response: its numbers for each action token, and for the whole."""

    def __init__(self, trajectory):
        actions = [s for s in trajectory["segments"] if s["kind"] == "action"]
        self.tokens = [t for s in trajectory["segments"] for t in s["tokens"]]
        self.places, self.action, self.sampled, at, number = [], [], [], 0, 0
        for s in trajectory["segments"]:
            if s["kind"] == "action":
                number += 1
                self.places += range(at, at + len(s["tokens"]))
                self.action += [number] * len(s["tokens"])
                self.sampled += s["logProbs"]
            at += len(s["tokens"])
        tail = trajectory["answerTokens"] if actions else 0
        self.answer = [i >= len(self.places) - tail for i in range(len(self.places))]
        self.reward, self.searches = trajectory["reward"], trajectory["searches"]
        self.truncated = trajectory["end"] in ("LengthLimit", "TurnTokenLimit")
        self.counts = True

    def __len__(self):
        return len(self.places)


class Term:
    """`loss(rows)` counts denominators on the whole mini-batch and gives a function of a row and what was computed for it, which gives the row's share of
    the value and of the measurements."""

    def __init__(self, formula, loss, references=(), critic=False, trainer=False):
        self.formula, self.loss, self.references, self.critic, self.trainer = formula, loss, set(references), critic, trainer

    def __add__(self, other):
        def loss(rows):
            a, b = self.loss(rows), other.loss(rows)

            def of(row, now):
                (x, m), (y, n) = a(row, now), b(row, now)
                return x + y, {**m, **n}
            return of
        return Term(f"{self.formula} + {other.formula}", loss, self.references | other.references, self.critic or other.critic,
                    self.trainer or other.trainer)

    def __rmul__(self, weight):
        def loss(rows):
            inner = self.loss(rows)

            def of(row, now):
                value, measured = inner(row, now)
                return weight * value, measured
            return of
        return Term(f"{weight!r} * {self.formula}", loss, self.references, self.critic, self.trainer)


def aggregated(aggregation, rows):
    counted = [r for r in rows if r.counts and len(r)]
    tokens, responses = max(1, sum(map(len, counted))), max(1, len(counted))

    def share(row, x):
        if not row.counts:
            return x.sum() * 0
        if aggregation == MEAN:
            return x.sum() / tokens
        if aggregation == "SequenceMeanTokenMean":
            return x.sum() / len(row) / responses
        if aggregation == "SequenceMeanTokenSum":
            return x.sum() / responses
        return x.sum() / responses / float(aggregation[len("SequenceSumOver("):-1])
    return share


def of_tokens(formula, aggregation, losses, **needs):
    """A term from the loss of each token, and measurements that are means over all tokens."""
    def loss(rows):
        whole, mean = aggregated(aggregation, rows), aggregated(MEAN, rows)

        def of(row, now):
            x, measured = losses(row, now)
            return whole(row, x), {name: mean(row, values.detach().to(x.dtype)) for name, values in measured.items()}
        return of
    return Term(formula, loss, **needs)


def clipped(low, high, aggregation=MEAN, dual=None):
    def losses(row, now):
        ratio = (now.log_prob - now.old).clamp(-20, 20).exp()
        free, bound = -row.advantage * ratio, -row.advantage * ratio.clamp(1 - low, 1 + high)
        loss, at_bound = torch.maximum(free, bound), bound > free
        if dual is not None:
            capped = (row.advantage < 0) & (loss > -row.advantage * dual)
            loss, at_bound = torch.where(capped, -row.advantage * dual, loss), at_bound | capped
        return loss, {"actor/pg_clipfrac": at_bound}
    name, more = ("clipped", "") if dual is None else ("dualClipped", f", c={dual!r}")
    return of_tokens(f"{name}(low={low!r}, high={high!r}{more}, {aggregation})", aggregation, losses)


def gspo(low, high, aggregation="SequenceMeanTokenMean"):
    def losses(row, now):
        ratio = (now.log_prob - now.log_prob.detach() + (now.log_prob - now.old).mean().detach()).exp()
        free, bound = -row.advantage * ratio, -row.advantage * ratio.clamp(1 - low, 1 + high)
        return torch.maximum(free, bound), {"actor/pg_clipfrac": bound > free}
    return of_tokens(f"gspo(low={low!r}, high={high!r}, {aggregation})", aggregation, losses)


def corrected(cap, inner):
    """Truncated importance sampling: advantages weighed by min(trainer / sampler, cap)."""
    def loss(rows):
        judge = inner.loss(rows)

        def of(row, now):
            kept = row.advantage
            row.advantage = kept * (now.old - row.sampled_now).exp().clamp(max=cap)
            found = judge(row, now)
            row.advantage = kept
            return found
        return of
    return Term(f"correct(Truncated({cap!r}), {inner.formula})", loss, inner.references, inner.critic, True)


def without_truncated(inner):
    def loss(rows):
        def apart(compute):
            """What is computed while truncated responses do not count."""
            for row in rows:
                row.counts = not row.truncated
            found = compute()
            for row in rows:
                row.counts = True
            return found
        judge = apart(lambda: inner.loss(rows))
        return lambda row, now: apart(lambda: judge(row, now))
    return Term(f"withoutTruncated({inner.formula})", loss, inner.references, inner.critic, inner.trainer)


def kl(estimator, reference="Initial"):
    def losses(row, now):
        d = now.log_prob - (now.old if reference == "Sampling" else now.references[reference])
        # As verl has it: the log-ratio within 20, the result within 10.
        near = d.clamp(-20, 20)
        k3 = ((-near).exp() + near - 1).clamp(-10, 10)
        found = {"K1": d, "Abs": d.abs(), "K2": d * d / 2, "K3": k3, "K3WithGradientOfK2": k3.detach() + (d * d - (d * d).detach()) / 2}[estimator]
        return found, {"actor/kl_loss": found}
    at = "" if reference == "Initial" else f", {reference}"
    return of_tokens(f"kl({estimator}{at})", MEAN, losses, references=[] if reference == "Sampling" else [reference])


def value_loss(clip):
    def losses(row, now):
        near = torch.minimum(torch.maximum(now.values, row.values - clip), row.values + clip)
        free, bound = (now.values - row.returns) ** 2, (near - row.returns) ** 2
        return torch.maximum(free, bound) / 2, {"critic/vf_loss": torch.maximum(free, bound) / 2, "critic/vf_clipfrac": bound > free}
    return of_tokens(f"value(clip={clip!r})", MEAN, losses, critic=True)


def entropy_bonus():
    return of_tokens("entropyBonus", MEAN, lambda row, now: (-now.entropy, {"actor/entropy_loss": now.entropy}))


def llds(gate, normaliser, preserve, answer="Fixed(1)", threshold=0.0, reference="Sampling"):
    def kept(row):
        if not row.counts:
            return torch.zeros(len(row), dtype=torch.bool)
        return {"NonNegative": row.advantage >= 0, "Positive": row.advantage > 0,
                "Correct": torch.full((len(row),), row.reward > 0, dtype=torch.bool)}[preserve]

    def stretches(row, keep):
        """The stretches of tokens that share a gate, as lists of places."""
        if gate == "Response":
            return [list(range(len(row)))]
        found, before = [], None
        for i, number in enumerate(row.action):
            mark = (number, bool(keep[i])) if gate == "Segment" else number
            if mark != before:
                found.append([])
            found[-1].append(i)
            before = mark
        return found

    def loss(rows):
        keeps = [(r, kept(r)) for r in rows]
        tokens = max(1, sum(len(r) for r in rows if r.counts))
        preserved = max(1, sum(int(k.sum()) for _, k in keeps))
        responses = max(1, sum(bool(k.any()) for _, k in keeps))
        searches = sum(r.searches for r in rows) / len(rows)
        weight = {"Paper": min(1.0, searches / 2), "Released": min(1.0, max(0.0, searches - 1))}.get(answer)
        weight = float(answer[len("Fixed("):-1]) if weight is None else weight

        def of(row, now):
            keep = kept(row)
            d = (now.old if reference == "Sampling" else now.references[reference]) - now.log_prob
            is_open = keep.clone()
            if gate != "Token":
                for places in stretches(row, keep):
                    sums = sum(float(d[i].detach()) for i in places if keep[i])
                    if not sums > threshold:
                        is_open[places] = False
            weights = torch.tensor([weight if a else 1.0 for a in row.answer], dtype=d.dtype)
            penalty = torch.where(is_open, d.clamp(min=0) * weights, torch.zeros_like(d))
            value = {"AllTokens": penalty.sum() / tokens, "PreservedTokens": penalty.sum() / preserved,
                     "PerResponse": penalty.sum() / max(1, int(keep.sum())) / responses}[normaliser]
            return value, {"llds/loss": value.detach(), "llds/gate_share": int(is_open.sum()) / preserved,
                           "llds/penalised_tokens": (penalty > 0).sum()}
        return of
    at = "" if reference == "Sampling" else f"reference={reference}, "
    formula = f"llds(gate={gate}, normaliser={normaliser}, preserve={preserve}, {at}threshold={threshold!r}, answer={answer})"
    return Term(formula, loss, [] if reference == "Sampling" else [reference])


class Estimator:
    """`estimate(rows, groups)` sets each row's advantage, and its returns where there is a critic; `rows` have `shaping`."""

    def __init__(self, formula, estimate, critic=False, references=()):
        self.formula, self.estimate, self.critic, self.references = formula, estimate, critic, set(references)


def of_groups(formula, advantages):
    def estimate(rows, size):
        for at in range(0, len(rows), size):
            rewards = torch.tensor([r.reward for r in rows[at:at + size]], dtype=torch.float64)
            equal = bool((rewards == rewards[0]).all())
            found = torch.zeros_like(rewards) if equal else advantages(rewards)
            for row, a in zip(rows[at:at + size], found):
                row.advantage = a.expand(len(row)).clone()
    return Estimator(formula, estimate)


def grpo():
    return of_groups("grpo(ddof=1, epsilon=1e-06)", lambda r: (r - r.mean()) / (r.std(unbiased=True) + 1e-6))


def dr_grpo():
    return of_groups("drGrpo", lambda r: r - r.mean())


def gae(gamma, lam):
    def estimate(rows, _):
        for row in rows:
            advantage, later, following = torch.zeros(len(row), dtype=torch.float64), 0.0, 0.0
            for i in reversed(range(len(row))):
                reward = row.shaping[i] + (row.reward if i == len(row) - 1 else 0.0)
                later = reward + gamma * following - row.values[i] + gamma * lam * later
                advantage[i], following = later, row.values[i]
            row.advantage, row.returns = advantage, advantage + row.values
    return Estimator(f"gae(gamma={gamma!r}, lambda={lam!r})", estimate, critic=True)


def whitened(inner):
    def estimate(rows, size):
        inner.estimate(rows, size)
        numbers = torch.cat([r.advantage for r in rows])
        for row in rows:
            row.advantage = (row.advantage - numbers.mean()) / torch.sqrt(numbers.var(unbiased=True) + 1e-8)
    return Estimator(f"whiten({inner.formula}, over=Tokens, ddof=1, epsilon=1e-08)", estimate, inner.critic, inner.references)


def kl_in_reward(beta, inner):
    """K1 to the initial policy, token by token, out of the reward."""
    def estimate(rows, size):
        for row in rows:
            row.shaping = row.shaping - beta * (torch.tensor(row.sampled, dtype=torch.float64) - row.references["Initial"].double())
        inner.estimate(rows, size)
    return Estimator(f"shaped({inner.formula}, kl(K1, Initial, {beta!r}))", estimate, inner.critic, inner.references | {"Initial"})
