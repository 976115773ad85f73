"""Working days, deadlines, and which clocks a case has (case-record.md, "Priority and clocks")."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import cases, clocks
from casework.clocks.promises import starting
from casework.clocks.working import LONDON, after_days, is_working_day, same_day, within_working_days
from casework.settings import Settings, load_settings
from casework.store import Store
from tests.domain.conftest import CHRISTMAS_EVE, a_submission, labels


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        # The long weekend of Christmas 2026: Boxing Day is a Saturday, so Monday is free too.
        ("2026-12-24 16:59", 1, "2026-12-29 17:00"),
        ("2026-12-24 17:01", 1, "2026-12-29 17:00"),
        ("2026-12-24 16:59", 3, "2026-12-31 17:00"),
        ("2026-12-24 16:59", 5, "2027-01-05 17:00"),
        ("2026-12-25 09:00", 1, "2026-12-29 17:00"),
        # An ordinary week, and a weekend.
        ("2026-11-16 09:00", 1, "2026-11-17 17:00"),
        ("2026-11-20 09:00", 1, "2026-11-23 17:00"),
        ("2026-11-21 09:00", 1, "2026-11-23 17:00"),
        ("2026-11-22 23:59", 3, "2026-11-25 17:00"),
        # Good Friday and Easter Monday 2027; the clocks go forward on Easter Sunday.
        ("2027-03-25 12:00", 1, "2027-03-30 16:00"),
        ("2027-03-26 12:00", 1, "2027-03-30 16:00"),
        # The clocks go back on Sunday 25 October 2026.
        ("2026-10-23 12:00", 1, "2026-10-26 17:00"),
        ("2026-10-22 12:00", 1, "2026-10-23 16:00"),
        # Half past midnight in London is still the day before in UTC.
        ("2026-06-30 23:30", 1, "2026-07-02 16:00"),
        ("2026-06-30 22:30", 1, "2026-07-01 16:00"),
        # Years that nobody has listed: early May and spring bank holiday 2031, New Year on a Saturday.
        ("2031-05-02 12:00", 1, "2031-05-06 16:00"),
        ("2031-05-23 12:00", 1, "2031-05-27 16:00"),
        ("2032-12-31 12:00", 1, "2033-01-04 17:00"),
        # The summer bank holiday of England is no holiday of Scotland, and the other way round.
        ("2026-08-28 12:00", 1, "2026-09-01 16:00"),
        ("2026-07-31 12:00", 1, "2026-08-03 16:00"),
    ],
)
def test_within_working_days(received: str, days: int, due: str, settings: Settings) -> None:
    assert within_working_days(utc(received), days, settings) == utc(due)


def test_the_close_of_the_day_and_more_free_days_are_settings(make_settings: Callable[..., Settings]) -> None:
    later = make_settings(close_of_day=time(18, 30), extra_holidays="2026-12-29,2026-12-30")
    assert within_working_days(CHRISTMAS_EVE, 1, later) == utc("2026-12-31 18:30")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-12-24 16:59", "2026-12-24 17:00"),
        ("2026-12-26 10:00", "2026-12-26 17:00"),
        ("2026-12-24 17:00", "2026-12-24 23:59:59"),
        ("2026-06-30 20:00", "2026-06-30 22:59:59"),
        ("2026-06-30 23:30", "2026-07-01 16:00"),
    ],
)
def test_the_same_day_weekends_too(received: str, due: str, settings: Settings) -> None:
    assert same_day(utc(received), settings) == utc(due)


def test_fourteen_days_are_calendar_days_in_london(settings: Settings) -> None:
    assert after_days(utc("2026-10-20 12:00"), 14, settings) == utc("2026-11-03 17:00")
    assert after_days(utc("2026-03-20 12:00"), 14, settings) == utc("2026-04-03 16:00")


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2045, 12, 31), timezones=st.just(UTC))


@given(received=MOMENTS, days=st.integers(1, 10))
def test_every_deadline_is_a_working_close_in_london(received: datetime, days: int) -> None:
    settings = load_settings(_env_file=None)
    due = within_working_days(received, days, settings)
    here = due.astimezone(LONDON)
    assert here.time() == time(17)
    assert is_working_day(here.date())
    day, count = received.astimezone(LONDON).date(), 0
    while day < here.date():
        day += timedelta(days=1)
        count += is_working_day(day)
    assert count == days


@given(first=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=30)), days=st.integers(1, 10))
def test_who_reports_later_never_has_the_earlier_deadline(first: datetime, later: timedelta, days: int) -> None:
    settings = load_settings(_env_file=None)
    assert within_working_days(first, days, settings) <= within_working_days(first + later, days, settings)


@pytest.mark.parametrize("day", [date(2026, 5, 4), date(2027, 12, 27), date(2028, 1, 3), date(2040, 12, 26)])
def test_bank_holidays_of_any_year(day: date) -> None:
    assert not is_working_day(day)


URGENT = ["acknowledge", "risk_assess", "interview", "update"]
WITH_DUTY = ["acknowledge", "risk_assess", "duty_contact", "interview", "update"]


@pytest.mark.parametrize(
    ("priority", "flags", "under_18", "names"),
    [
        ("emergency", ("immediate_danger",), False, ["alert", *URGENT]),
        ("emergency", ("suicide_self_harm",), False, ["alert", *WITH_DUTY]),
        ("urgent", (), False, URGENT),
        ("urgent", ("weapon", "violence"), False, URGENT),
        ("urgent", ("domestic_abuse",), False, WITH_DUTY),
        ("urgent", ("child_at_risk",), False, WITH_DUTY),
        ("urgent", ("adult_at_risk",), False, WITH_DUTY),
        ("urgent", ("exploitation",), False, WITH_DUTY),
        ("urgent", (), True, WITH_DUTY),
        ("standard", (), False, ["contact", "risk_assess", "interview", "update"]),
        ("review", (), False, ["confirm"]),
    ],
)
def test_which_clocks_start_with_a_case(
    priority: str, flags: tuple[str, ...], under_18: bool, names: list[str], settings: Settings
) -> None:
    found = starting(priority, flags, CHRISTMAS_EVE, settings, under_18)
    assert [deadline.name for deadline in found] == names


def test_when_the_clocks_of_a_standard_case_end(settings: Settings) -> None:
    found = {d.name: d.due_at for d in starting("standard", (), CHRISTMAS_EVE, settings)}
    assert found == {
        "contact": utc("2026-12-31 17:00"), "risk_assess": utc("2026-12-31 17:00"),
        "interview": utc("2027-01-05 17:00"), "update": utc("2027-01-07 17:00"),
    }  # fmt: skip


def test_an_alert_is_due_at_once(settings: Settings) -> None:
    assert starting("emergency", (), CHRISTMAS_EVE, settings)[0].due_at == CHRISTMAS_EVE


def running(store: Store, reference: str) -> dict[str, datetime]:
    with store.read() as db:
        return {c["name"]: c["due_at"] for c in clocks.clocks_of(db, reference) if c["met_at"] is None}


def make_case(store: Store, **values: Any) -> str:
    with store.begin() as db:
        return cases.create_case(db, a_submission(**values), CHRISTMAS_EVE).reference


def test_the_action_plan_starts_with_the_interview(staffed: Store) -> None:
    reference = make_case(staffed)
    assert "action_plan" not in running(staffed, reference)
    held = utc("2027-03-27 23:30")  # the clocks go forward in these 72 hours: elapsed hours count
    with staffed.begin() as db:
        assert clocks.meet_clock(db, reference, "interview", "a@example.org", held, "away") == ["action_plan"]
    assert running(staffed, reference)["action_plan"] == held + timedelta(hours=72)


def test_each_update_starts_the_next(staffed: Store) -> None:
    reference = make_case(staffed)
    for moment in (utc("2027-01-06 12:00"), utc("2027-01-19 12:00")):
        with staffed.begin() as db:
            assert clocks.meet_clock(db, reference, "update", "a@example.org", moment) == ["update"]
    assert running(staffed, reference)["update"] == utc("2027-02-02 17:00")


def test_only_a_running_clock_can_be_met(staffed: Store) -> None:
    reference = make_case(staffed)
    for name in ("action_plan", "follow_up", "nonsense"):
        with pytest.raises(clocks.ClockError), staffed.begin() as db:
            clocks.meet_clock(db, reference, name, "a@example.org", CHRISTMAS_EVE)


def test_meeting_a_clock_is_a_named_act_that_moves_the_case_on(staffed: Store) -> None:
    reference = make_case(staffed, labels=labels("hate"))
    with staffed.begin() as db:
        clocks.meet_clock(db, reference, "acknowledge", "a@example.org", CHRISTMAS_EVE)
        case = cases.as_json(db, reference, by="test")
    met = next(clock for clock in case["clocks"] if clock["name"] == "acknowledge")
    assert (met["met_at"], met["met_by"]) == (CHRISTMAS_EVE.isoformat(), "a@example.org")
    assert case["status"] == "acknowledged"
    assert [(line["by"], line["event"]) for line in case["timeline"]] == [
        ("program", "created"), ("a@example.org", "clock_met"), ("a@example.org", "status"),
    ]  # fmt: skip


def test_acknowledging_never_moves_a_case_back(staffed: Store) -> None:
    reference = make_case(staffed, labels=labels("hate"))
    with staffed.begin() as db:
        clocks.meet_clock(db, reference, "risk_assess", "a@example.org", CHRISTMAS_EVE)
        clocks.meet_clock(db, reference, "acknowledge", "a@example.org", CHRISTMAS_EVE)
        assert cases.as_json(db, reference, by="test")["status"] == "risk_assessed"


def test_no_receipt_ever_meets_a_clock(staffed: Store) -> None:
    sent = a_submission(submission_id=secrets.token_hex(16), labels=labels("hate"))
    with staffed.begin() as db:
        reference = cases.create_case(db, sent, CHRISTMAS_EVE).reference
        cases.create_case(db, sent, CHRISTMAS_EVE + timedelta(hours=1))
        assert all(clock["met_at"] is None for clock in clocks.clocks_of(db, reference))
