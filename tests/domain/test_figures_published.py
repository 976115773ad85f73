"""Figures of a period, and what may leave the house: nobody can work out a count under five."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import secrets
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from casework import cases
from casework.figures import Period, kpis, publishable
from casework.figures.period import month_ends, twelve_months, year_to
from casework.figures.publish import FEW, SMALL, WITHHELD, Sum, suppressed
from casework.store import Store, tables
from tests.domain.conftest import a_submission, labels
from tests.domain.test_cli import answer, home, installed, reporting

__all__ = ["home", "installed"]

JUNE = datetime(2026, 6, 15, 12, tzinfo=UTC)


def make(store: Store, kinds: list[tuple[int, Any]], at: datetime = JUNE) -> list[str]:
    with store.begin() as db:
        return [
            cases.create_case(db, a_submission(labels=kind), at).reference
            for count, kind in kinds
            for _ in range(count)
        ]


# -- periods -----------------------------------------------------------------------------------------------


def test_a_period_is_whole_days_in_london() -> None:
    period = Period(date(2026, 6, 1), date(2026, 6, 30))
    assert period.starts_at == datetime(2026, 5, 31, 23, tzinfo=UTC)
    assert period.ends_at == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert period.holds(period.starts_at) and not period.holds(period.ends_at) and not period.holds(None)
    with pytest.raises(ValueError, match="before"):
        Period(date(2026, 6, 2), date(2026, 6, 1))


@pytest.mark.parametrize(
    ("today", "first"),
    [("2026-11-21", "2025-11-22"), ("2028-02-29", "2027-03-01"), ("2027-02-28", "2026-03-01")],
)
def test_the_twelve_months_up_to_today(today: str, first: str) -> None:
    moment = datetime.fromisoformat(f"{today}T12:00").replace(tzinfo=UTC)
    assert twelve_months(moment) == Period(date.fromisoformat(first), date.fromisoformat(today))


def test_the_landlords_year_and_its_months() -> None:
    assert year_to(date(2027, 3, 31), 4).first == date(2026, 4, 1)
    assert year_to(date(2026, 4, 1), 4).first == date(2026, 4, 1)
    assert year_to(date(2026, 4, 1), 1).first == date(2026, 1, 1)
    assert [name for name, _ in month_ends(date(2027, 1, 31), 3)] == ["2026-11", "2026-12", "2027-01"]
    assert month_ends(date(2026, 7, 5), 2)[0][1] == datetime(2026, 6, 30, 23, tzinfo=UTC)


def test_only_what_came_in_the_period_counts(any_store: Store) -> None:
    make(any_store, [(2, labels("hate", hate_kind="crime"))], JUNE)
    (late,) = make(any_store, [(1, labels("hate"))], datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    with any_store.begin() as db:
        for at in (JUNE, JUNE + timedelta(days=30), JUNE + timedelta(days=400)):
            db.execute(tables.enforcement_action.insert().values(
                id=secrets.token_hex(16), case_reference=late, at=at, by="a", kind="injunction", legal=True
            ))  # fmt: skip
        june = kpis(db, JUNE, Period(date(2026, 6, 1), date(2026, 6, 30)))
        july = kpis(db, JUNE, Period(date(2026, 7, 1), date(2026, 7, 31)))
    assert (june["hate_crimes"], june["hate_incidents"], july["hate_incidents"]) == (2, 0, 1)
    assert (june["enforcement_actions"], july["legal_cases_this_year"]) == ({"injunction": 1}, 1)
    assert (june["open_asb_cases"], july["open_asb_cases"], june["asb_cases"]) == (2, 3, 2)
    assert june["period"] == {"from": "2026-06-01", "until": "2026-06-30"}


# -- small numbers -----------------------------------------------------------------------------------------


def possible(shown: dict[str, Any], sums: list[Sum], cells: list[str], most: int) -> dict[str, set[int]]:
    """What a reader can still think, by trying everything."""
    choices = []
    for cell in cells:
        value = shown.get(cell)
        all_of_it = range(most + 1)
        choices.append(
            range(SMALL) if value == FEW else range(SMALL, most + 1) if value == WITHHELD
            else all_of_it if value is None else (value,)
        )  # fmt: skip
    found: dict[str, set[int]] = {cell: set() for cell in cells}
    for values in itertools.product(*choices):
        one = dict(zip(cells, values, strict=True))
        if all(one[total.total] == sum(one[part] for part in total.parts) for total in sums):
            for cell, value in one.items():
                found[cell].add(value)
    return found


TWO_LEVELS = [Sum("all", ("hate", "asb")), Sum("hate", ("crime", "incident"))]


@pytest.mark.parametrize("seed", range(40))
def test_nobody_can_work_out_a_small_count_by_trying_everything(seed: int) -> None:
    rng = random.Random(seed)
    crime, incident, asb = (rng.choice([0, 1, 2, 3, 4, 5, 6, 7, 8]) for _ in range(3))
    counts = {"crime": crime, "incident": incident, "asb": asb, "hate": crime + incident, "all": crime + incident + asb}
    shown = suppressed(counts, TWO_LEVELS)
    found = possible(shown, TWO_LEVELS, list(counts), 26)
    for cell, count in counts.items():
        assert count in found[cell]
        assert count >= SMALL or (shown[cell] == FEW and len(found[cell]) >= 3), (counts, shown, found)
        assert count < SMALL or shown[cell] in (count, WITHHELD)


def test_what_is_not_published_and_could_be_worked_out_is_kept_too() -> None:
    shown = suppressed({"hate": 12, "five": 10, "_rest": 2}, [Sum("hate", ("five", "_rest"))])
    assert shown == {"hate": 12, "five": WITHHELD}
    assert suppressed({"hate": 12, "five": 12, "_rest": 0}, [Sum("hate", ("five", "_rest"))])["five"] == 12


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"all": 30, "hate": 10, "asb": 20, "crime": 5, "incident": 5}, {}),
        ({"all": 30, "hate": 10, "asb": 20, "crime": 2, "incident": 8}, {"crime": FEW, "incident": WITHHELD}),
        ({"all": 23, "hate": 3, "asb": 20, "crime": 1, "incident": 2},
         {"crime": FEW, "incident": FEW, "hate": FEW, "asb": WITHHELD}),
    ],
)  # fmt: skip
def test_no_more_is_hidden_than_has_to_be(counts: dict[str, int], hidden: dict[str, str]) -> None:
    assert suppressed(counts, TWO_LEVELS) == {**counts, **hidden}


def test_published_figures_of_cases(any_store: Store) -> None:
    make(any_store, [
        (7, labels("hate", strands=("race_ethnicity",))), (2, labels("hate", hate_kind="crime", strands=("age",))),
        (12, labels("asb", asb_types=("noise",))), (1, labels("asb", asb_types=("drugs",))), (6, labels("other")),
    ])  # fmt: skip
    with any_store.read() as db:
        object.__setattr__(db.settings, "homes", 1000)
        inside = kpis(db, JUNE)
        object.__setattr__(db.settings, "homes", 0)
    found = publishable(inside)
    assert (found["hate_crimes"], found["hate_incidents"]) == (FEW, WITHHELD)
    assert found["hate_regulator"] == found["hate_cases_per_1000_homes"] == WITHHELD, "nine less seven would tell"
    types = found["asb_types"]
    assert types["noise"] == 12 and types["drugs"] == types["animal_nuisance"] == FEW
    assert found["hate_satisfaction"] == {"answers": FEW, "mean": WITHHELD}
    assert found["hours_to_triage"] == {"count": FEW, "median": WITHHELD, "ninety_percent": WITHHELD}
    assert not {"stubs", "alerts_open", "clocks_overdue"} & set(found)
    assert (inside["hate_crimes"], inside["asb_cases_per_1000_homes"]) == (2, 22.0)
    numbers = [value for part in found.values() for value in (part.values() if isinstance(part, dict) else [part])]
    assert not [value for value in numbers if isinstance(value, int) and 0 < value < SMALL]


def test_figures_of_nothing_can_be_published(store: Store) -> None:
    with store.read() as db:
        found = publishable(kpis(db, JUNE))
    assert found["cases"] == found["cases_by_category"]["hate"] == FEW


# -- the command -------------------------------------------------------------------------------------------


def test_the_command_gives_csv_json_and_what_may_be_published(home: Path, installed: Store) -> None:
    make(installed, [(3, labels("hate")), (9, labels("asb"))])
    days = ("--from", "2026-06-01", "--until", "2026-06-30")
    lines = list(csv.DictReader(io.StringIO(reporting("kpis", "--csv", *days, home=home).stdout)))
    assert {"figure": "cases_by_category", "part": "asb", "value": "9"} in lines
    assert {"figure": "hate_incidents", "part": "", "value": "3"} in lines
    shown = json.loads(reporting("kpis", "--json", "--publish", *days, home=home).stdout)
    assert (shown["hate_incidents"], shown["cases_by_category"]["hate"]) == (FEW, FEW)
    assert answer(reporting("kpis", "--json", "--until", "2026-05-31", home=home))["cases"] == 0
    assert reporting("kpis", "--from", "June", home=home).returncode == 2
