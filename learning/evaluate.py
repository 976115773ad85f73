"""`make eval`: how well the served triage does on a part of the accounts, and whether the floors hold.

``python -m learning.evaluate [part] [--errors N]``; the part is ``test`` where none is named. Exit status 1 where a
floor of ``learning/floors.json`` is broken. ``--errors`` shows the worst errors of a part; the frozen part keeps its
texts to itself and shows only ids.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from casework.triage import Labels, learnt, screen, triage
from learning import measure
from learning.accounts import GROUPS, NEAR_MISSES, PARTS, Account, accounts
from learning.measure import Judged, Score

FLOORS = Path(__file__).with_name("floors.json")


def judge(part: str) -> list[Judged]:
    """Every account of the part with what the served triage says of it."""
    return [(account, triage(account.text)) for account in accounts(part)]


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Every figure that has a floor, by name; shares between 0 and 1, counts as they are."""
    made: dict[str, float] = {}
    for name, one in measure.headline(judged).items():
        made[f"{name} recall"], made[f"{name} precision"] = one.recall, one.precision
    hate = [(gold, said) for gold, said in judged if gold.category == "hate" or said.category == "hate"]
    made["strands micro-F1"] = measure.micro(measure.by_value(hate, "strands"))
    made["risk flags macro-F1"] = measure.macro(measure.by_value(judged, "risk_flags"))
    made["ASB types macro-F1"] = measure.macro(measure.by_value(judged, "asb_types"))
    alarms, harmless = measure.false_alarms(judged)
    made["false alarms"] = len(alarms) / harmless if harmless else 0.0
    made["not_asb given to hate or risk"] = len(measure.wrongly_everyday(judged))
    made["category accuracy"] = sum(gold.category == said.category for gold, said in judged) / len(judged)
    made["hate kind accuracy"] = _kind(judged)
    return made


def _kind(judged: Sequence[Judged]) -> float:
    both = [(gold, said) for gold, said in judged if gold.category == said.category == "hate"]
    return sum(gold.hate_kind == said.hate_kind for gold, said in both) / len(both) if both else 1.0


def broken(found: dict[str, float], part: str) -> list[str]:
    """The floors of this part that do not hold, in words."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8")).get(part, {})
    told = []
    for name, limit in floors.items():
        most = name in ("false alarms", "not_asb given to hate or risk")
        if found[name] > limit if most else found[name] < limit:
            told.append(f"{name}: {found[name]:.3f}, {'at most' if most else 'at least'} {limit}")
    return told


def _row(table: Table, name: str, one: Score) -> None:
    low, high = measure.wilson(one.hit, one.hit + one.missed)
    lower, higher = measure.wilson(one.hit, one.hit + one.false)
    table.add_row(
        name, str(one.hit + one.missed), f"{one.recall:.3f}", f"{low:.2f} to {high:.2f}",
        f"{one.precision:.3f}", f"{lower:.2f} to {higher:.2f}", f"{one.f1:.3f}",
    )  # fmt: skip


def _labels(out: Console, judged: Sequence[Judged]) -> None:
    table = Table("label", "told", "recall", "95 %", "precision", "95 %", "F1", title="By label")
    for name, one in measure.headline(judged).items():
        _row(table, name, one)
    for field in ("strands", "risk_flags", "asb_types"):
        for name, one in measure.by_value(judged, field).items():
            _row(table, f"{field}: {name}", one)
    for category in ("asb", "not_asb", "other"):
        _row(table, f"category: {category}", measure.by_category(judged, category))
    out.print(table)


def _groups(out: Console, judged: Sequence[Judged]) -> None:
    columns = ("voices", "accounts", "hate R", "P", "emergency R", "P", "urgent R", "P", "flags micro-F1")
    table = Table(*columns, title="By kind of voice (R recall, P precision)")
    for group in (*GROUPS.values(), NEAR_MISSES):
        part = [(gold, said) for gold, said in judged if gold.group == group]
        if not part:
            continue
        head = measure.headline(part)
        cells = [f"{value:.2f}" for one in head.values() for value in (one.recall, one.precision)]
        table.add_row(group, str(len(part)), *cells, f"{measure.micro(measure.by_value(part, 'risk_flags')):.2f}")
    out.print(table)


def _worth(pair: Judged) -> int:
    """How bad an error is: a danger missed is the worst."""
    gold, said = pair
    missed = ("standard", "urgent", "emergency")
    fall = missed.index(gold.urgency) - missed.index(said.urgency)
    hate = (gold.category == "hate") - (said.category == "hate")
    flags = len(gold.risk_flags.symmetric_difference(said.risk_flags))
    return 6 * max(fall, 0) + 3 * max(-fall, 0) + 6 * max(hate, 0) + 3 * max(-hate, 0) + flags


def _errors(out: Console, judged: Sequence[Judged], count: int, shown: bool) -> None:
    worst = sorted(judged, key=_worth, reverse=True)[:count]
    out.print("\nThe worst errors")
    for gold, said in worst:
        if not _worth((gold, said)):
            break
        out.print(f"{gold.id}: {_short(gold)} -> {_short(said)}")
        if shown:
            out.print(f"    {gold.text}", markup=False, highlight=False)


def _short(one: Account | Labels) -> str:
    return f"{one.category}, {one.urgency}, {' '.join(sorted(one.risk_flags)) or 'no flags'}"


def _speed(out: Console, judged: Sequence[Judged]) -> None:
    near = sorted(judged, key=lambda pair: abs(len(pair[0].text.split()) - 150))[:40]
    for name, call in (("triage, about 150 words", triage), ("danger screen, the same", screen)):
        times = []
        for gold, _ in near * 3:
            start = time.perf_counter()
            call(gold.text)
            times.append((time.perf_counter() - start) * 1000)
        high = sorted(times)[int(len(times) * 0.95)]
        out.print(f"{name}: median {statistics.median(times):.2f} ms, 95th percentile {high:.2f} ms")


def main() -> None:
    """Print everything; fail where a floor is broken."""
    asked = argparse.ArgumentParser(prog="make eval", description=__doc__)
    asked.add_argument("part", nargs="?", default="test", choices=PARTS)
    asked.add_argument("--errors", type=int, default=20, help="how many of the worst errors to show")
    given = asked.parse_args()
    out = Console(width=130, soft_wrap=True)
    learnt.load()
    judged = judge(given.part)
    found = figures(judged)
    _labels(out, judged)
    _groups(out, judged)
    table = Table("figure", "value", "95 %", title=f"Summary: {given.part}, {len(judged)} accounts")
    for name, value in found.items():
        low, high = measure.interval(judged, lambda part, n=name: figures(part)[n])  # type: ignore[misc]
        table.add_row(name, f"{value:.3f}", f"{low:.3f} to {high:.3f}")
    out.print(table)
    _speed(out, judged)
    _errors(out, judged, given.errors, shown=given.part != "test")
    told = broken(found, given.part)
    for line in told:
        out.print(f"[bold red]Floor broken:[/] {line}")
    sys.exit(bool(told))


if __name__ == "__main__":
    main()
