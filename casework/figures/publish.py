"""Figures for anything that leaves the house: counts under five are hidden, and enough besides that nobody can work
them out from totals (secondary suppression)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from casework.cases.codes import ASB_TYPES, CATEGORIES, PRIORITIES

SMALL = 5
FEW = "fewer than 5"
WITHHELD = "withheld"
# A hidden count has to leave a reader at least so many possible values.
POSSIBLE = 3
_MANY = 10**9

# Left out altogether: how the work stands, and what only describes the installation.
_INSIDE = ("at", "stubs", "clocks_met_late", "clocks_overdue", "alerts_open")
_HOURS = ("hours_to_acknowledge", "hours_to_triage")


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and the parts it is the sum of, by the names of their cells."""

    total: str
    parts: tuple[str, ...]


def publishable(figures: Mapping[str, Any]) -> dict[str, Any]:
    """These figures as they may be published: a count under five is ``fewer than 5``, one that would give it away
    ``withheld``, and so is what is calculated from either."""
    whole = _with_every_row(figures)
    shown = suppressed(*_cells(whole))
    return {name: _shown(name, value, shown) for name, value in whole.items() if name not in _INSIDE}


def suppressed(counts: Mapping[str, int], sums: Iterable[Sum]) -> dict[str, int | str]:
    """What is shown in each cell. The sums must form no circle. A cell whose name begins with ``_`` is never shown,
    but a reader could know it from the others, so it is kept from them as well."""
    relations = list(sums)
    hidden = {name: FEW for name, count in counts.items() if count < SMALL and not name.startswith("_")}
    while True:
        known = _possible(counts, hidden, relations)
        told = [name for name, (low, high) in known.items() if _is_told(name, counts, low, high)]
        told = [name for name in told if name in hidden or name.startswith("_")]
        more = next((cell for name in told if (cell := _to_hide(name, counts, hidden, relations))), None)
        if more is None:
            return {name: hidden.get(name, count) for name, count in counts.items() if not name.startswith("_")}
        hidden[more] = WITHHELD


