"""Holds: a case that has to be kept beyond its time (a court, an appeal, a complaint), with why, by whom and until
when. After that day it is purged like any other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import note
from casework.cases import records
from casework.cases.progress import NotAllowed
from casework.cases.thread import NoCase
from casework.clocks.working import LONDON
from casework.store.relation_tables import joined_report
from casework.store.rights_tables import case_hold
from casework.store.tables import case_record, timeline

if TYPE_CHECKING:
    from casework.store.store import Db


def hold_case(db: Db, reference: str, until: datetime, by: str, at: datetime, reason: str) -> None:
    """Keep a case until a moment, whatever its class says; a hold that is there is replaced. Raises ``NoCase``,
    ``NotAllowed``."""
    if records.locked(db, reference) is None:
        raise NoCase(reference)
    if not reason.strip():
        raise NotAllowed("A hold needs a reason.")
    if until <= at:
        raise NotAllowed("A hold ends on a day to come.")
    note(db, "hold_case", by, at, reference)
    db.execute(case_hold.delete().where(case_hold.c.case_reference == reference))
    db.execute(case_hold.insert(), {"case_reference": reference, "at": at, "by": by, "until": until})
    db.execute(case_record.update().where(case_record.c.reference == reference).values(held=True))
    records.event(db, reference, "held", at, by, {"until": _last_day(until)}, reason)


def release_hold(db: Db, reference: str, by: str, at: datetime, reason: str) -> None:
    """The case is kept as long as its class says again. Raises ``NoCase``, ``NotAllowed``."""
    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    if not case.held:
        raise NotAllowed("This case is not held.")
    if not reason.strip():
        raise NotAllowed("Releasing a hold needs a reason.")
    note(db, "release_hold", by, at, reference)
    db.execute(case_hold.delete().where(case_hold.c.case_reference == reference))
    db.execute(case_record.update().where(case_record.c.reference == reference).values(held=False))
    records.event(db, reference, "hold_released", at, by, reason=reason)


def holds(db: Db, now: datetime, limit: int = 1000) -> list[dict[str, Any]]:
    """Holds, those that end first before others: reference, by, at, until, the last day in
    London, reason, and whether it is over."""
    rows = db.execute(sa.select(case_hold).order_by(case_hold.c.until, case_hold.c.case_reference).limit(limit))
    return [
        {"reference": row.case_reference, "by": row.by, "at": row.at.isoformat(), "until": row.until.isoformat(),
         "last_day": _last_day(row.until), "reason": _reason(db, row.case_reference), "over": row.until <= now}
        for row in rows
    ]  # fmt: skip


def _last_day(until: datetime) -> str:
    """The last day of a hold: it ends with it, at midnight in London."""
    return (until - timedelta(microseconds=1)).astimezone(LONDON).date().isoformat()


def is_held(db: Db, reference: str, now: datetime) -> bool:
    """Whether this case, or one that it is joined with, is kept beyond its time."""
    joined = sa.select(joined_report.c.joined_to).where(joined_report.c.case_reference == reference)
    belonging = sa.select(joined_report.c.case_reference).where(joined_report.c.joined_to == reference)
    over = sa.select(case_hold.c.case_reference).where(case_hold.c.until <= now)
    held = sa.select(case_record.c.reference).where(
        sa.or_(
            case_record.c.reference == reference,
            case_record.c.reference.in_(joined), case_record.c.reference.in_(belonging),
        ),
        case_record.c.held, case_record.c.reference.not_in(over),
    )  # fmt: skip
    return db.scalar(held.limit(1)) is not None


def may_go(now: datetime) -> sa.ColumnElement[bool]:
    """Cases that are neither held nor have to wait for another one: a joined report goes with its case, and a case
    stays while a report that was joined to it is held."""
    over = sa.select(case_hold.c.case_reference).where(case_hold.c.until <= now)
    free = sa.or_(~case_record.c.held, case_record.c.reference.in_(over))
    other = case_record.alias()
    joined_and_held = (
        sa.select(joined_report.c.joined_to)
        .join(other, other.c.reference == joined_report.c.case_reference)
        .where(other.c.held, other.c.reference.not_in(over))
    )
    return sa.and_(
        free,
        case_record.c.reference.not_in(joined_and_held),
        case_record.c.reference.not_in(sa.select(joined_report.c.case_reference)),
    )


def _reason(db: Db, reference: str) -> str | None:
    line = db.execute(
        sa.select(timeline).where(timeline.c.case_reference == reference, timeline.c.event == "held")
        .order_by(timeline.c.id.desc()).limit(1)
    ).first()  # fmt: skip
    if line is None or line.reason is None:
        return None
    place = records.reason_place(reference, line.at, line.by, line.event)
    found: str = records.unseal(db, place, line.reason)
    return found
