"""When an advisor works: the weekdays of their pattern, without bank holidays and their own absences."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from casework.clocks.working import LONDON, at_close, is_bank_holiday

if TYPE_CHECKING:
    from casework.settings import Settings

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL_TIME = WEEKDAYS[:5]


def read_pattern(text: str) -> list[str]:
    """The weekdays of a text such as "mon-wed fri", in the order of the week; long names too, and "fri-mon" goes
    over the weekend. Raises ``ValueError``."""
    found: set[str] = set()
    joined = re.sub(r"\s*(?:-|–|\bto\b)\s*", "-", text.strip().casefold())
    for part in re.split(r"[\s;,/|+]+", joined):
        if part:
            ends = [_weekday(day) for day in part.split("-")]
            if len(ends) > 2:
                raise ValueError(text)
            days = (ends[-1] - ends[0]) % 7
            found |= {WEEKDAYS[(ends[0] + ahead) % 7] for ahead in range(days + 1)}
    return [day for day in WEEKDAYS if day in found]


def is_absent(absences: Any, today: date) -> bool:
    """Whether one of the periods (first day, last day, both included; an open end is null) holds this day."""
    day = today.isoformat()
    return any((start or "") <= day and (end is None or day <= end) for start, end in absences or ())


def works_on(works: Collection[str] | None, absences: Any, day: date, settings: Settings) -> bool:
    """Whether somebody of this pattern is there on this day."""
    pattern = FULL_TIME if works is None else works
    return (
        WEEKDAYS[day.weekday()] in pattern
        and not is_bank_holiday(day, settings.extra_holidays)
        and not is_absent(absences, day)
    )


def is_there_before(
    works: Collection[str] | None, absences: Any, at: datetime, until: datetime, settings: Settings
) -> bool:
    """Whether somebody is at work between two moments, ``at`` being one of them: on a day after it, or on that
    day where it is not over."""
    day, last = at.astimezone(LONDON).date(), until.astimezone(LONDON).date()
    if at >= at_close(day, settings):
        day += timedelta(days=1)
    while day <= last:
        if works_on(works, absences, day, settings):
            return True
        day += timedelta(days=1)
    return False


def _weekday(name: str) -> int:
    short = name[:3]
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    if short not in WEEKDAYS or not full[WEEKDAYS.index(short)].startswith(name.removesuffix(".")):
        raise ValueError(name)
    return WEEKDAYS.index(short)
