"""How well labels agree with the settled ones: precision, recall, F1 with intervals, by label and by group.

Intervals are 95 %: Wilson's for a share, a bootstrap over accounts (500 draws, fixed seed) for F1.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from casework.triage.labels import Labels
from learning.accounts import MANY, Account

Judged = tuple[Account, Labels]
_DRAWS = 500
_Z = 1.96


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The interval of a share of ``total``; (0, 1) where there is nothing to judge by."""
    if not total:
        return 0.0, 1.0
    share, z2 = hits / total, _Z * _Z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z * math.sqrt(share * (1 - share) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Score:
    """Hits, false alarms and misses of one label."""

    hit: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.hit + other.hit, self.false + other.false, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """1.0 where the label was never given."""
        return self.hit / (self.hit + self.false) if self.hit + self.false else 1.0

    @property
    def recall(self) -> float:
        """1.0 where the label was never wanted."""
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else 1.0

    @property
    def f1(self) -> float:
        both = 2 * self.hit + self.false + self.missed
        return 2 * self.hit / both if both else 1.0


def score(judged: Iterable[Judged], said: Callable[[Labels], bool], wanted: Callable[[Account], bool]) -> Score:
    """Counts one yes-or-no label over the accounts."""
    hit = false = missed = 0
    for account, labels in judged:
        yes, want = said(labels), wanted(account)
        hit += yes and want
        false += yes and not want
        missed += want and not yes
    return Score(hit, false, missed)


def headline(judged: Sequence[Judged]) -> dict[str, Score]:
    """The three judgements that carry the most: hate, emergency, urgent or higher."""
    return {
        "hate": score(judged, lambda said: said.category == "hate", lambda gold: gold.category == "hate"),
        "emergency": score(judged, lambda said: said.urgency == "emergency", lambda gold: gold.urgency == "emergency"),
        "urgent or higher": score(
            judged, lambda said: said.urgency != "standard", lambda gold: gold.urgency != "standard"
        ),
    }


def by_value(judged: Sequence[Judged], field: str) -> dict[str, Score]:
    """One score for each value of a field of many values (``strands``, ``asb_types``, ``risk_flags``)."""

    def has(value: str) -> Callable[[Labels | Account], bool]:
        return lambda one: value in getattr(one, field)

    return {value: score(judged, has(value), has(value)) for value in MANY[field]}


def by_category(judged: Sequence[Judged], category: str) -> Score:
    """The score of one category."""
    return score(judged, lambda said: said.category == category, lambda gold: gold.category == category)


def micro(scores: dict[str, Score]) -> float:
    """F1 of all values taken together."""
    return sum(scores.values(), Score()).f1


def macro(scores: dict[str, Score]) -> float:
    """The mean F1 of the values that occur."""
    kept = [one.f1 for one in scores.values() if one.hit + one.missed]
    return sum(kept) / len(kept) if kept else 1.0


def wrongly_everyday(judged: Sequence[Judged]) -> list[Judged]:
    """Real reports of hate or risk that were called ``not_asb``: there must be none."""
    return [(gold, said) for gold, said in judged if said.category == "not_asb" and _serious(gold)]


def _serious(gold: Account) -> bool:
    return gold.category == "hate" or gold.urgency != "standard"


def false_alarms(judged: Sequence[Judged]) -> tuple[list[Judged], int]:
    """Harmless accounts of the functional voices (figures of speech, negations, questions) that raised an alarm."""
    tests = [(gold, said) for gold, said in judged if gold.voice.endswith("8") or gold.near]
    harmless = [(gold, said) for gold, said in tests if not _serious(gold)]
    alarms = [(gold, said) for gold, said in harmless if said.urgency != "standard" or said.category == "hate"]
    return alarms, len(harmless)


def interval(judged: Sequence[Judged], figure: Callable[[Sequence[Judged]], float]) -> tuple[float, float]:
    """The bootstrap interval of any figure over accounts."""
    chance = random.Random(20261120)
    drawn = sorted(figure(chance.choices(judged, k=len(judged))) for _ in range(_DRAWS))
    return drawn[int(_DRAWS * 0.025)], drawn[int(_DRAWS * 0.975) - 1]
