"""The figures of the policies and the regulator, on a small set of cases counted by hand."""

from __future__ import annotations

import secrets
from datetime import timedelta

from casework import cases, clocks
from casework.cases import progress
from casework.figures import kpis
from casework.store import Store, tables
from tests.domain.conftest import CHRISTMAS_EVE, a_submission, labels

NOW = CHRISTMAS_EVE
CLOSING = {"review_with_reporter": "x", "support_signposted": "x", "learning": "x"}


def test_an_empty_installation_has_figures_too(any_store: Store) -> None:
    with any_store.read() as db:
        found = kpis(db, NOW)
    assert (found["hate_incidents"], found["open_asb_cases"], found["asb_cases_per_1000_homes"]) == (
        0,
        0,
        None,
    )
    assert found["hours_to_acknowledge"] == {"count": 0, "median": None, "ninety_percent": None}
    assert len(found["open_asb_cases_by_month"]) == 12


def test_the_figures_of_seven_cases(any_store: Store) -> None:
    kinds = [
        labels("hate", strands=("race_ethnicity",)), labels("hate", strands=("age",), hate_kind="crime"),
        labels("asb", asb_types=("noise", "drugs")), labels("asb", asb_types=("noise",)), labels("not_asb"),
        labels("other"),
    ]  # fmt: skip
    with any_store.begin() as db:
        made = [cases.create_case(db, a_submission(labels=kind), NOW).reference for kind in kinds]
        cases.raise_stub(db, secrets.token_hex(16), NOW, flags=("weapon",), words="help")
        for reference, hours in zip(made[:2], (2, 200), strict=True):
            clocks.meet_clock(db, reference, "acknowledge", "a@example.org", NOW + timedelta(hours=hours), "x")
        clocks.meet_clock(db, made[0], "risk_assess", "a@example.org", NOW + timedelta(hours=20))
        progress.close(db, made[3], "a@example.org", NOW + timedelta(days=20), CLOSING, satisfaction=4)
        for kind, legal in (("warning", False), ("injunction", True)):
            db.execute(
                tables.enforcement_action.insert().values(
                    id=secrets.token_hex(16), case_reference=made[0], at=NOW, by="a", kind=kind, legal=legal
                )
            )
        object.__setattr__(db.settings, "homes", 2000)
        soon, found = kpis(db, NOW + timedelta(days=5)), kpis(db, NOW + timedelta(days=10))
        later = kpis(db, NOW + timedelta(days=30))
        object.__setattr__(db.settings, "homes", 0)
    assert (found["hate_incidents"], found["hate_crimes"]) == (1, 1)
    assert found["hours_to_acknowledge"] == {"count": 2, "median": 101.0, "ninety_percent": 200.0}
    assert found["hours_to_triage"] == {"count": 1, "median": 20.0, "ninety_percent": 20.0}
    assert found["clocks_met_late"] == 1
    assert later["satisfaction"] == later["asb_satisfaction"] == {"answers": 1, "mean": 4.0}
    assert (found["satisfaction"]["answers"], later["hate_satisfaction"]["answers"]) == (0, 0)
    assert found["hate_hours_to_acknowledge"]["count"] == 2
    assert found["asb_cases_per_1000_homes"] == 2.0, "four cases of hate and ASB, 2,000 homes"
    assert found["hate_cases_per_1000_homes"] == 0.5, "only the regulator's five strands"
    assert found["enforcement_actions"] == {"injunction": 1, "warning": 1}
    assert found["legal_cases_this_year"] == 1
    assert found["asb_types"] == {"drugs": 1, "noise": 2}
    assert (found["stubs"], found["alerts_open"]) == (1, 1)
    assert (found["open_asb_cases"], later["open_asb_cases"]) == (4, 3), "closed on the twentieth day"
    assert later["open_asb_cases_by_month"]["2026-12"] == 4
    assert later["open_asb_cases_by_month"]["2027-01"] == 3
    assert soon["clocks_overdue"] == 1, "the stub's alert"
