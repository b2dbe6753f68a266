#!/usr/bin/env python3
"""Makes the values that whole updates are held against: `python3 tests/oracles/updates/make.py [--seed 1] [--out FILE]`, in some minutes.

An implementation of its own in PyTorch (1.13 or later), from the definitions in papers: one sequence at a time, without padding, masks, micro-batches
or batched sums; PyTorch's AdamW, clipping by norm and autograd. `model.py` has the transformer, `objectives.py` estimators and objectives, `learner.py`
the update, `cases.py` what is tried. All is computed in float64. The file says besides how far the first gradient is from it in float32 and
bfloat16."""
import argparse
import base64
import json
import os
import sys
import torch

sys.dont_write_bytecode = True
from cases import data
from learner import BUCKETS, distance, run

MARKS = [1, 6, 60]


def text(tensor, kind="<f8"):
    return base64.b64encode(tensor.detach().numpy().astype(kind).tobytes()).decode()


def stored(tensors):
    return {name: dict(shape=list(t.shape), float32=text(t, "<f4")) for name, t in tensors.items()}


def check(case, found):
    """A case must show what it is there for."""
    name, metrics = case["name"], found["metrics"]
    wanted = [(True, all(torch.isfinite(torch.tensor(found["norms"]))), "finite gradients")]
    wanted.append(("clipped from" in name, metrics.get("actor/pg_clipfrac", [0])[0] > 0.05, "ratios at their bounds in the first update"))
    wanted.append(("cut back" in name, sum(n > case["clipNorm"] for n in found["norms"]) > 30, "gradients longer than the norm in most updates"))
    wanted.append(("values clipped" in name, max(metrics.get("critic/vf_clipfrac", [0])) > 0, "values at their bounds"))
    wanted.append(("llds" in case["objective"].formula, max(metrics.get("llds/loss", [0])) > 0, "a penalty"))
    shares = metrics.get("llds/gate_share", [])
    partly = any(0 < s < 1 for s in shares)
    wanted.append((shares and "gate=Token" not in case["objective"].formula, partly, "gates of which some are open and some shut"))
    for is_wanted, is_there, what in wanted:
        if is_wanted and not is_there:
            sys.exit(f"The case '{name}' has no {what}: change the case, or take another seed.")


def rounding(case, values, exact, dtype):
    """How far PyTorch's own first gradients in a type are from those in float64."""
    found = run(case, values, dtype, 1, [1])
    return {kind: distance(found[kind][1], exact[kind][1]) for kind in ("gradient", "criticGradient") if exact[kind]}


def expected(case, values):
    exact = run(case, values, torch.float64, MARKS[-1], MARKS)
    check(case, exact)
    types = {"float32": torch.float32, "bfloat16": torch.bfloat16}
    folds = lambda marks: {n: {name: text(t) for name, t in tensors.items()} for n, tensors in marks.items()}
    kept = {k: exact[k] for k in ("advantages", "returns", "norms", "criticNorms", "entropies", "metrics") if exact.get(k)}
    kept.update({k: folds(exact[k]) for k in ("gradient", "moved", "criticGradient", "criticMoved") if exact[k]})
    kept["rounding"] = {name: rounding(case, values, exact, dtype) for name, dtype in types.items()}
    return kept


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=1, help="of weights, trajectories and order")
    options.add_argument("--out", default=os.path.join(here, "..", "updates.json"))
    chosen = options.parse_args()
    torch.set_num_threads(1)
    values, cases = data(chosen.seed)
    written = []
    for number, case in enumerate(cases):
        print(f"{number + 1} of {len(cases)}: {case['name']}", flush=True)
        settings = {**case, "estimator": case["estimator"].formula, "objective": case["objective"].formula}
        written.append(dict(settings, expected=expected(case, values)))
    models = {n: dict(sizes=m["sizes"], tensors=stored(m["tensors"])) for n, m in values["models"].items()}
    adapters = {n: dict(a["options"], tensors=stored(a["tensors"])) for n, a in values["adapters"].items()}
    whole = dict(madeBy="tests/oracles/updates/make.py", seed=chosen.seed, torch=torch.__version__, buckets=BUCKETS, models=models, adapters=adapters,
                 rollouts=values["rollouts"], cases=written)
    with open(chosen.out, "w") as file:
        json.dump(whole, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
