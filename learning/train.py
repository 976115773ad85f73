"""Teach the encoder and write what is served: part of `make train`, where the accounts or settings changed.

``python -m learning.train [--force] [--epochs N] [--layers N] [--runs N]``. Reads the part ``train``, chooses
thresholds on ``development``, never looks at ``test``. Writes ``encoder.onnx``, ``tokenizer.json`` and ``card.json`` to
``casework/triage/learnt``. Seeds are fixed; the card holds the hashes of what is served.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from torch import Tensor, nn

from casework.triage.learnt.encoder import FOLDER, WINDOW
from learning.answers import small_talk
from learning.inputs import (
    BATCH,
    EPOCHS,
    LAYERS,
    RATE,
    RUNS,
    SEED,
    SKIPPED,
    TOP_RATE,
    WEIGHTS,
    inputs_hash,
    is_current,
    taught,
)  # fmt: skip
from learning.labels import NAMES, row
from learning.net import Net, folder
from learning.small import small


class Words:
    """Texts as pieces of words, without those that are not read, cut to one window."""

    def __init__(self) -> None:
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(str(folder() / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.skipped = sorted(self.tokenizer.token_to_id(piece) for piece in SKIPPED)

    def pieces(self, text: str) -> list[int]:
        ids = [one for one in self.tokenizer.encode(text).ids if one not in self.skipped]
        return ids if len(ids) <= WINDOW else [*ids[: WINDOW - 1], ids[-1]]


def pad(rows: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
    """Rows of pieces as one block, and where it holds something."""
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for place, one in enumerate(rows):
        ids[place, : len(one)] = torch.tensor(one)
        mask[place, : len(one)] = 1
    return ids, mask


def batches(rows: Sequence[list[int]]) -> Iterator[list[int]]:
    """Places in random order, those of like length together."""
    order = list(range(len(rows)))
    random.shuffle(order)
    step = BATCH * 20
    order = [
        place
        for start in range(0, len(order), step)
        for place in sorted(order[start : start + step], key=lambda p: len(rows[p]))
    ]
    found = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    random.shuffle(found)
    yield from found


def teach(
    rows: Sequence[list[int]], wanted: Tensor, *, epochs: int, layers: int, frozen: bool = False, run: int = 0
) -> Net:
    """A net taught on these rows; each ``run`` begins alike and takes them in another order.

    ``frozen`` leaves the published layers as they are and teaches only the top.
    """
    torch.manual_seed(SEED)
    net = Net(len(NAMES), layers)
    random.seed(SEED + run)
    np.random.seed(SEED + run)
    torch.manual_seed(SEED + run)
    if frozen:
        for part in net.body.parameters():
            part.requires_grad = False
    body = [part for part in net.body.parameters() if part.requires_grad]
    top = [part for name, part in net.named_parameters() if not name.startswith("body.")]
    groups: list[dict[str, Any]] = [{"params": top, "lr": TOP_RATE}]
    if body:
        groups.append({"params": body, "lr": RATE})
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = epochs * math.ceil(len(rows) / BATCH)
    plan = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, step / (0.1 * steps)) * max(0.02, 1 - step / steps)
    )
    share = wanted.mean(0).clamp_min(0.005)
    # Rare labels count for more, by the root of how rare they are.
    loss_of = nn.BCEWithLogitsLoss(pos_weight=((1 - share) / share).sqrt().clamp(1, 5))
    began = time.monotonic()
    for epoch in range(epochs):
        net.train()
        total, count = 0.0, 0
        for places in batches(rows):
            ids, mask = pad([rows[place] for place in places])
            with torch.autocast("cpu", torch.bfloat16):
                scores, _ = net(ids, mask)
            loss = loss_of(scores.float(), wanted[places])
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            plan.step()
            optimizer.zero_grad()
            total, count = total + loss.item(), count + 1
        print(
            f"run {run + 1}, epoch {epoch + 1}: loss {total / count:.4f}, {time.monotonic() - began:.0f} s", flush=True
        )
    return net.eval()


def teach_runs(rows: Sequence[list[int]], wanted: Tensor, *, epochs: int, layers: int, runs: int) -> Net:
    """The mean of several runs, which judges better than any of them and costs no more to serve.

    A process a core, one thread each, so that the same accounts give the same net however many cores there are.
    """
    with tempfile.TemporaryDirectory() as scratch:
        paths = [Path(scratch) / f"{run}.pt" for run in range(runs)]
        with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn")) as cores:
            jobs = [cores.submit(_one_run, rows, wanted, epochs, layers, run, path) for run, path in enumerate(paths)]
            for job in jobs:
                job.result()
        taught: list[dict[str, Tensor]] = [torch.load(path, weights_only=True) for path in paths]
    net = Net(len(NAMES), layers)
    net.load_state_dict(
        {
            name: torch.stack([one[name] for one in taught]).mean(0) if values.dtype.is_floating_point else values
            for name, values in taught[0].items()
        }
    )
    return net.eval()


def _one_run(rows: Sequence[list[int]], wanted: Tensor, epochs: int, layers: int, run: int, to: Path) -> None:
    torch.set_num_threads(1)
    torch.save(teach(rows, wanted, epochs=epochs, layers=layers, run=run).state_dict(), to)


def export(net: Net, to: Path) -> None:
    """Write the net as ONNX, its weights of 8 bits in the file and of 32 in memory."""
    torch.onnx.export(
        net, (torch.randint(1000, 20000, (1, 40)),), str(to), input_names=["ids"],
        output_names=["scores", "weights"], dynamic_axes={"ids": {1: "pieces"}, "weights": {1: "pieces"}},
        dynamo=False,
    )  # fmt: skip
    small(to)


def write(net: Net, words: Words, to: Path, facts: dict[str, Any]) -> None:
    """Write the three served files; thresholds are still missing from the card."""
    to.mkdir(parents=True, exist_ok=True)
    export(net, to / "encoder.onnx")
    shutil.copyfile(folder() / "tokenizer.json", to / "tokenizer.json")
    card = {
        "labels": list(NAMES),
        "first": words.tokenizer.token_to_id("[CLS]"),
        "last": words.tokenizer.token_to_id("[SEP]"),
        "skipped": words.skipped,
        "from": {"weights": WEIGHTS, "inputs": inputs_hash(), **facts},
        "sha256": {
            name: hashlib.sha256((to / name).read_bytes()).hexdigest() for name in ("encoder.onnx", "tokenizer.json")
        },
        "thresholds": {},
    }
    (to / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Teach, export, choose thresholds."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--epochs", type=int, default=EPOCHS)
    asked.add_argument("--layers", type=int, default=LAYERS)
    asked.add_argument("--runs", type=int, default=RUNS)
    asked.add_argument("--to", type=Path, default=FOLDER)
    asked.add_argument("--force", action="store_true", help="teach even where the served files are up to date")
    given = asked.parse_args()
    if given.to == FOLDER and is_current() and not given.force:
        print("The encoder is up to date with its accounts.")
        return
    words = Words()
    told = taught()
    answers = small_talk()
    rows = [words.pieces(one.text) for one in (*told, *answers)]
    wanted = torch.tensor([row(one) for one in (*told, *answers)])
    print(f"{len(told)} accounts, {len(answers)} short answers", flush=True)
    net = teach_runs(rows, wanted, epochs=given.epochs, layers=given.layers, runs=given.runs)
    settings = {"epochs": given.epochs, "layers": given.layers, "runs": given.runs}
    write(net, words, given.to, {"accounts": len(told), **settings})
    from learning.thresholds import choose

    choose(given.to)


if __name__ == "__main__":
    main()
