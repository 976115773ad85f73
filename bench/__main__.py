"""`python -m bench [--journeys N] [--json FILE] [--only ours|starter|page|cases]`."""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.cases import PAGE, measured
from bench.measure import SHOWN, TURNS, at_turns
from bench.ours import Ours
from bench.page import painted
from bench.side import Side
from bench.starter import Starter

WARM_UP = 1


def alone(side: Side, journeys: int) -> dict[str, Any]:
    """Started by itself, some journeys one after the other."""
    with side:
        times = []
        for number in range(journeys + WARM_UP):
            journey = side.journey()
            taken = [journey.turn() for _ in range(TURNS)]
            if number >= WARM_UP:
                times.append(taken)
        return {
            "turns": at_turns(times),
            "memory_mb": side.memory(),
            "start_s": round(side.start_seconds, 2),
        }


def interleaved(sides: list[Side], journeys: int) -> dict[str, dict[str, Any]]:
    """All up at once; a turn of one, a turn of the other."""
    times: dict[str, list[list[float]]] = {side.name: [] for side in sides}
    first, second = sides
    with first, second:
        for number in range(journeys + WARM_UP):
            talks = [(side.name, side.journey()) for side in sides]
            taken: dict[str, list[float]] = {name: [] for name, _ in talks}
            for _ in range(TURNS):
                for name, talk in talks:
                    taken[name].append(talk.turn())
            if number >= WARM_UP:
                for name, values in taken.items():
                    times[name].append(values)
    return {name: {"turns": at_turns(values)} for name, values in times.items()}


def table(title: str, results: dict[str, dict[str, Any]]) -> Table:
    """One row a system, and how many times the first one's figure is of the second one's."""
    shown = Table(title=title)
    shown.add_column("")
    figures: list[tuple[str, str, Any]] = [
        (f"turn {turn} {word}", key, turn) for turn in SHOWN for word, key in (("ms", "median_ms"), ("p95", "p95_ms"))
    ]
    for heading, _, _ in figures:
        shown.add_column(heading, justify="right")
    shown.add_column("memory MB", justify="right")
    shown.add_column("start s", justify="right")
    rows = {
        name: [result["turns"][turn][key] for _, key, turn in figures]
        + [result.get("memory_mb"), result.get("start_s")]
        for name, result in results.items()
    }
    for name, values in rows.items():
        shown.add_row(name, *("–" if value is None else f"{value:.1f}" for value in values))
    if len(rows) == 2:
        pairs = list(zip(*rows.values(), strict=True))
        shown.add_row("ratio", *(f"{a / b:.1f}×" if a and b else "–" for a, b in pairs))
    return shown


def case_tables(found: dict[str, Any]) -> list[Table]:
    """Cases created and listed, with encryption on, beside plain SQLAlchemy that writes and reads the same rows."""
    made, lists = found["creation"], found["lists"]
    first = Table(title=f"{made['cases']} cases created, a transaction each, words sealed")
    second = Table(title=f"Lists of {lists['cases']:,} cases, the newest {PAGE}")
    for heading in ("", "median ms", "each second"):
        first.add_column(heading, justify="right" if heading else "left")
    for name, side in (("ours", made["ours"]), ("plain SQLAlchemy", made["plain"])):
        first.add_row(name, f"{side['median_ms']:.2f}", f"{side['each_second']:.0f}")
    first.add_row("ratio", f"{made['ratio']:.1f}×", "")
    first.add_row("the receipt's slow hash, apart", f"{made['receipt_hash_ms']:.1f}", "")
    for heading in ("filter", "rows", "ms", "p95", "plain ms", "ratio"):
        second.add_column(heading, justify="left" if heading == "filter" else "right")
    for name, one in lists["filters"].items():
        second.add_row(name, str(one["rows"]), f"{one['median_ms']:.1f}", f"{one['p95_ms']:.1f}",
                       f"{one['plain_ms']:.1f}", f"{one['ratio']:.1f}×")  # fmt: skip
    return [first, second]


def _page_line(found: dict[str, Any] | None) -> str:
    if found is None:
        return "The page: not measured, Chromium is not installed (apt-get install chromium)."
    return (
        f"The page, from pressing send to the reply painted: median {found['median_ms']} ms, "
        f"95th percentile {found['p95_ms']} ms ({found['samples']} turns)"
    )


def main() -> None:
    """Measure, print, and write what was asked for."""
    arguments = argparse.ArgumentParser(prog="make bench")
    arguments.add_argument("--journeys", type=int, default=10, help="a mode and a system (default 10)")
    arguments.add_argument("--json", type=Path, help="write the results there")
    arguments.add_argument("--only", choices=("ours", "starter", "page", "cases"))
    arguments.add_argument("--created", type=int, default=500, help="cases made, one transaction each (default 500)")
    arguments.add_argument("--listed", type=int, default=100_000, help="cases that lists are of (default 100,000)")
    given = arguments.parse_args()
    makers = {"starter": Starter, "ours": Ours}
    chosen = [maker for name, maker in makers.items() if given.only in (None, name)]
    for maker in chosen or ([Ours] if given.only == "page" else []):
        maker().prepare()
    results: dict[str, Any] = {
        "machine": {"cores": os.cpu_count(), "system": platform.platform()},
        "journeys": given.journeys,
        "one after the other": {(side := maker()).name: alone(side, given.journeys) for maker in chosen},
    }
    if len(chosen) == 2:
        results["interleaved"] = interleaved([maker() for maker in chosen], given.journeys)
    if given.only in (None, "page"):
        results["page"] = painted(given.journeys)
    if given.only in (None, "cases"):
        results["cases"] = measured(given.created, given.listed)
    console = Console(width=max(120, Console().width))
    if "page" in results:
        console.print(_page_line(results["page"]))
    for mode in ("one after the other", "interleaved"):
        if results.get(mode):
            console.print(table(f"{TURNS}-turn journey, {given.journeys} times, {mode}", results[mode]))
    if "cases" in results:
        for shown in case_tables(results["cases"]):
            console.print(shown)
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
