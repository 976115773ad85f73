"""The encoder: text in, scores and the places they rest on out. One thread, no network, no state.

Files, all in this folder and named with their SHA-256 in ``card.json``: ``encoder.onnx`` and ``tokenizer.json``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
# Pieces of words read at once, and how far one window of a long account reaches into the next.
WINDOW, OVERLAP = 256, 24
# Longer accounts are read to here; the rules read all of them.
MOST_WINDOWS = 5
MOST_CHARACTERS = 12_000
_NO_CHARACTER = re.compile("[\ud800-\udfff]")


class NotWhole(RuntimeError):
    """A file of the model is missing or is not the one that the card names."""


@dataclass(frozen=True, slots=True)
class _Window:
    """Pieces that were read at once: how much each weighs for each label, and where it stands in the text."""

    weights: Any
    offsets: list[tuple[int, int]]
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One label's score (a logit), and where it was read."""

    score: float
    window: _Window
    row: int

    @property
    def span(self) -> tuple[int, int]:
        """The characters ``(start, end)`` that the score rests on most. Few are asked for: worked out then."""
        row = self.window.weights[:, self.row]
        return _place(row.tolist(), int(row[1:-1].argmax()) + 1, self.window.offsets, self.window.text)


class Encoder:
    """Loads the files of a folder. Raises `NotWhole` where they are not those of the card."""

    def __init__(self, folder: Path = FOLDER) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.card: dict[str, Any] = _card(folder)
        self.labels: list[str] = self.card["labels"]
        self._skipped = frozenset(self.card["skipped"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def read(self, text: str) -> dict[str, Reading]:
        """The reading of every label; the highest of all windows of a long account."""
        found: dict[str, Reading] = {}
        for pieces, offsets in self._windows(text):
            scores, weights = self._run(pieces)
            window = _Window(weights, offsets, text)
            for row, (label, exact) in enumerate(zip(self.labels, scores.tolist(), strict=True)):
                score = round(exact, 3)
                if label not in found or score > found[label].score:
                    found[label] = Reading(score, window, row)
        return found

    def _run(self, pieces: list[int]) -> tuple[Any, Any]:
        import numpy

        ids = numpy.array([pieces], dtype=numpy.int64)
        scores, weights = self._session.run(None, {"ids": ids})
        return scores[0], weights[0]

    def _windows(self, text: str) -> Iterator[tuple[list[int], list[tuple[int, int]]]]:
        # A lone surrogate is no character; one mark in its place keeps every offset true.
        readable = _NO_CHARACTER.sub("\ufffd", text[:MOST_CHARACTERS])
        coded = self._tokenizer.encode(readable, add_special_tokens=False)
        first, last = self.card["first"], self.card["last"]
        # Each look at these makes a new list.
        all_ids, all_offsets = coded.ids, coded.offsets
        read = [place for place, piece in enumerate(all_ids) if piece not in self._skipped]
        room, start = WINDOW - 2, 0
        for _ in range(MOST_WINDOWS):
            places = read[start : start + room]
            ids, offsets = [all_ids[place] for place in places], [all_offsets[place] for place in places]
            if not ids:
                return
            yield [first, *ids, last], [(0, 0), *offsets, (0, 0)]
            if start + room >= len(read):
                return
            start += room - OVERLAP


def _place(weights: list[float], top: int, offsets: list[tuple[int, int]], text: str) -> tuple[int, int]:
    """The part of a sentence around the piece that weighs most, which is ``top``."""
    limit = 0.25 * weights[top]
    start = end = top
    while start > 1 and top - start < 8 and weights[start - 1] >= limit:
        start -= 1
    while end < len(offsets) - 2 and end - top < 8 and weights[end + 1] >= limit:
        end += 1
    low, high = offsets[start][0], offsets[end][1]
    while low and text[low - 1].isalnum():
        low -= 1
    while high < len(text) and text[high].isalnum():
        high += 1
    return low, high


def _card(folder: Path) -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        for name, wanted in card["sha256"].items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != wanted:
                raise NotWhole(f"{name} is not the file that the card names")
    except (OSError, ValueError, KeyError) as error:
        raise NotWhole(f"the model's files cannot be read ({type(error).__name__})") from error
    return card
