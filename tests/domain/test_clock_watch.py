"""Reminders before a clock runs out, the duty manager told after, and reasons for what was late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases, clocks, retention
from casework.cases import progress
from casework.cases.withdrawal import not_closed_in_time
from casework.clocks.keeping import start_clocks
from casework.clocks.promises import Deadline
from casework.clocks.watch import remind_at, watch
from casework.related.joining import join_report
from casework.settings import Settings
from casework.store import Store, tables
from tests.domain.conftest import CHRISTMAS_EVE, a_submission, labels, show_case
from tests.domain.posting import Post, deliver_mail
from tests.domain.test_cli import answer, home, installed, reporting

__all__ = ["home", "installed"]

NOW = CHRISTMAS_EVE
CLOSING = dict.fromkeys(progress.CLOSING_FIELDS, "x")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def made(store: Store, at: datetime = NOW, **values: Any) -> str:
    with store.begin() as db:
        return cases.create_case(db, a_submission(**values), at).reference


def told(store: Store, kind: str) -> list[str]:
    with store.read() as db:
        rows = db.execute(
            sa.select(tables.advisor.c.name).join(tables.outbox, tables.outbox.c.advisor_id == tables.advisor.c.id)
            .where(tables.outbox.c.kind == kind, tables.outbox.c.way == "mail").order_by(tables.advisor.c.name)
        )  # fmt: skip
        return list(rows.scalars())


@pytest.mark.parametrize(
    ("name", "started", "due", "moment"),
    [
        ("acknowledge", "2026-12-24 16:59", "2026-12-29 17:00", "2026-12-29 09:00"),
        ("contact", "2026-12-24 16:59", "2026-12-31 17:00", "2026-12-30 09:00"),
        ("interview", "2026-11-16 12:00", "2026-11-23 17:00", "2026-11-20 09:00"),
        ("update", "2026-12-14 12:00", "2026-12-28 17:00", "2026-12-23 09:00"),
        ("action_plan", "2026-11-16 12:00", "2026-11-19 12:00", "2026-11-18 12:00"),
        ("duty_contact", "2026-11-21 09:30", "2026-11-21 17:00", "2026-11-21 16:00"),
        ("duty_contact", "2026-11-21 16:30", "2026-11-21 17:00", None),
        ("alert", "2026-11-21 16:30", "2026-11-21 16:30", None),
        ("risk_assess", "2026-06-10 12:00", "2026-06-11 16:00", "2026-06-11 08:00"),
    ],
)
def test_when_the_owner_is_reminded(name: str, started: str, due: str, moment: str | None, settings: Settings) -> None:
    assert remind_at(name, utc(started), utc(due), settings) == (None if moment is None else utc(moment))


def test_the_owner_is_reminded_once_and_the_duty_manager_told_once(any_store: Store) -> None:
    reference = made(any_store, labels=labels("hate"))
    owner = show_case(any_store, reference)["advisor"]["name"]
    assert watch(any_store, utc("2026-12-29 08:59")).reminded == 0
    for _ in range(2):
        watch(any_store, utc("2026-12-29 09:00"))
    assert told(any_store, "clock_reminder") == [owner] * 2, "acknowledge and risk_assess"
    assert watch(any_store, utc("2026-12-29 17:00")).missed == 0, "the last moment is in time"
    assert watch(any_store, utc("2026-12-29 17:00:01")).missed == 2
    assert watch(any_store, utc("2026-12-29 17:01")).missed == 0
    assert told(any_store, "clock_missed") == sorted([owner, "Alex Whitfield (demo)"] * 2)
    case = show_case(any_store, reference)
    assert {c["name"] for c in case["clocks"] if c.get("missed_at")} == {"acknowledge", "risk_assess"}
    assert [line["event"] for line in case["timeline"]] == ["created", "clock_missed", "clock_missed"]


def test_of_two_promises_the_earlier_counts_and_is_reminded_of(any_store: Store) -> None:
    raised, case = made(any_store), made(any_store)
    report = made(any_store, NOW + timedelta(minutes=1), labels=labels("hate"))
    with any_store.begin() as db:
        cases.add_words(db, raised, "she has a stick", labels("asb", "weapon", urgency="urgent"), NOW)
        join_report(db, report, case, "a@example.org", NOW)
    for reference in (raised, case):
        due = {clock["name"]: clock["due_at"] for clock in show_case(any_store, reference)["clocks"]}
        assert due["risk_assess"] == "2026-12-29T17:00:00+00:00"
        assert due["interview"] == "2027-01-05T17:00:00+00:00"
    before = watch(any_store, utc("2027-01-04 09:00")).reminded
    with any_store.begin() as db:
        for end in ("2027-01-04 17:00", "2027-01-05 17:00"):
            assert start_clocks(db, raised, [Deadline("interview", utc(end))], NOW) == []
    assert before == 2 and watch(any_store, utc("2027-01-04 09:00")).reminded == 1
    assert len(told(any_store, "clock_reminder")) == 3


def test_a_clock_that_was_met_or_stopped_reminds_nobody(any_store: Store) -> None:
    met, closed = made(any_store, labels=labels("hate")), made(any_store)
    with any_store.begin() as db:
        for name in ("acknowledge", "risk_assess", "interview"):
            clocks.meet_clock(db, met, name, "a@example.org", NOW)
        progress.close(db, closed, "a@example.org", NOW, CLOSING, satisfaction=3)
    watch(any_store, utc("2027-01-10 12:00"))
    assert len(told(any_store, "clock_missed")) == 4, "update and action plan of the open one, each to two"
    assert not [c for c in show_case(any_store, closed)["clocks"] if c.get("missed_at")]
    watch(any_store, NOW + timedelta(days=60))
    assert [c["name"] for c in show_case(any_store, closed)["clocks"] if c.get("missed_at")] == ["follow_up"]


def test_a_manager_whom_the_report_names_is_not_told(any_store: Store) -> None:
    made(any_store, answers={"account": "Alex Whitfield from Livv threatened me"})
    watch(any_store, utc("2026-12-31 18:00"))
    assert "Alex Whitfield (demo)" not in told(any_store, "clock_missed")
    assert "Duty manager" in told(any_store, "clock_missed")


def test_what_leaves_says_only_where_to_look(staffed: Store) -> None:
    reference = made(staffed, labels=labels("hate"), answers={"account": "canary-account"})
    watch(staffed, utc("2026-12-29 17:01"))
    post = Post()
    deliver_mail(staffed, utc("2026-12-29 17:02"), post)
    assert {letter.kind for letter in post.letters} == {"new_case", "clock_missed"}
    assert all(reference in letter.text and "canary" not in letter.text for letter in post.letters)


def test_an_alert_is_left_to_the_outbox(any_store: Store) -> None:
    reference = made(any_store, labels=labels("asb", "immediate_danger", urgency="emergency"))
    watch(any_store, NOW + timedelta(hours=1))
    assert "clock_missed" not in [line["event"] for line in show_case(any_store, reference)["timeline"]]


def test_a_withdrawn_case_is_told_of_again_until_somebody_closes_it(any_store: Store) -> None:
    """Nobody is kept without end by being forgotten; and nothing is deleted that nobody has closed."""
    closed, waiting, went_on = (made(any_store, labels=labels("other")) for _ in range(3))
    with any_store.begin() as db:
        for one in (closed, waiting, went_on):
            clocks.meet_clock(db, one, "confirm", "a@example.org", NOW)
            cases.ask_to_withdraw(db, one, "", NOW)
        cases.take_back_withdrawal(db, went_on, NOW)
        progress.close(db, closed, "a@example.org", NOW, CLOSING, satisfaction=3)
        # As those that were withdrawn before there was such a clock.
        db.execute(tables.clock.delete().where(tables.clock.c.case_reference == waiting))
    watch(any_store, NOW)
    due = {one: [c["name"] for c in show_case(any_store, one)["clocks"] if not (c["met_at"] or c.get("stopped_at"))]
           for one in (closed, waiting, went_on)}  # fmt: skip
    assert due == {closed: [], waiting: ["close_withdrawn"], went_on: []}
    for day, reminded, missed in ((13, 1, 0), (13, 0, 0), (15, 0, 1), (28, 0, 0), (29, 1, 0), (29, 0, 0), (43, 1, 0)):
        done = watch(any_store, NOW + timedelta(days=day))
        assert (done.reminded, done.missed) == (reminded, missed), day
    assert told(any_store, "clock_missed").count("Alex Whitfield (demo)") == 3
    retention.run(any_store, NOW + timedelta(days=366 * 9))
    with any_store.read() as db:
        assert [not_closed_in_time(db, NOW + timedelta(days=day)) for day in (14, 15)] == [0, 1]
    assert show_case(any_store, waiting)["status"] == "withdrawn"
    with any_store.begin() as db:
        progress.close(db, waiting, "a@example.org", NOW + timedelta(days=50), CLOSING, satisfaction=3)
    assert watch(any_store, NOW + timedelta(days=90)).reminded == 0
    assert retention.run(any_store, NOW + timedelta(days=500)).cases == 1


# -- reasons -----------------------------------------------------------------------------------------------

LATE = utc("2026-12-30 12:00")


def test_what_is_late_is_met_with_the_reason_why(any_store: Store) -> None:
    reference = made(any_store, labels=labels("hate"))
    with pytest.raises(clocks.LateWithoutReason), any_store.begin() as db:
        clocks.meet_clock(db, reference, "acknowledge", "a@example.org", LATE)
    with any_store.begin() as db:
        clocks.meet_clock(db, reference, "acknowledge", "a@example.org", LATE, "canary: no answer by phone")
        raw = db.execute(sa.select(tables.timeline)).all()
    line = next(one for one in show_case(any_store, reference)["timeline"] if one["event"] == "clock_met")
    assert (line["detail"], line["reason"]) == (
        {"clock": "acknowledge", "late": True}, "canary: no answer by phone",
    )  # fmt: skip
    assert "canary" not in str(raw)


def test_who_explained_before_needs_no_reason_again(any_store: Store) -> None:
    reference = made(any_store, labels=labels("hate"))
    with any_store.begin() as db:
        for name, at, reason in (("acknowledge", NOW, "x"), ("acknowledge", LATE, " "), ("action_plan", LATE, "x")):
            with pytest.raises(clocks.ClockError):
                clocks.explain(db, reference, name, "a@example.org", at, reason)
        clocks.explain(db, reference, "acknowledge", "a@example.org", LATE, "the reporter is away")
        clocks.meet_clock(db, reference, "acknowledge", "a@example.org", LATE + timedelta(days=1))


@pytest.mark.parametrize("by", ["", " ", "program"])
def test_only_a_person_meets_a_clock(any_store: Store, by: str) -> None:
    reference = made(any_store)
    with pytest.raises(clocks.ClockError), any_store.begin() as db:
        clocks.meet_clock(db, reference, "contact", by, NOW)


def test_a_case_that_is_opened_again_gets_a_new_update_and_loses_its_follow_up(any_store: Store) -> None:
    reference = made(any_store)
    opened = NOW + timedelta(days=100)
    with any_store.begin() as db:
        progress.close(db, reference, "a@example.org", NOW, CLOSING, satisfaction=3)
        progress.change_status(db, reference, "in_progress", "a@example.org", opened)
        found = [c for c in clocks.clocks_of(db, reference) if not c["stopped_at"]]
    assert [(c["name"], c["due_at"]) for c in found] == [("update", utc("2027-04-17 16:00"))]


def test_the_clocks_on_the_command_line(home: Path, installed: Store) -> None:
    reference = made(installed, datetime.now(UTC), labels=labels("hate"))
    # Five working days take up to 13 days over Christmas; the update comes after 14.
    found = answer(reporting("clocks", "due", "--hours", "312", "--json", home=home))
    assert {one["name"] for one in found} == {"acknowledge", "risk_assess", "interview"}
    done = answer(reporting("clocks", "meet", reference, "interview", "--json", home=home))
    assert done["started"] == ["action_plan"]
    later = {"REPORTING_CLOCK_OFFSET": str(20 * 86400)}
    assert reporting("clocks", "meet", reference, "acknowledge", home=home, **later).returncode == 2
    explained = reporting("clocks", "explain", reference, "acknowledge", "--reason", "ill", home=home, **later)
    assert explained.returncode == 0
    assert reporting("clocks", "meet", reference, "acknowledge", home=home, **later).returncode == 0
    assert reporting("clocks", "meet", reference, "nonsense", home=home).returncode == 1
    assert reporting("clocks", "explain", reference, "update", "--reason", "x", home=home).returncode == 1
    assert "risk_assess" in reporting("clocks", "due", home=home, **later).stdout
