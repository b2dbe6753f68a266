"""One update of a plain PyTorch GRPO trainer: forward, clipped loss, backward, gradient clipping, AdamW.

The peer of the framework's update: same policy, same batch, same arithmetic. Only hidden states that predict an action token go
through the head.
"""

import torch
from torch.nn import functional as F

import qwen2
import rounds


def collate(sequences):
    """Sequences padded at the right: tokens [R, T], and per predicted token [R, T - 1]: action mask, old log-probability, advantage."""
    width = max(len(sequence["tokens"]) for sequence in sequences)

    def padded(values, dtype):
        return torch.tensor([row + [0] * (width - len(row)) for row in values], dtype=dtype)

    tokens = padded([s["tokens"] for s in sequences], torch.int64)
    action = padded([s["action"] for s in sequences], torch.bool)[:, 1:]
    old = padded([s["logProbOld"] for s in sequences], torch.float32)[:, 1:]
    advantage = torch.tensor([s["advantage"] for s in sequences]).unsqueeze(1).expand_as(old)
    return tokens, action, old[action], advantage[action]


def main():
    folder, work = rounds.workload(__doc__)
    model = qwen2.load(folder)
    optimizer = torch.optim.AdamW(model.parameters(), lr=work["learningRate"])
    tokens, action, old, advantage = collate(work["sequences"])
    inputs, targets = tokens[:, :-1], tokens[:, 1:][action]
    positions, mask = torch.arange(inputs.shape[1]), qwen2.causal(inputs.shape[1])

    def update():
        optimizer.zero_grad()
        hidden = model(inputs, positions, mask)[action]
        log_probs = F.log_softmax(model.logits(hidden), dim=-1)
        log_prob = log_probs.gather(1, targets.unsqueeze(1)).squeeze(1)
        ratio = (log_prob - old).exp()
        clipped = ratio.clamp(1 - work["clip"], 1 + work["clip"])
        loss = torch.maximum(-advantage * ratio, -advantage * clipped).mean()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), work["clipNorm"])
        optimizer.step()
        with torch.no_grad():
            entropy = -(log_probs.exp() * log_probs).sum(-1).mean()
        return {"loss": loss.item(), "gradientNorm": norm.item(), "entropy": entropy.item()}

    rounds.serve(update)


if __name__ == "__main__":
    main()
