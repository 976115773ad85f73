"""Working days: Monday to Friday without the bank holidays of England, in London time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from casework.settings import Settings

LONDON = ZoneInfo("Europe/London")


def is_working_day(day: date, extra_holidays: tuple[date, ...] = ()) -> bool:
    """Bank holidays are calculated for any year; ``extra_holidays`` are days the landlord closes besides."""
    return day.weekday() < 5 and not is_bank_holiday(day, extra_holidays)


def is_bank_holiday(day: date, extra_holidays: tuple[date, ...] = ()) -> bool:
    """A bank holiday of England, or a day the landlord closes besides."""
    return day in extra_holidays or day in _bank_holidays(day.year)


def in_working_hours(moment: datetime, settings: Settings) -> bool:
    """Whether the landlord's offices are open."""
    here = moment.astimezone(LONDON)
    return is_working_day(here.date(), settings.extra_holidays) and (
        at_start(here.date(), settings) <= moment < at_close(here.date(), settings)
    )


def within_working_days(received: datetime, days: int, settings: Settings) -> datetime:
    """The end of the n-th working day after the day of receipt, in UTC (case-record.md, "Priority and
    clocks")."""
    day = received.astimezone(LONDON).date()
    left = days
    while left:
        day += timedelta(days=1)
        if is_working_day(day, settings.extra_holidays):
            left -= 1
    return at_close(day, settings)


def after_days(received: datetime, days: int, settings: Settings) -> datetime:
    """The close of the day that many calendar days later, in UTC."""
    return at_close(received.astimezone(LONDON).date() + timedelta(days=days), settings)


def same_day(received: datetime, settings: Settings) -> datetime:
    """The close of the day of receipt, weekends too; of a report that comes after it, the end of that day."""
    day = received.astimezone(LONDON).date()
    close = at_close(day, settings)
    if received < close:
        return close
    end = datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC) - timedelta(seconds=1)
    # In the last second of a day the promise is for now; it never lies in the past.
    return max(end, received.astimezone(UTC))


def at_close(day: date, settings: Settings) -> datetime:
    """The close of a day in London, in UTC."""
    return datetime.combine(day, settings.close_of_day, LONDON).astimezone(UTC)


def at_start(day: date, settings: Settings) -> datetime:
    """The start of a working day in London, in UTC."""
    return datetime.combine(day, settings.start_of_day, LONDON).astimezone(UTC)


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> frozenset[date]:
    # Imported here: the package is large, and most processes never make a clock.
    from holidays.countries.united_kingdom import UnitedKingdom

    found: Iterable[date] = UnitedKingdom(subdiv="ENG", years=year)
    return frozenset(found)
