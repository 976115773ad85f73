"""Every clock of the table in case-record.md from 2,000 starts, against a calculation of another kind: a walk from day
to day over a calendar written out by hand, with the two changes of the clocks counted by rule and no zone data."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

from casework.clocks.promises import following, starting
from casework.settings import Settings

# Bank holidays of England and Wales as published, with their substitute days.
FREE = {
    date(2025, *day) for day in ((1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26))
} | {
    date(2026, *day) for day in ((1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28))
} | {
    date(2027, *day) for day in ((1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28))
} | {
    date(2028, *day) for day in ((1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26))
} | {date(2029, 1, 1)}  # fmt: skip
FIRST, LAST = date(2025, 1, 2), date(2028, 12, 1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    while day.isoweekday() != 7:
        day -= DAY
    return day


def is_summer(moment: datetime) -> bool:
    """British Summer Time: from one o'clock UTC of the last Sunday in March to that of October."""
    ends = [datetime.combine(last_sunday(moment.year, month), time(1), UTC) for month in (3, 10)]
    return ends[0] <= moment < ends[1]


def here(moment: datetime) -> date:
    return (moment + HOUR if is_summer(moment) else moment).date()


def in_utc(day: date, at: time) -> datetime:
    """A time of day in London; both changes are in the night, long before any time that is used here but midnight."""
    plain = datetime.combine(day, at, UTC)
    return plain - HOUR if is_summer(plain - HOUR) else plain


def working(received: datetime, days: int) -> datetime:
    day = here(received)
    while days > 0:
        day += DAY
        days -= day.isoweekday() <= 5 and day not in FREE
    return in_utc(day, time(17))


def calendar_days(received: datetime, days: int) -> datetime:
    return in_utc(here(received) + days * DAY, time(17))


def today(received: datetime) -> datetime:
    day = here(received)
    close = in_utc(day, time(17))
    end = in_utc(day + DAY, time(0)) - timedelta(seconds=1)
    return close if received < close else end if received < end else received


def expected(priority: str, start: datetime) -> dict[str, datetime]:
    if priority == "review":
        return {"confirm": working(start, 3)}
    first = {
        "standard": {"contact": working(start, 3), "risk_assess": working(start, 3)},
        "urgent": {"acknowledge": working(start, 1), "risk_assess": working(start, 1), "duty_contact": today(start)},
    }
    first["emergency"] = {"alert": start, **first["urgent"]}
    return {**first[priority], "interview": working(start, 5), "update": calendar_days(start, 14)}


def starts() -> list[datetime]:
    """2,000 moments: around every edge there is, and at random."""
    edges: list[date] = [*FREE]
    for year in range(2025, 2029):
        edges += [last_sunday(year, 3), last_sunday(year, 10)]
    edges += [FIRST + n * DAY for n in range((LAST - FIRST).days) if (FIRST + n * DAY).isoweekday() == 7][::6]
    found: list[datetime] = []
    second = timedelta(seconds=1)
    for day in sorted(day for day in set(edges) if FIRST < day < LAST):
        for base in (in_utc(day, time(0)), in_utc(day, time(17)), in_utc(day - DAY, time(17)),
                     in_utc(day + DAY, time(0)), datetime.combine(day, time(1), UTC)):  # fmt: skip
            found += [base - second, base, base + second]
    rng = random.Random(5)
    whole = int((LAST - FIRST) / timedelta(seconds=1))
    while len(found) < 2000:
        found.append(datetime.combine(FIRST, time(), UTC) + timedelta(seconds=rng.randrange(whole)))
    return found


STARTS = starts()


def test_there_are_enough_starts_of_every_kind() -> None:
    assert len(STARTS) >= 2000
    assert sum(here(start).isoweekday() > 5 for start in STARTS) > 300
    assert sum(here(start) in FREE for start in STARTS) > 150
    assert sum(in_utc(here(start), time(0)) == start for start in STARTS) > 50
    changes = {last_sunday(year, month) for year in range(2025, 2029) for month in (3, 10)}
    assert sum(here(start) in changes for start in STARTS) > 50


def test_every_clock_ends_when_another_calculation_says(settings: Settings) -> None:
    for start in STARTS:
        for priority in ("emergency", "urgent", "standard", "review"):
            flags = ("domestic_abuse",) if priority in ("emergency", "urgent") else ()
            found = {d.name: d.due_at for d in starting(priority, flags, start, settings)}
            assert found == expected(priority, start), (priority, start)


def test_what_follows_ends_when_another_calculation_says(settings: Settings) -> None:
    for start in STARTS:
        for priority in ("emergency", "urgent", "standard"):
            after = {
                met: {d.name: d.due_at for d in following(met, priority, start, settings)}
                for met in ("interview", "update", "closed", "acknowledge")
            }
            assert after == {
                "interview": {"action_plan": start + 72 * HOUR}, "update": {"update": calendar_days(start, 14)},
                "closed": {"follow_up": calendar_days(start, 28)}, "acknowledge": {},
            }, (priority, start)  # fmt: skip
        assert not following("confirm", "review", start, settings)


def test_no_promise_lies_in_the_past(settings: Settings) -> None:
    for start in STARTS:
        for priority in ("emergency", "urgent", "standard", "review"):
            assert all(d.due_at >= start for d in starting(priority, ("child_at_risk",), start, settings))
