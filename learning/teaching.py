"""What teaching the small and the large encoder shares: texts as pieces, batches of like length, the passes."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from casework.triage.learnt.encoder import WINDOW

# How far the passes go before the rate is at its full height.
_WARMING = 0.1


class Words:
    """Texts as pieces of words, without those that are not read, cut to one window."""

    def __init__(self, folder: Path, skipped: Sequence[str] = ()) -> None:
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.skipped = sorted(self.tokenizer.token_to_id(piece) for piece in skipped)

    def pieces(self, text: str) -> list[int]:
        ids = [one for one in self.tokenizer.encode(text).ids if one not in self.skipped]
        return ids if len(ids) <= WINDOW else [*ids[: WINDOW - 1], ids[-1]]


def pad(rows: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
    """Rows of pieces as one block, and where it holds something."""
    longest = max(map(len, rows))
    # No net looks at what is hidden; 1 is the padding of one of the two tables and harmless in the other.
    ids = torch.ones(len(rows), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for place, one in enumerate(rows):
        ids[place, : len(one)] = torch.tensor(one)
        mask[place, : len(one)] = 1
    return ids, mask


def batches(rows: Sequence[list[int]], size: int) -> Iterator[list[int]]:
    """Places in random order, those of like length together."""
    order = list(range(len(rows)))
    random.shuffle(order)
    step = size * 20
    order = [
        place
        for start in range(0, len(order), step)
        for place in sorted(order[start : start + step], key=lambda p: len(rows[p]))
    ]
    found = [order[start : start + size] for start in range(0, len(order), size)]
    random.shuffle(found)
    yield from found


def weighed(wanted: Tensor) -> nn.BCEWithLogitsLoss:
    """The loss in which rare labels count for more, by the root of how rare they are."""
    share = wanted.mean(0).clamp_min(0.005)
    return nn.BCEWithLogitsLoss(pos_weight=((1 - share) / share).sqrt().clamp(1, 5))


def fit(
    net: nn.Module, rows: Sequence[list[int]], loss_of: Callable[[Tensor, list[int]], Tensor], *,
    epochs: int, batch: int, rate: float, top_rate: float, name: str,
) -> None:  # fmt: skip
    """Teach a net in place. ``loss_of`` takes the scores of one batch and the places of its rows."""
    body = [part for label, part in net.named_parameters() if label.startswith("body.") and part.requires_grad]
    top = [part for label, part in net.named_parameters() if not label.startswith("body.")]
    groups: list[dict[str, Any]] = [{"params": top, "lr": top_rate}]
    if body:
        groups.append({"params": body, "lr": rate})
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    steps = epochs * math.ceil(len(rows) / batch)
    plan = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, step / (_WARMING * steps)) * max(0.02, 1 - step / steps)
    )
    began = time.monotonic()
    for epoch in range(epochs):
        net.train()
        total, count = 0.0, 0
        for places in batches(rows, batch):
            ids, mask = pad([rows[place] for place in places])
            with torch.autocast("cpu", torch.bfloat16):
                scores, _ = net(ids, mask)
            loss = loss_of(scores.float(), places)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            plan.step()
            optimizer.zero_grad()
            total, count = total + loss.item(), count + 1
        seconds = time.monotonic() - began
        print(f"{name}, epoch {epoch + 1}: loss {total / count:.4f}, {seconds:.0f} s", flush=True)
    net.eval()