def _with_every_row(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The same with all rows that a table can have: a row that is not there would say nought."""
    rows: dict[str, Iterable[str]] = {
        "cases_by_category": CATEGORIES, "cases_by_priority": PRIORITIES, "asb_types": ASB_TYPES,
        "hate_enforcement_actions": figures["enforcement_actions"],
    }  # fmt: skip
    return {**figures, **{name: {row: figures[name].get(row, 0) for row in every} for name, every in rows.items()}}


def _is_told(name: str, counts: Mapping[str, int], low: int, high: int) -> bool:
    # That nobody is in a part which is not even published says nothing about anybody.
    if counts[name] >= SMALL or (name.startswith("_") and counts[name] == 0):
        return False
    return high - low + 1 < POSSIBLE


def _possible(
    counts: Mapping[str, int], hidden: Mapping[str, str], sums: list[Sum]
) -> dict[str, tuple[int, int]]:  # fmt: skip
    """What a reader who knows the rules can conclude: least and most of each cell. For sums without a circle
    narrowing each in turn finds all that can be known."""
    known: dict[str, tuple[int, int]] = {}
    for name, count in counts.items():
        if name.startswith("_"):
            known[name] = (0, _MANY)
        elif name not in hidden:
            known[name] = (count, count)
        else:
            known[name] = (0, SMALL - 1) if hidden[name] == FEW else (SMALL, _MANY)
    changed = True
    while changed:
        changed = False
        for one in sums:
            least, most = sum(known[part][0] for part in one.parts), sum(known[part][1] for part in one.parts)
            narrowed = {one.total: (least, most)}
            for part in one.parts:
                low, high = known[part]
                total_low, total_high = known[one.total]
                narrowed[part] = (total_low - (most - high), total_high - (least - low))
            for name, (low, high) in narrowed.items():
                new = (max(known[name][0], low), min(known[name][1], high))
                changed, known[name] = changed or new != known[name], new
    return known


def _to_hide(name: str, counts: Mapping[str, int], hidden: Mapping[str, str], sums: list[Sum]) -> str | None:
    """The cell whose hiding costs least: the smallest that is still shown in a sum with this one; further away where
    there is none."""
    near, seen = {name}, {name}
    while near:
        cells = {cell for one in sums for cell in (one.total, *one.parts) if near & {one.total, *one.parts}}
        shown = [cell for cell in cells if cell not in hidden and not cell.startswith("_")]
        if shown:
            return min(shown, key=lambda cell: (counts[cell], cell))
        near, seen = cells - seen, seen | cells
    return None


def _cells(figures: Mapping[str, Any]) -> tuple[dict[str, int], list[Sum]]:
    """The counts of the figures, and which of them are sums of others."""
    category = figures["cases_by_category"]
    counts: dict[str, int] = {}
    for group in ("cases_by_category", "cases_by_priority", "asb_types", "enforcement_actions",
                  "hate_enforcement_actions", "open_asb_cases_by_month"):  # fmt: skip
        counts |= {f"{group}.{name}": count for name, count in figures[group].items()}
    for name in ("cases", "hate_incidents", "hate_crimes", "hate_regulator", "asb_cases", "open_asb_cases",
                 "legal_cases_this_year"):  # fmt: skip
        counts[name] = figures[name]
    counts["_hate_other_strands"] = category["hate"] - figures["hate_regulator"]
    sums = [
        Sum("cases", ("asb_cases", *(f"cases_by_category.{name}" for name in category if name not in ("asb", "hate")))),
        Sum("asb_cases", ("cases_by_category.asb", "cases_by_category.hate")),
        Sum("cases_by_category.hate", ("hate_incidents", "hate_crimes")),
        Sum("cases_by_category.hate", ("hate_regulator", "_hate_other_strands")),
        Sum("cases", tuple(f"cases_by_priority.{name}" for name in figures["cases_by_priority"])),
        Sum("open_asb_cases", (f"open_asb_cases_by_month.{list(figures['open_asb_cases_by_month'])[-1]}",)),
    ]
    # Of all, the part that is about hate is published too, so the rest can be worked out.
    for kind, count in figures["enforcement_actions"].items():
        counts[f"_other_actions.{kind}"] = count - figures["hate_enforcement_actions"][kind]
        parts: tuple[str, ...] = (f"hate_enforcement_actions.{kind}", f"_other_actions.{kind}")
        sums.append(Sum(f"enforcement_actions.{kind}", parts))
    for name, key in (*((hours, "count") for hours in _HOURS), ("satisfaction", "answers")):
        rest = figures[name][key] - figures[f"hate_{name}"][key]
        counts |= {name: figures[name][key], f"hate_{name}": figures[f"hate_{name}"][key]}
        parts = (f"hate_{name}", f"_not_hate_{name}")
        if name == "satisfaction":
            counts["asb_satisfaction"] = figures["asb_satisfaction"]["answers"]
            rest -= counts["asb_satisfaction"]
            parts = ("hate_satisfaction", "asb_satisfaction", "_not_hate_satisfaction")
        counts[parts[-1]] = rest
        sums.append(Sum(name, parts))
    return counts, sums


def _shown(name: str, value: Any, shown: Mapping[str, int | str]) -> Any:
    rate_of = {"asb_cases_per_1000_homes": "asb_cases", "hate_cases_per_1000_homes": "hate_regulator"}.get(name)
    if rate_of is not None:
        return value if isinstance(shown[rate_of], int) else WITHHELD
    if not isinstance(value, dict) or name == "period":
        return shown.get(name, value)
    if name in shown:
        # A mean or a median of few says what somebody said, or how somebody was treated.
        count, *others = value
        return {count: shown[name], **{
            other: value[other] if isinstance(shown[name], int) else WITHHELD for other in others}}  # fmt: skip
    return {part: shown[f"{name}.{part}"] for part in value}
