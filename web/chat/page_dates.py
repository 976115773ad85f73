"""A day given in three fields, as the words that the conversation keeps. A part that is not known may stay empty."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from casework.catalogues import ENGLISH, gettext, language
from casework.catalogues.dates import month_names

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
EARLIEST = 1900


class NotADay(ValueError):
    """The three fields make no day that has been; the words say how to put it right."""


def day_in_words(day: str, month: str, year: str, *, today: date) -> str:
    """ "3 May 2026", "3 May", "May 2026" or "2026"; empty where all three are empty. Raises `NotADay`.

    Months are known by their English names and by those of the page's language; what is kept is English, which the
    advisors read.
    """
    day, month, year = day.strip(), month.strip(), year.strip()
    if not (day or month or year):
        return ""
    named = _month(month) if month else 0
    in_year = _year(year, today) if year else 0
    if day and not named:
        raise NotADay(gettext("Put the month too, for example 3 or March."))
    if named and not day and not in_year:
        return MONTHS[named - 1]
    on = _day(day, named, in_year or 2024) if day else 0
    if in_year and date(in_year, named or 1, on or 1) > today:
        raise NotADay(gettext("That day is still to come. Check the month and the year."))
    return " ".join(part for part in (str(on or ""), MONTHS[named - 1] if named else "", str(in_year or "")) if part)


def _day(typed: str, month: int, year: int) -> int:
    last = monthrange(year, month)[1]
    if not _number(typed) or not 1 <= int(typed) <= last:
        raise NotADay(gettext("The day must be a number from 1 to {last}.", last=last))
    return int(typed)


def _month(typed: str) -> int:
    if _number(typed) and 1 <= int(typed) <= 12:
        return int(typed)
    tables = (MONTHS,) if language() == ENGLISH else (MONTHS, month_names())
    found = [
        at
        for names in tables
        for at, name in enumerate(names, 1)
        if len(typed) >= 3 and name.lower().startswith(typed.lower())
    ]
    if not found:
        raise NotADay(gettext("The month must be a number from 1 to 12, or its name."))
    return found[0]


def _year(typed: str, today: date) -> int:
    if not _number(typed) or len(typed) not in (2, 4):
        raise NotADay(gettext("The year must have 4 numbers, for example {year}.", year=today.year))
    year = int(typed) if len(typed) == 4 else today.year // 100 * 100 + int(typed)
    if year < EARLIEST:
        raise NotADay(gettext("The year must have 4 numbers, for example {year}.", year=today.year))
    return year


def _number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= 4
