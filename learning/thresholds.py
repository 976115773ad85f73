"""Choose, on the development part, from which score a sign counts: rules and encoder judged together.

First the rules: one that was wrong too often among the labelled accounts is a hint, which counts only where the
encoder half agrees. Then for each label two thresholds, with a hint and without. Urgency and hate come last, since
the flags bear on them: they are set so that recall and precision come as near to their floors as they can, both.
Nothing here looks at the test part.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from casework.triage.decide import label
from casework.triage.labels import Labels
from casework.triage.languages import foreign
from casework.triage.learnt.encoder import Encoder, Reading
from casework.triage.learnt.model import Signs
from casework.triage.reading import read_account
from casework.triage.rules import Found
from learning.accounts import Account, accounts
from learning.labels import NAMES, row

# A rule that is right less often than this, and was wrong at least so many times, is a hint.
RIGHT, WRONG = 0.85, 2
# The floors of recall and precision that the product is held to.
FLOORS = {"category:hate": (0.95, 0.90), "urgency:emergency": (0.97, 0.85), "urgency:urgent": (0.95, 0.88)}
# From this score (odds of about 1 to 12) a report is never called everyday living.
DOUBT = -2.5
_RULED = frozenset({"strand", "flag", "type"})

Goal = Callable[[int, int, int], float]
Finds = list[Found]


def names_of(account: Account) -> set[str]:
    """The settled labels of an account, by the learnt labels' names."""
    return {name for name, yes in zip(NAMES, row(account), strict=True) if yes}


def names_said(said: Labels) -> set[str]:
    """The labels that were given, by the learnt labels' names."""
    made = Account(
        "", "", said.category, said.hate_kind, frozenset(said.strands), frozenset(said.asb_types),
        frozenset(said.risk_flags), said.urgency, None,
    )  # fmt: skip
    return names_of(made)


def hints(told: Sequence[Account]) -> set[str]:
    """The rules that are hints, as ``label:value rule``. A strand's rule is right wherever it was hate at all."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for account in told:
        wanted = names_of(account)
        for name, hits in read_account(account.text).find(_RULED).items():
            yes = ("category:hate" if name.startswith("strand:") else name) in wanted
            (right if yes else wrong).update({f"{name} {hit.rule}" for hit in hits})
    return {rule for rule, count in wrong.items() if count >= WRONG and right[rule] < RIGHT * (right[rule] + count)}


def f1(hit: int, false: int, missed: int) -> float:
    """The usual mean of recall and precision."""
    return 2 * hit / (2 * hit + false + missed) if hit else 0.0


def towards(recall: float, precision: float) -> Goal:
    """How near recall and precision both come to their floors: the worse of the two, beyond them their mean."""

    def goal(hit: int, false: int, missed: int) -> float:
        if not hit:
            return 0.0
        parts = hit / (hit + missed) / recall, hit / (hit + false) / precision
        return min(*parts, 1.0) + 0.05 * sum(parts)

    return goal


def best_threshold(
    values: Sequence[float], sure: Sequence[bool], hinted: Sequence[bool], wanted: Sequence[bool], goal: Goal
) -> tuple[float, float]:
    """The threshold without a hint and the one with, whose union with the sure rules serves the goal best."""
    tried = sorted(set(values))
    # Between two scores, never on one: a last digit that differs between processors must not matter.
    middles = [(one + other) / 2 for one, other in pairwise(tried) if other - one > 0.004]
    steps = [middles[int(place * (len(middles) - 1) / 60)] for place in range(61)] + [tried[-1] + 1]
    low = tried[0] - 1
    best, chosen = -1.0, (tried[-1] + 1, low)
    lows = [low, *(step for step in steps if step < 1)] if any(hinted) else [low]
    for limit in steps:
        for half in lows:
            if half > limit:
                break
            hit = false = missed = 0
            for value, one, hint, want in zip(values, sure, hinted, wanted, strict=True):
                yes = one or value >= (half if hint else limit)
                hit += yes and want
                false += yes and not want
                missed += want and not yes
            now = goal(hit, false, missed)
            if now > best:
                best, chosen = now, (limit, half)
    return chosen


def choose(folder: Path) -> dict[str, Any]:
    """Write hints and thresholds into the card of ``folder``; returns the card."""
    told = [one for one in accounts("development") if not foreign(one.text)]
    encoder = Encoder(folder)
    readings = [encoder.read(one.text) for one in told]
    wanted = [names_of(one) for one in told]
    weak = hints([*accounts("train"), *told])
    found = [read_account(one.text).find(_RULED) for one in told]
    limits: dict[str, float] = {}

    def settle(name: str, goal: Goal, sure: Sequence[bool], hinted: Sequence[bool]) -> None:
        values = [one[name].score for one in readings]
        limits[name], limits[f"hint:{name}"] = best_threshold(
            values, sure, hinted, [name in one for one in wanted], goal
        )

    for name in NAMES:
        if name.partition(":")[0] in _RULED and name not in FLOORS:
            sure, hinted = _by_rules(name, found, weak)
            settle(name, f1, sure, hinted)
    nothing = [False] * len(told)
    for name in ("category:asb", "category:not_asb", "category:other", "kind:crime"):
        settle(name, f1, nothing, nothing)
    sure, hinted = _by_rules("strand:", found, weak)
    settle("category:hate", towards(*FLOORS["category:hate"]), sure, hinted)
    for name in ("urgency:emergency", "urgency:urgent"):
        by_rules = [name in one for one in _said(told, readings, limits, weak)]
        settle(name, towards(*FLOORS[name]), by_rules, nothing)
    for name, source in (("doubt:hate", "category:hate"), ("doubt:urgent", "urgency:urgent")):
        limits[name] = min(limits[source], DOUBT)
    card: dict[str, Any] = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card["hints"] = sorted(weak)
    card["thresholds"] = {name: round(limit, 3) for name, limit in limits.items()}
    (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card


def _by_rules(name: str, found: Finds, weak: set[str]) -> tuple[list[bool], list[bool]]:
    """For each account, whether a sure rule gives the label (or any of its beginning), and whether a hint does."""
    sure, hinted = [], []
    for one in found:
        rules = {f"{key} {hit.rule}" for key, hits in one.items() if key.startswith(name) for hit in hits}
        sure.append(bool(rules - weak))
        hinted.append(bool(rules & weak))
    return sure, hinted


def _said(
    told: Sequence[Account], readings: Sequence[dict[str, Reading]], limits: dict[str, float], weak: set[str]
) -> list[set[str]]:
    """The labels as they stand with the thresholds chosen so far."""
    return [
        names_said(label(one.text, (), Signs(read, limits, frozenset(weak))))
        for one, read in zip(told, readings, strict=True)
    ]


if __name__ == "__main__":
    from casework.triage.learnt.encoder import FOLDER

    choose(FOLDER)
