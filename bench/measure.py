"""Times, memory and the shape of the results."""

from __future__ import annotations

import math
import os
import statistics
from pathlib import Path

TURNS = 60
SHOWN = (5, 20, 40, 60)
WINDOW = 2  # turns on each side that count to a shown turn, so that a few journeys give enough samples


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def at_turns(journeys: list[list[float]]) -> dict[int, dict[str, float]]:
    """Median and 95th percentile in milliseconds around each shown turn."""
    found = {}
    for turn in SHOWN:
        first, last = max(1, turn - WINDOW), min(TURNS, turn + WINDOW)
        samples = [seconds * 1000 for journey in journeys for seconds in journey[first - 1 : last]]
        found[turn] = {
            "median_ms": round(statistics.median(samples), 2),
            "p95_ms": round(percentile(samples, 0.95), 2),
            "samples": len(samples),
        }
    return found


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for one in found:
        found.extend(parents.get(one, []))
    return found


def memory_mb(pid: int) -> float | None:
    """Summed proportional set size of a process and its descendants; None where the system does not tell."""
    total = 0
    for one in family(pid) if os.path.isdir("/proc") else ():
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return round(total / 1024, 1) if total else None
