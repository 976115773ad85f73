"""The time that figures are about: whole days in London."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from casework.clocks.working import LONDON


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of the first day to the end of the last, both included. Raises ``ValueError`` where the
    first comes after the last."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("the period ends before it begins")
        if self.last == date.max:
            raise ValueError("the period ends after all days")

    @property
    def starts_at(self) -> datetime:
        return _midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it, in UTC."""
        return _midnight(self.last + timedelta(days=1))

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.starts_at <= moment < self.ends_at

    def to_json(self) -> dict[str, str]:
        return {"from": self.first.isoformat(), "until": self.last.isoformat()}


def twelve_months(now: datetime) -> Period:
    """The twelve months that end today."""
    return year_before(now.astimezone(LONDON).date())


def year_before(last: date) -> Period:
    """The twelve months that end with this day."""
    # The 29th of February has no day a year before it.
    before = last.replace(year=last.year - 1, day=28 if (last.month, last.day) == (2, 29) else last.day)
    return Period(before + timedelta(days=1), last)


def year_to(last: date, begins_in: int) -> Period:
    """The landlord's year up to this day: it begins on the first of the month ``begins_in`` (1 to 12)."""
    return Period(date(last.year - (last.month < begins_in), begins_in, 1), last)


def month_ends(last: date, count: int) -> list[tuple[str, datetime]]:
    """The ends of the last months, oldest first: name (2026-12) and the first moment after it in UTC; of the last
    one the end of the day ``last``."""
    found = [(f"{last:%Y-%m}", _midnight(last + timedelta(days=1)))]
    first = last.replace(day=1)
    while len(found) < count:
        name = first - timedelta(days=1)
        found.append((f"{name:%Y-%m}", _midnight(first)))
        first = name.replace(day=1)
    return found[::-1]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
