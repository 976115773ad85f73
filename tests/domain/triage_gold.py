"""The labelled accounts in ``triage_cases`` and how well the triage agrees with them.

One line of gold is ``category[/kind] | strands | asb types | risk flags | urgency``; a label with ``?`` is optional.
No account is a real person's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from casework.triage import Labels, triage
from learning.measure import Score

FOLDER = Path(__file__).parent / "triage_cases"


@dataclass(frozen=True)
class Wanted:
    """Labels that must be given, and those that may be."""

    must: frozenset[str]
    may: frozenset[str]


@dataclass(frozen=True)
class Gold:
    """One account with its labels."""

    file: str
    text: str
    category: str
    kind: str | None
    open_category: bool
    strands: Wanted
    types: Wanted
    flags: Wanted
    urgency: str
    open_urgency: bool


def _wanted(text: str) -> Wanted:
    words = [] if text.strip() == "-" else text.split()
    return Wanted(
        frozenset(word for word in words if not word.endswith("?")),
        frozenset(word[:-1] for word in words if word.endswith("?")),
    )


def _gold(file: str, entry: dict[str, str]) -> Gold:
    head, strands, types, flags, urgency = (part.strip() for part in entry["gold"].split("|"))
    category, _, kind = head.rstrip("?").partition("/")
    return Gold(
        file,
        entry["text"],
        category,
        kind or None,
        head.endswith("?"),
        _wanted(strands),
        _wanted(types),
        _wanted(flags),
        urgency.rstrip("?"),
        urgency.endswith("?"),
    )


@cache
def cases() -> tuple[Gold, ...]:
    """All labelled accounts."""
    return tuple(
        _gold(path.stem, entry) for path in sorted(FOLDER.glob("*.yml")) for entry in yaml.safe_load(path.read_text())
    )


@cache
def judged() -> tuple[tuple[Gold, Labels], ...]:
    """Every account with what the triage says of it."""
    return tuple((gold, triage(gold.text)) for gold in cases())


@dataclass
class Many:
    """Scores by label."""

    by_label: dict[str, Score] = field(default_factory=dict)

    def add(self, said: frozenset[str], wanted: Wanted) -> None:
        for label in said | wanted.must:
            yes, must = label in said, label in wanted.must
            # Where either is right, only a match counts.
            now = Score(yes and must, yes and not must and label not in wanted.may, must and not yes)
            self.by_label[label] = self.by_label.get(label, Score()) + now

    @property
    def micro(self) -> float:
        return sum(self.by_label.values(), Score()).f1

    @property
    def macro(self) -> float:
        known = [score.f1 for score in self.by_label.values() if score.hit + score.missed]
        return sum(known) / len(known)


def disagreements(kind: str) -> Iterator[str]:
    """The texts on which the triage and the gold differ in category or urgency, for a readable failure."""
    for gold, said in judged():
        if kind == "category" and said.category != gold.category and not gold.open_category:
            yield f"{gold.category} -> {said.category}: {gold.text}"
        if kind == "urgency" and said.urgency != gold.urgency and not gold.open_urgency:
            yield f"{gold.urgency} -> {said.urgency}: {gold.text}"
