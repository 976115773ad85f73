"""Choose, on the development part, from which score a sign counts: rules and encoder judged together.

Every rule counts; the encoder's signs are added to them. Urgency and hate come last, since the flags bear on them:
they are set so that recall and precision come as near to their floors as they can, both. Nothing here looks at the
test part.
"""

from __future__ import annotations

import json
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
from learning.accounts import Account, accounts
from learning.labels import NAMES, row

# The floors of recall and precision that the product is held to.
FLOORS = {"category:hate": (0.95, 0.90), "urgency:emergency": (0.97, 0.85), "urgency:urgent": (0.95, 0.88)}
# From this score (odds of about 1 to 33) a report is never called everyday living.
DOUBT = -3.5
# How much likelier plain nuisance may be and hate still count: in doubt hate (guide, categories).
MARGINS = (0.0, 0.25, 0.5, 0.75, 1.0)
# Thresholds that serve the goal so nearly as well are as good.
_AS_GOOD = 0.004
_RULED = frozenset({"strand", "flag", "type"})

Goal = Callable[[int, int, int], float]


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


def best_threshold(values: Sequence[float], sure: Sequence[bool], wanted: Sequence[bool], goal: Goal) -> float:
    """The threshold whose union with the rules serves the goal best: the middle one of those as good as the best."""
    return best_reached(values, sure, wanted, goal)[1]


def best_reached(
    values: Sequence[float], sure: Sequence[bool], wanted: Sequence[bool], goal: Goal
) -> tuple[float, float]:
    """How well the best threshold serves the goal, and that threshold.

    ``values``, ``sure`` (the rules give the label) and ``wanted`` (it is right) go account by account.
    """
    tried = sorted(set(values))
    # Between two scores, never on one: a last digit that differs between processors must not matter.
    middles = [(one + other) / 2 for one, other in pairwise(tried) if other - one > 0.004]
    steps = [middles[int(place * (len(middles) - 1) / 80)] for place in range(81)] + [tried[-1] + 1]
    reached = []
    for limit in steps:
        hit = false = missed = 0
        for value, one, want in zip(values, sure, wanted, strict=True):
            yes = one or value >= limit
            hit += yes and want
            false += yes and not want
            missed += want and not yes
        reached.append(goal(hit, false, missed))
    best = max(reached)
    good = [limit for limit, now in zip(steps, reached, strict=True) if now >= best - _AS_GOOD]
    return best, good[len(good) // 2]


def choose(folder: Path) -> dict[str, Any]:
    """Write the thresholds into the card of ``folder``; returns the card."""
    # Near misses are far commoner there than in life: chosen by them, thresholds would miss hate that is told plainly.
    told = [one for one in accounts("development") if not foreign(one.text) and not one.near]
    encoder = Encoder(folder)
    limits = thresholds(told, [encoder.read(one.text) for one in told])
    card: dict[str, Any] = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card["thresholds"] = {name: round(limit, 3) for name, limit in limits.items()}
    (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card


def thresholds(told: Sequence[Account], readings: Sequence[dict[str, Reading]]) -> dict[str, float]:
    """The threshold of every label, from labelled accounts and what the encoder read in them."""
    wanted = [names_of(one) for one in told]
    found = [read_account(one.text).find(_RULED) for one in told]
    limits: dict[str, float] = {}

    def settle(name: str, goal: Goal, sure: Sequence[bool], values: Sequence[float] = ()) -> None:
        values = values or [one[name].score for one in readings]
        limits[name] = best_threshold(values, sure, [name in one for one in wanted], goal)

    nothing = [False] * len(told)
    for name in NAMES:
        if name.partition(":")[0] in _RULED:
            settle(name, f1, [name in one for one in found])
        elif name not in FLOORS:
            settle(name, f1, nothing)
    by_rules = [any(name.startswith("strand:") for name in one) for one in found]
    hateful = ["category:hate" in one for one in wanted]
    _, limits["category:hate"], limits["margin:hate"] = max(
        (
            *best_reached(
                [_hate(one, margin) for one in readings], by_rules, hateful, towards(*FLOORS["category:hate"])
            ),
            margin,
        )
        for margin in MARGINS
    )
    for name in ("urgency:emergency", "urgency:urgent"):
        settle(name, towards(*FLOORS[name]), [name in one for one in _said(told, readings, limits)])
    for name, source in (("doubt:hate", "category:hate"), ("doubt:urgent", "urgency:urgent")):
        limits[name] = min(limits[source], DOUBT)
    return limits


def _hate(reading: dict[str, Reading], margin: float) -> float:
    """The score of hate, lowest where plain nuisance is likelier by more than ``margin``: such hate does not count."""
    score = reading["category:hate"].score
    return score if score + margin >= reading["category:asb"].score else -99.0


def _said(told: Sequence[Account], readings: Sequence[dict[str, Reading]], limits: dict[str, float]) -> list[set[str]]:
    """The labels as they stand with the thresholds chosen so far."""
    return [names_said(label(one.text, (), Signs(read, limits))) for one, read in zip(told, readings, strict=True)]


if __name__ == "__main__":
    from casework.triage.learnt.encoder import FOLDER

    choose(FOLDER)
