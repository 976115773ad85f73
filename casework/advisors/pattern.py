"""When an advisor works: the weekdays of their pattern, with hours where it gives them, without bank holidays and
their own absences.

A pattern is a list of entries in the order of the week, each a weekday (``mon``: the landlord's office hours) or a
weekday with its hours (``mon 09:00-17:00``), in London time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from casework.clocks.working import LONDON, at_close, at_start, in_working_hours, is_bank_holiday

if TYPE_CHECKING:
    from casework.settings import Settings

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL_TIME = WEEKDAYS[:5]
Pattern = Collection[str]
_MIDNIGHT = "24:00"
_HOURS = re.compile(r"([0-9][^-]*)-([0-9][^-]*)")
_TIME = re.compile(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?(am|pm)?")
_WRONG = 'works is a pattern of weekdays, such as "mon-wed fri" or "Mon 9-17, Thu 12-20".'


class BadPattern(ValueError):
    """What is wrong with a pattern, as a sentence that repeats nothing of it."""


def read_pattern(text: str) -> list[str]:
    """The entries of a text such as "mon-wed fri" or "Mon 9-17, Thu 12-20", in the order of the week. Long names too;
    "fri-mon" goes over the weekend; hours count for the days before them. Raises ``BadPattern``."""
    days: dict[str, list[tuple[str, str]]] = {}
    waiting: list[str] = []
    told: list[str] = []
    joined = re.sub(r"\s*(?:-|–|\bto\b)\s*", "-", re.sub(r"(?<=\d)\s+(?=[ap]m\b)", "", text.strip().casefold()))
    for part in filter(None, re.split(r"[\s;,/|+]+", joined)):
        if part[0].isdigit():
            told = waiting or told
            if not told:
                raise BadPattern("hours stand after their days, such as mon 9-17.")
            hours = _hours(part)
            for day in told:
                days[day].append(hours)
            waiting = []
        else:
            for day in _days(part.removesuffix(":")):
                days.setdefault(day, [])
                waiting.append(day)
    if waiting and any(days.values()):
        raise BadPattern("hours are given for all of the days or for none of them.")
    return [entry for day in WEEKDAYS if day in days for entry in _entries(day, days[day])]


def is_absent(absences: Any, today: date) -> bool:
    """Whether one of the periods (first day, last day, both included; an open end is null) holds this day."""
    day = today.isoformat()
    return any((start or "") <= day and (end is None or day <= end) for start, end in absences or ())


def works_on(works: Pattern | None, absences: Any, day: date, settings: Settings) -> bool:
    """Whether somebody of this pattern is there on this day."""
    return any(_times_on(works, absences, day, settings))


def at_work(works: Pattern | None, absences: Any, at: datetime, settings: Settings) -> bool:
    """Whether somebody of this pattern is at work at this moment: within the hours of the day, or in office hours
    where the pattern gives none."""
    day = at.astimezone(LONDON).date()
    return any(
        start <= at < end and (given or in_working_hours(at, settings))
        for start, end, given in _times_on(works, absences, day, settings)
    )


def is_there_before(works: Pattern | None, absences: Any, at: datetime, until: datetime, settings: Settings) -> bool:
    """Whether somebody is at work between two moments: has not gone home at the first, and comes before the second."""
    day, last = at.astimezone(LONDON).date(), until.astimezone(LONDON).date()
    while day <= last:
        if any(at < end and start < until for start, end, _ in _times_on(works, absences, day, settings)):
            return True
        day += timedelta(days=1)
    return False


def _times_on(
    works: Pattern | None, absences: Any, day: date, settings: Settings
) -> Iterator[tuple[datetime, datetime, bool]]:
    """From when until when somebody works on a day, in UTC, and whether the pattern itself says so."""
    if is_bank_holiday(day, settings.extra_holidays) or is_absent(absences, day):
        return
    for entry in FULL_TIME if works is None else works:
        name, _, hours = entry.partition(" ")
        if name != WEEKDAYS[day.weekday()]:
            continue
        if hours:
            first, last = hours.split("-")
            yield _moment(day, first), _moment(day, last), True
        else:
            yield at_start(day, settings), at_close(day, settings), False


def _moment(day: date, hour: str) -> datetime:
    if hour == _MIDNIGHT:
        day, hour = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(hour), LONDON).astimezone(UTC)


def _days(part: str) -> list[str]:
    ends = [_weekday(day) for day in part.split("-")]
    if len(ends) > 2:
        raise BadPattern(_WRONG)
    return [WEEKDAYS[(ends[0] + ahead) % 7] for ahead in range((ends[-1] - ends[0]) % 7 + 1)]


def _weekday(name: str) -> int:
    short = name[:3]
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    if short not in WEEKDAYS or not full[WEEKDAYS.index(short)].startswith(name.removesuffix(".")):
        raise BadPattern(_WRONG)
    return WEEKDAYS.index(short)


def _hours(part: str) -> tuple[str, str]:
    """``9-17`` as ``("09:00", "17:00")``."""
    found = _HOURS.fullmatch(part)
    if found is None:
        raise BadPattern(_WRONG)
    start, end = _hour(found[1]), _hour(found[2])
    if start >= end:
        raise BadPattern("hours end on the day on which they begin, such as 9-17; nights stand in the duty roster.")
    return start, end


def _hour(text: str) -> str:
    found = _TIME.fullmatch(text)
    if found is None:
        raise BadPattern(_WRONG)
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise BadPattern(_WRONG)
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise BadPattern(_WRONG)
    return f"{hour:02d}:{minute:02d}"


def _entries(day: str, hours: list[tuple[str, str]]) -> Iterator[str]:
    """One entry for each time of a day, those that meet put together."""
    if not hours:
        yield day
    ordered = sorted(hours)
    while ordered:
        start, end = ordered.pop(0)
        while ordered and ordered[0][0] <= end:
            end = max(end, ordered.pop(0)[1])
        yield f"{day} {start}-{end}"
