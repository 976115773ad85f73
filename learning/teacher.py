"""The teacher: a large encoder learns from the accounts, then judges many more texts for the small one to learn from.

What it learnt is kept in ``learning/.cache`` under the hash of its inputs, since it takes half an hour of two cores;
nothing of it is served.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from torch import Tensor

from learning import weights
from learning.inputs import LARGE_BATCH, LARGE_EPOCHS, LARGE_RATE, SEED, TOP_RATE, inputs_hash
from learning.labels import NAMES
from learning.net import Large
from learning.teaching import Words, fit, pad, weighed

CACHE = Path(__file__).parent / ".cache"


def judge(texts: Sequence[str], told: Sequence[str], wanted: Tensor) -> Tensor:
    """The teacher's scores (texts, labels), of a teacher that learnt from ``told`` and their labels."""
    kept = CACHE / f"teacher-{inputs_hash()[:16]}.pt"
    with weights.large() as folder:
        words = Words(folder)
        torch.manual_seed(SEED)
        net = Large(len(NAMES), folder)
    if kept.exists():
        net.load_state_dict(torch.load(kept, weights_only=True))
    else:
        loss = weighed(wanted)
        fit(
            net, [words.pieces(text) for text in told], lambda scores, places: loss(scores, wanted[places]),
            epochs=LARGE_EPOCHS, batch=LARGE_BATCH, rate=LARGE_RATE, top_rate=TOP_RATE, name="teacher",
        )  # fmt: skip
        CACHE.mkdir(exist_ok=True)
        torch.save(net.state_dict(), kept)
    return read(net, [words.pieces(text) for text in texts])


def read(net: Large, rows: Sequence[list[int]], size: int = 32) -> Tensor:
    """The scores of each row."""
    net.eval()
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    found = torch.zeros(len(rows), len(NAMES))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(order), size):
            places = order[start : start + size]
            scores, _ = net(*pad([rows[place] for place in places]))
            found[places] = scores.float()
    return found
