"""A plain PyTorch rollout of several turns: one batch with a KV cache, sampled token by token.

The peer of the framework's sampler: same policy, same turns. Rows whose turn is over are computed along, their columns masked; rows
whose episode is over leave the batch when the turn ends.
"""

import torch
from torch.nn import functional as F

import qwen2
import rounds


class Episodes:
    """The rows that still write, their caches, and which columns of the caches hold a token."""

    def __init__(self, model, rows, capacity):
        self.model = model
        self.caches = model.caches(rows, capacity)
        self.present = torch.zeros(rows, capacity, dtype=torch.bool)
        self.lengths = torch.zeros(rows, dtype=torch.int64)
        self.column = 0

    def keep(self, rows):
        for cache in self.caches:
            cache.keep(rows)
        self.present, self.lengths = self.present[rows], self.lengths[rows]

    def mask(self, length):
        """What is added to the scores, [rows, length, columns]; nothing where every row sees every column."""
        present = self.present[:, : self.column]
        if length == 1 and bool(present.all()):
            return None
        mask = torch.zeros(present.shape).masked_fill(~present, float("-inf")).unsqueeze(1)
        if length > 1:
            mask = mask + F.pad(qwen2.causal(length), (self.column - length, 0))
        return mask

    def read(self, tokens, open_rows):
        """Appends tokens [rows, length] to the rows that are open; returns the logits after the last."""
        length = tokens.shape[1]
        positions = self.lengths.unsqueeze(1) + torch.arange(length)
        self.present[:, self.column : self.column + length] = open_rows.unsqueeze(1)
        self.column += length
        self.lengths += length * open_rows
        hidden = self.model(tokens, positions, self.mask(length), self.caches)
        return self.model.logits(hidden[:, -1])


def write_turn(episodes, context, limits):
    """One turn: reads context [rows, length] and samples `limits[r]` tokens for row r, each read by the host with its log-probability."""
    written = [[] for _ in limits]
    logits = episodes.read(context, torch.ones(len(limits), dtype=torch.bool))
    while True:
        distribution = F.log_softmax(logits, dim=-1)
        chosen = torch.multinomial(distribution.exp(), 1)
        tokens, log_probs = chosen.squeeze(1).tolist(), distribution.gather(1, chosen).squeeze(1).tolist()
        for row, limit in enumerate(limits):
            if len(written[row]) < limit:
                written[row].append((tokens[row], log_probs[row]))
        open_rows = [len(written[row]) < limit for row, limit in enumerate(limits)]
        if not any(open_rows):
            return written
        logits = episodes.read(chosen, torch.tensor(open_rows))


@torch.inference_mode()
def rollout(model, work):
    prompts, feedback, limits = torch.tensor(work["prompts"]), torch.tensor(work["feedback"]), work["limits"]
    turns = max(len(row) for row in limits)
    widest = sum(max((row[turn] for row in limits if turn < len(row)), default=0) for turn in range(turns))
    episodes = Episodes(model, len(limits), prompts.shape[1] + widest + turns * (feedback.shape[1] + 1))
    context, rows, count = prompts, list(range(len(limits))), 0
    for turn in range(turns):
        written = write_turn(episodes, context, [limits[row][turn] for row in rows])
        count += sum(len(tokens) for tokens in written)
        kept = [place for place, row in enumerate(rows) if turn + 1 < len(limits[row])]
        last = torch.tensor([[written[place][-1][0]] for place in kept], dtype=torch.int64).view(-1, 1)
        rows = [rows[place] for place in kept]
        episodes.keep(kept)
        context = torch.cat((last, feedback[rows]), dim=1)
    return {"tokens": count}


def main():
    folder, work = rounds.workload(__doc__)
    model = qwen2.load(folder).requires_grad_(False)
    rounds.serve(lambda: rollout(model, work))


if __name__ == "__main__":
    main()
