"""The teacher: a large encoder learns from the accounts, then judges many more texts for the small one to learn from.

What it learnt, and what it judged, is kept in ``learning/.cache`` under the hash of its inputs, since each takes half
an hour of two cores; nothing of it is served.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from torch import Tensor

from learning import weights
from learning.inputs import LARGE_BATCH, LARGE_EPOCHS, LARGE_RATE, SEED, TOP_RATE, teacher_hash
from learning.labels import NAMES
from learning.net import Large
from learning.teaching import Words, fit, pad, weighed

CACHE = Path(__file__).parent / ".cache"
_AT_ONCE = 5_000


def judge(texts: Sequence[str], told: Sequence[str], wanted: Tensor) -> Tensor:
    """The teacher's scores (texts, labels), of a teacher that learnt from ``told`` and their labels."""
    of = hashlib.sha256("\n".join((teacher_hash(), *texts)).encode()).hexdigest()
    judged = CACHE / f"judged-{of[:16]}.pt"
    if judged.exists():
        kept: Tensor = torch.load(judged, weights_only=True)
        return kept
    with weights.large() as folder:
        words = Words(folder)
        torch.manual_seed(SEED)
        net = Large(len(NAMES), folder)
    _teach(net, [words.pieces(text) for text in told], wanted)
    began, parts = time.monotonic(), []
    for start in range(0, len(texts), _AT_ONCE):
        parts.append(read(net, [words.pieces(text) for text in texts[start : start + _AT_ONCE]]))
        print(f"teacher: {start + len(parts[-1])} of {len(texts)} texts, {time.monotonic() - began:.0f} s", flush=True)
    found = torch.cat(parts)
    keep(found, judged)
    return found


def keep(value: Any, to: Path) -> None:
    """Keep it whole or not at all: teaching that was stopped while it wrote must not go on from a part."""
    CACHE.mkdir(exist_ok=True)
    part = to.with_suffix(".part")
    torch.save(value, part)
    part.replace(to)


def _teach(net: Large, rows: Sequence[list[int]], wanted: Tensor) -> None:
    """Teach it in place, or read what it has learnt from the same before."""
    learnt = CACHE / f"teacher-{teacher_hash()[:16]}.pt"
    if learnt.exists():
        net.load_state_dict(torch.load(learnt, weights_only=True))
        return
    loss = weighed(wanted)
    fit(
        net, rows, lambda scores, places: loss(scores, wanted[places]),
        epochs=LARGE_EPOCHS, batch=LARGE_BATCH, rate=LARGE_RATE, top_rate=TOP_RATE, name="teacher",
    )  # fmt: skip
    keep(net.state_dict(), learnt)


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
