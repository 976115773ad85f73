"""Texts that nobody labelled: sentences of some accounts of ``train`` joined anew, for the teacher to judge.

A small encoder learns more from a large one's judgement of many texts than from the few that people labelled.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
# Where somebody writes without full stops, so many words are taken for a sentence.
_RUN = (6, 24)
_LONGEST = 150


def sentences(text: str, chance: random.Random) -> list[str]:
    """The sentences of a text; a long one without an end is cut by chance."""
    found = []
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        while words:
            size = len(words) if len(words) <= 30 else chance.randint(*_RUN)
            found.append(" ".join(words[:size]))
            words = words[size:]
    return found


def mixtures(texts: Sequence[str], count: int, seed: int) -> list[str]:
    """``count`` texts, each of runs of sentences from one to three of these."""
    chance = random.Random(seed)
    told = [text for text in texts if text.strip()]
    found = []
    for _ in range(count):
        parts: list[str] = []
        for source in chance.sample(told, chance.choices((1, 2, 3), (4, 4, 2))[0]):
            there = sentences(source, chance)
            start = chance.randrange(len(there))
            parts += there[start : start + chance.randint(1, 5)]
        found.append(" ".join(" ".join(parts).split()[:_LONGEST]))
    return found
