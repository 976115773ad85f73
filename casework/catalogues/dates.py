"""Days and times as people write them in the language in use. Times of the day are London's."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from casework.catalogues.current import current, gettext
from casework.catalogues.pseudo import PSEUDO

LONDON = ZoneInfo("Europe/London")


def day(moment: datetime) -> str:
    """ "Tuesday 29 December" """
    local, found = moment.astimezone(LONDON), current()
    if found is None:
        # As Babel writes it for en_GB (a test compares them); English alone needs none of its data in memory.
        return f"{local:%A} {local.day} {local:%B}"
    from babel.dates import format_date, format_skeleton

    weekday = format_date(local, "EEEE", locale=found.locale)
    date = format_skeleton("MMMMd", local, locale=found.locale)
    if found.tag in PSEUDO:
        weekday, date = found.text(weekday), found.text(date)
    return gettext("{weekday} {date}", weekday=weekday, date=date)


def day_and_time(moment: datetime) -> str:
    """ "Friday 20 November at 21:27" """
    local = moment.astimezone(LONDON)
    return gettext("{day} at {time}", day=day(moment), time=f"{local:%H:%M}")


def month_names() -> tuple[str, ...]:
    """The twelve months as they stand in a date of the language in use."""
    from babel.dates import get_month_names

    found = current()
    names = get_month_names("wide", locale=found.locale if found else "en_GB")
    return tuple(names[number] for number in range(1, 13))
