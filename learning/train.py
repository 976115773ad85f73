"""Teach the encoder and write what is served: part of `make train`, where the accounts or settings changed.

``python -m learning.train [--force] [--to FOLDER]``. A large encoder learns from the part ``train`` and judges many
more texts; the small one learns from both. Thresholds are chosen on ``development``; ``test`` is never looked at.
Writes ``encoder.onnx``, ``tokenizer.json`` and ``card.json`` to ``casework/triage/learnt``. Seeds are fixed; the card
holds the hashes of what is served.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from torch import Tensor, nn

from casework.triage.learnt.encoder import FOLDER
from learning import teacher, weights
from learning.answers import small_talk
from learning.inputs import (
    BATCH,
    EPOCHS,
    LARGE_WEIGHTS,
    LAST_EPOCHS,
    LAST_MIXTURES,
    LAST_RATE,
    LAYERS,
    MIXTURES,
    NEAR_TIMES,
    RATE,
    RUNS,
    SEED,
    SKIPPED,
    TOP_RATE,
    WEIGHTS,
    inputs_hash,
    is_current,
    near_misses,
    runs_hash,
    taught,
)  # fmt: skip
from learning.labels import NAMES, row
from learning.mixing import mixtures
from learning.net import Net
from learning.small import small
from learning.teaching import Words, fit, weighed

# A score (logit) that leaves no doubt.
_SURE = 5.0


@dataclass(frozen=True)
class Lesson:
    """What the small encoder learns from: rows of pieces, the teacher's scores of each, the first ones' labels."""

    rows: list[list[int]]
    judged: Tensor
    wanted: Tensor

    @cached_property
    def _weighed(self) -> nn.BCEWithLogitsLoss:
        """The loss on labels; how rare each is does not change from batch to batch."""
        return weighed(self.wanted)

    def loss(self, scores: Tensor, places: list[int]) -> Tensor:
        """To judge as the teacher does, and to give labelled accounts their labels."""
        found = nn.functional.binary_cross_entropy_with_logits(scores, self.judged[places].sigmoid())
        told = [at for at, place in enumerate(places) if place < len(self.wanted)]
        if told:
            labels = self._weighed(scores[told], self.wanted[[places[at] for at in told]])
            found = found + labels * len(told) / len(places)
        return found


def lesson(words: Words) -> Lesson:
    """The accounts and short answers, and texts mixed from them, with the teacher's scores."""
    told = [*taught(), *small_talk()]
    texts = [one.text for one in told]
    wanted = torch.tensor([row(one) for one in told])
    all_ = [*texts, *mixtures(texts, MIXTURES, SEED)]
    print(f"{len(told)} accounts and short answers, {MIXTURES} mixed texts", flush=True)
    return Lesson([words.pieces(text) for text in all_], teacher.judge(all_, texts, wanted), wanted)


def teach(given: Lesson, run: int = 0) -> Net:
    """A small encoder taught by one lesson; each ``run`` begins alike and takes it in another order."""
    torch.manual_seed(SEED)
    net = Net(len(NAMES), LAYERS)
    random.seed(SEED + run)
    torch.manual_seed(SEED + run)
    fit(net, given.rows, given.loss, epochs=EPOCHS, batch=BATCH, rate=RATE, top_rate=TOP_RATE, name=f"run {run + 1}")
    return net


def teach_runs(given: Lesson) -> Net:
    """The mean of several runs, which judges better than any of them and costs no more to serve.

    A process a core, one thread each, so that the same accounts give the same net however many cores there are. Runs
    that ended are kept as the teacher's work is: together they take an hour.
    """
    paths = [teacher.CACHE / f"run-{runs_hash()[:16]}-{run}.pt" for run in range(RUNS)]
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn")) as cores:
        jobs = [cores.submit(_one_run, given, run, path) for run, path in enumerate(paths) if not path.exists()]
        for job in jobs:
            job.result()
    taught: list[dict[str, Tensor]] = [torch.load(path, weights_only=True) for path in paths]
    net = Net(len(NAMES), LAYERS)
    net.load_state_dict(
        {
            name: torch.stack([one[name] for one in taught]).mean(0) if values.dtype.is_floating_point else values
            for name, values in taught[0].items()
        }
    )
    return net.eval()


def _one_run(given: Lesson, run: int, to: Path) -> None:
    torch.set_num_threads(1)
    teacher.keep(teach(given, run).state_dict(), to)


def last_pass(net: Net, given: Lesson, words: Words) -> None:
    """Teach a taught net once more, in place: by the labels of near misses, which the teacher has not seen and whose
    sentences say something else when they stand alone, among labelled accounts and mixed texts."""
    near = near_misses() * NEAR_TIMES
    wanted = torch.tensor([row(one) for one in near])
    told = len(given.wanted)
    rows = [words.pieces(one.text) for one in near] + given.rows[: told + LAST_MIXTURES]
    # Of these a label is all that is known: as sure as the teacher is of what it holds to be plain.
    judged = torch.cat([(2 * wanted - 1) * _SURE, given.judged[: told + LAST_MIXTURES]])
    last = Lesson(rows, judged, torch.cat([wanted, given.wanted]))
    random.seed(SEED)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    fit(net, rows, last.loss, epochs=LAST_EPOCHS, batch=BATCH, rate=LAST_RATE, top_rate=LAST_RATE, name="last pass")


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
    shutil.copyfile(weights.small() / "tokenizer.json", to / "tokenizer.json")
    card = {
        "labels": list(NAMES),
        "first": words.tokenizer.token_to_id("[CLS]"),
        "last": words.tokenizer.token_to_id("[SEP]"),
        "skipped": words.skipped,
        "from": {"weights": WEIGHTS, "teacher": LARGE_WEIGHTS, "inputs": inputs_hash(), **facts},
        "sha256": {
            name: hashlib.sha256((to / name).read_bytes()).hexdigest() for name in ("encoder.onnx", "tokenizer.json")
        },
        "thresholds": {},
    }
    (to / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Teach, export, choose thresholds."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--to", type=Path, default=FOLDER)
    asked.add_argument("--force", action="store_true", help="teach even where the served files are up to date")
    asked_for = asked.parse_args()
    if asked_for.to == FOLDER and is_current() and not asked_for.force:
        print("The encoder is up to date with its accounts.")
        return
    words = Words(weights.small(), SKIPPED)
    given = lesson(words)
    net = teach_runs(given)
    last_pass(net, given, words)
    facts = {
        "accounts": len(taught()),
        "near misses": len(near_misses()),
        "mixtures": MIXTURES,
        "epochs": EPOCHS,
        "layers": LAYERS,
        "runs": RUNS,
    }
    write(net, words, asked_for.to, facts)
    from learning.thresholds import choose

    choose(asked_for.to)


if __name__ == "__main__":
    main()
