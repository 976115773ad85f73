"""How long closed cases are kept, by record class (case-record.md, "Retention")."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.settings import Settings


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months earlier; the last of the month where there is no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return moment.replace(year=year, month=month + 1)


def purge_before(settings: Settings, now: datetime) -> dict[str, sa.ColumnElement[bool]]:
    """Which closed cases have been kept long enough, by record class: ``short_cases`` are ``other`` and confirmed
    ``not_asb``, ``long_cases`` all the rest."""
    closed = case_record.c.closed_at
    short = sa.or_(
        case_record.c.category == "other",
        sa.and_(case_record.c.category == "not_asb", case_record.c.labels_confirmed_by.is_not(None)),
    )
    return {
        "short_cases": sa.and_(short, closed <= months_before(now, settings.not_asb_months)),
        "long_cases": sa.and_(sa.not_(short), closed <= months_before(now, settings.case_years * 12)),
    }
