"""Readings are logged, identity needs a reason, and what advisors do keeps their name."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from casework import cases
from casework.cases import progress, relabel
from casework.cases.findings import record_finding
from casework.privacy.access import accesses
from casework.settings import Settings
from casework.store import Store, tables
from tests.domain.conftest import (
    CHRISTMAS_EVE,
    NAMED,
    labels,
    make_case,
    show_case,
)

NOW = CHRISTMAS_EVE
LATER = NOW + timedelta(hours=2)


def test_each_reading_is_logged_and_identity_needs_a_reason(any_store: Store) -> None:
    made = make_case(any_store, identity="named", answers=NAMED)
    show_case(any_store, made.reference)
    with pytest.raises(cases.ReasonNeeded):
        show_case(any_store, made.reference, reveal=True, reason="  ")
    revealed = show_case(any_store, made.reference, reveal=True, reason="call back")
    assert revealed["identity_details"] == {
        "reporter_name": "canary-name", "contact_value": "canary-contact", "affected_name": "canary-affected",
    }  # fmt: skip
    with any_store.read() as db:
        found = [(one["who"], one["act"], one["reason"]) for one in accesses(db, made.reference)]
    assert found == [("cli:test", "read_account", None), ("cli:test", "reveal_identity", "call back")]


def test_an_anonymous_case_has_no_contact_and_no_identity(any_store: Store) -> None:
    answers = {name: value for name, value in NAMED.items() if name != "affected_name"}
    made = make_case(any_store, identity="anonymous", answers=answers)
    case = show_case(any_store, made.reference, reveal=True, reason="look")
    assert (case["contact"], case["identity_details"]) == (None, {})
    assert "canary-name" not in json.dumps(case)


def test_nothing_told_is_readable_in_the_database(staffed: Store, settings: Settings) -> None:
    made = make_case(staffed, identity="named", answers=NAMED, notes={"motive": "canary-motive"})
    with staffed.begin() as db:
        cases.add_words(db, made.reference, "canary-later", None, NOW)
        cases.as_json(db, made.reference, by="x", reveal=True, reason="canary-reason")
    with staffed.engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    files = b"".join(path.read_bytes() for path in settings.home.glob("reporting.db*"))
    assert "canary" not in dump and b"canary" not in files
    assert made.reference in dump and "L36" in dump, "what has to be searched is there"


def test_no_words_are_listed(staffed: Store) -> None:
    make_case(staffed, identity="named", answers=NAMED)
    with staffed.read() as db:
        found = cases.listed(db)
    assert "canary" not in json.dumps(found)
    assert found[0]["next_clock"]["name"] in ("contact", "risk_assess")


CLOSING = {"review_with_reporter": "done", "support_signposted": "yes", "learning": "none"}


def test_closing_needs_its_review_and_starts_the_follow_up(staffed: Store) -> None:
    reference = make_case(staffed, labels=labels("asb", "child_at_risk", urgency="urgent")).reference
    needed = r"learning.*satisfaction_not_asked.*safeguarding"
    with pytest.raises(progress.NotAllowed, match=needed), staffed.begin() as db:
        progress.close(db, reference, "a@example.org", LATER, {**CLOSING, "learning": " "})
    with staffed.begin() as db:
        record_finding(db, reference, "safeguarding", "taken_up", "they visit", "a@example.org", LATER, "MASH")
        progress.close(db, reference, "a@example.org", LATER, CLOSING, satisfaction=4)
    case = show_case(staffed, reference)
    assert case["status"] == "closed"
    assert "follow_up" in [clock["name"] for clock in case["clocks"]]
    with staffed.begin() as db:
        progress.change_status(db, reference, "in_progress", "a@example.org", LATER)
        assert db.scalar(sa.select(sa.func.sum(tables.advisor.c.open_cases))) == 1


@pytest.mark.parametrize("status", ["new", "closed", "lost"])
def test_a_status_only_moves_on(staffed: Store, status: str) -> None:
    reference = make_case(staffed).reference
    with staffed.begin() as db:
        progress.change_status(db, reference, "in_progress", "a@example.org", LATER)
    with pytest.raises(progress.NotAllowed), staffed.begin() as db:
        progress.change_status(db, reference, status, "a@example.org", LATER)


def test_a_changed_label_keeps_its_reason(staffed: Store) -> None:
    reference = make_case(staffed, labels=labels("hate", strands=("age",))).reference
    with pytest.raises(progress.NotAllowed), staffed.begin() as db:
        relabel.change_label(db, reference, "category", "asb", "a@example.org", LATER, "")
    with staffed.begin() as db:
        relabel.change_label(db, reference, "category", "asb", "a@example.org", LATER, "the reporter said so")
    case = show_case(staffed, reference)
    assert (case["category"], case["hate_kind"], case["strands"]) == ("asb", None, [])
    assert case["timeline"][-1]["reason"] == "the reporter said so"


@pytest.mark.parametrize(
    ("label", "value", "urgency", "priority"),
    [
        ("category", "asb", "standard", "standard"), ("category", "hate", "standard", "urgent"),
        ("urgency", "urgent", "urgent", "urgent"), ("urgency", "emergency", "emergency", "emergency"),
        ("risk_flags", "repeat_or_escalating", "standard", "standard"), ("risk_flags", "violence", "urgent", "urgent"),
        ("risk_flags", "immediate_danger", "emergency", "emergency"),
        ("priority", "emergency", "standard", "emergency"),
    ],
)  # fmt: skip
def test_a_label_that_an_advisor_raises_raises_the_priority_and_its_clocks(
    staffed: Store, label: str, value: str, urgency: str, priority: str
) -> None:
    reference = make_case(staffed, labels=labels("other")).reference
    assert show_case(staffed, reference)["priority"] == "review"
    with staffed.begin() as db:
        relabel.change_label(db, reference, label, value, "a@example.org", LATER, "what the reporter told me")
    case = show_case(staffed, reference)
    assert (case["urgency"], case["priority"]) == (urgency, priority)
    started = {clock["name"] for clock in case["clocks"]}
    assert {"interview", "contact" if priority == "standard" else "acknowledge"} <= started
    with staffed.read() as db:
        alerted = db.scalar(sa.select(sa.func.count()).where(tables.outbox.c.kind == "alert"))
    assert (alerted > 0, "alert" in started) == (priority == "emergency",) * 2
    assert any(one.get("reason") == "what the reporter told me" for one in case["timeline"])


def test_a_label_that_an_advisor_lowers_leaves_the_priority(staffed: Store) -> None:
    reference = make_case(staffed, labels=labels("hate", strands=("age",))).reference
    with staffed.begin() as db:
        relabel.change_label(db, reference, "category", "asb", "a@example.org", LATER, "the reporter said so")
    assert show_case(staffed, reference)["priority"] == "urgent"


def test_a_handover_moves_the_load_to_the_new_owner(staffed: Store) -> None:
    reference = make_case(staffed).reference
    with staffed.begin() as db:
        owner = db.scalar(sa.select(tables.case_record.c.advisor_id))
        other = db.scalar(sa.select(tables.advisor.c.id).where(tables.advisor.c.id != owner))
        progress.hand_over(db, reference, other, "a@example.org", LATER, "leave")
        rows = db.execute(sa.select(tables.advisor.c.id, tables.advisor.c.open_cases))
        loads = {row.id: row.open_cases for row in rows}
    assert (loads[owner], loads[other]) == (0, 1)
