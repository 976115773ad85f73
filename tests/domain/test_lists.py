"""Lists of cases: narrowed by any label, a page at a time, and without opening anything that is sealed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from casework import audit, cases
from casework.cases.listing import LONGEST_PAGE
from casework.cli.app import app
from casework.privacy import Keys
from casework.store import Store
from casework.store.tables import advisor
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, labels, make_case
from tests.domain.test_cli import home, installed, reporting

NOW = CHRISTMAS_EVE
__all__ = ["home", "installed"]


def listed(store: Store, **wanted: Any) -> list[str]:
    with store.read() as db:
        return [one["reference"] for one in cases.listed(db, **wanted)]


def a_case(store: Store, now: datetime = NOW, where: str = "L36 9YZ", **more: Any) -> str:
    answers = {**NAMED, "where_postcode": where}
    return make_case(store, now, identity="named", answers=answers, labels=labels(**more)).reference


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 3), ({"flag": "weapon"}, 1), ({"flag": "violence"}, 0), ({"strand": "disability"}, 1),
        ({"asb_type": "noise"}, 2), ({"urgency": "urgent"}, 1), ({"postcode_district": "L34"}, 1),
        ({"category": "hate", "asb_type": "noise"}, 0), ({"status": "new", "asb_type": "noise"}, 2),
        ({"status": "closed", "flag": "weapon"}, 0), ({"flag": "weap"}, 0), ({"flag": "w%n"}, 0),
        ({"since": NOW + timedelta(hours=1)}, 2), ({"until": NOW + timedelta(hours=1)}, 1),
        ({"since": NOW + timedelta(hours=1), "until": NOW + timedelta(hours=2)}, 1),
        ({"since": NOW + timedelta(hours=1), "asb_type": "noise"}, 1),
    ],
)  # fmt: skip
def test_a_list_is_narrowed_by_labels_dates_and_area(any_store: Store, wanted: dict[str, Any], count: int) -> None:
    a_case(any_store, asb_types=("noise", "drugs"))
    a_case(any_store, NOW + timedelta(hours=1), category="hate", strands=("disability",))
    more: Any = {"risk_flags": ("weapon",)}
    make_case(any_store, NOW + timedelta(hours=2), answers={"account": "x", "where_postcode": "L34"},
              labels=labels("asb", *more["risk_flags"], asb_types=("noise",), urgency="urgent"))  # fmt: skip
    assert len(listed(any_store, **wanted)) == count


def test_pages_hold_every_case_once_in_the_order_of_the_whole_list(any_store: Store) -> None:
    for number in range(7):
        # Some of them at the same moment.
        a_case(any_store, NOW + timedelta(hours=number // 3), asb_types=("noise",))
    for wanted in ({}, {"status": "new"}, {"asb_type": "noise"}):
        whole, after, found = listed(any_store, **wanted), "", []
        while page := listed(any_store, limit=2, after=after, **wanted):
            found += page
            after = page[-1]
        assert found == whole and len(set(found)) == 7


def test_a_page_is_bounded_and_goes_on_only_after_a_case(staffed: Store) -> None:
    for limit in (0, LONGEST_PAGE + 1):
        with pytest.raises(ValueError, match="page"), staffed.read() as db:
            cases.listed(db, limit=limit)
        with pytest.raises(ValueError, match="page"), staffed.read() as db:
            audit.entries(db, limit=limit)
    with pytest.raises(cases.NoCase), staffed.read() as db:
        cases.listed(db, after="LR-2222-2222")
    with pytest.raises(ValueError, match="not listed by"), staffed.read() as db:
        cases.listed(db, account="x")


def test_the_next_clock_is_the_first_that_runs_out(any_store: Store) -> None:
    made = make_case(any_store)
    with any_store.read() as db:
        (one,) = cases.listed(db)
    first = min(made.clocks, key=lambda clock: clock.due_at)
    assert one["next_clock"] == {"name": first.name, "due_at": first.due_at.isoformat()}


def test_a_list_opens_nothing_that_is_sealed(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = a_case(any_store)

    def refuse(*_: Any, **__: Any) -> bytes:
        raise AssertionError("a sealed value was opened")

    monkeypatch.setattr(Keys, "open", refuse)
    assert listed(any_store) == [reference]


@pytest.mark.parametrize("wanted", [{"flag": "weapon"}, {"status": "new", "priority": "urgent"}])
def test_any_mixture_is_found_without_reading_a_case(staffed: Store, wanted: dict[str, str]) -> None:
    """The plan of SQLite: one walk along the index that holds all that lists are narrowed by."""
    from casework.cases.listing import _NEWEST_FIRST, _narrowed

    statement = _narrowed(wanted).order_by(*_NEWEST_FIRST).limit(100)
    text = str(statement.compile(staffed.engine, compile_kwargs={"literal_binds": True}))
    with staffed.read() as db:
        (step,) = db.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")).all()
    assert "COVERING INDEX ix_case_record_labels" in step.detail


def test_the_command_goes_on_where_the_page_before_ended(
    installed: Store, home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [a_case(installed, NOW + timedelta(hours=number), asb_types=("noise",)) for number in range(3)][::-1]
    first = reporting("cases", "list", "--json", "--limit", "2", "--type", "noise", home=home)
    assert [one["reference"] for one in json.loads(first.stdout)] == made[:2]
    assert f"--after {made[1]}" in first.stderr
    rest = reporting("cases", "list", "--json", "--limit", "2", "--after", made[1].lower(), home=home)
    assert [one["reference"] for one in json.loads(rest.stdout)] == made[2:] and rest.stderr == ""
    with installed.read() as db:
        somebody = db.scalar(sa.select(advisor.c.email).limit(1))
    narrowed = ("--from", "2026-12-24", "--until", "2026-12-24", "--area", "l36", "--advisor", somebody.upper())
    monkeypatch.setenv("REPORTING_HOME", str(home))
    mine = json.loads(CliRunner().invoke(app, ["cases", "list", "--json", *narrowed]).stdout)
    assert {one["advisor"]["email"] for one in mine} <= {somebody}
    nobody = ("--advisor", "no@example.org")
    assert json.loads(CliRunner().invoke(app, ["cases", "list", "--json", *nobody]).stdout) == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--flag", "knife"), 2), (("--status", "open"), 2), (("--from", "Monday"), 2), (("--limit", "0"), 2),
        (("--limit", "1001"), 2), (("--from", "2026-12-25", "--until", "2026-12-24"), 2), (("--type", "loud"), 2),
        (("--after", "LR-2222-2222"), 1),
    ],
)  # fmt: skip
def test_what_no_list_can_be_narrowed_to_is_refused(
    home: Any, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], status: int
) -> None:
    monkeypatch.setenv("REPORTING_HOME", str(home))
    done = CliRunner().invoke(app, ["cases", "list", *arguments])
    assert done.exit_code == status and done.stderr and not done.stdout
