"""Withdrawing a report, and taking that back.

The reporter's wish is written down at once and their advisor is told, who confirms it in a safe way: somebody
may have been made to ask. Nothing is deleted and no clock is met by it, and it never ends a safeguarding concern
(case-record.md, "Receipt code"): such a case keeps its status. A withdrawn case still has to be closed by a person, and
its time of keeping begins with that, so a clock runs until then.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.cases import records
from casework.cases.thread import NoCase, keep
from casework.clocks.keeping import start_clocks, stop_clocks
from casework.clocks.promises import CLOSE_WITHDRAWN, SAFEGUARDING_FLAGS, following
from casework.outbox.rows import put
from casework.related.links import told_of
from casework.store.relation_tables import joined_report
from casework.store.tables import case_record, clock, message, timeline

if TYPE_CHECKING:
    from collections.abc import Collection

    from casework.store.store import Db

_OUTLIVES = SAFEGUARDING_FLAGS | {"domestic_abuse", "immediate_danger"}
_WITHDRAWN = sa.select(case_record.c.reference, case_record.c.priority).where(
    case_record.c.status == "withdrawn", case_record.c.reference.not_in(sa.select(joined_report.c.case_reference))
)
_AWAITED = (clock.c.name == CLOSE_WITHDRAWN.name, clock.c.met_at.is_(None), clock.c.stopped_at.is_(None))
_WISHES = ("withdrawal_asked", "withdrawal_taken_back")


def concerns_safety(case: Any) -> bool:
    """Whether somebody may be at risk, so that the work goes on whatever the reporter wishes."""
    return (
        in_need(case.risk_flags, case.urgency) or bool(case.safeguarding_basis) or bool(case.under_18)
    )  # fmt: skip


def in_need(flags: Collection[str], urgency: str) -> bool:
    """Whether these flags or this urgency are a concern that no withdrawal ends."""
    return urgency == "emergency" or bool(_OUTLIVES & set(flags))


def ask_to_withdraw(db: Db, reference: str, words: str, now: datetime, message_id: str = "") -> bool:
    """The reporter withdraws. The case becomes ``withdrawn``, unless somebody may be at risk or it is closed.

    False where this message was taken before. Raises ``NoCase``.
    """
    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    key = message_id or secrets.token_hex(16)
    if not keep(db, reference, key, "reporter", "withdrawal_asked", words, now):
        return False
    records.event(db, reference, "withdrawal_asked", now, by="reporter")
    if case.status not in ("closed", "withdrawn") and not concerns_safety(case):
        _move(db, reference, case.status, "withdrawn", now, "reporter")
        await_closing(db, reference, now)
    put(db, "withdrawal_asked", reference, now, advisor_id=told_of(db, case), key=key)
    return True


def take_back_withdrawal(db: Db, reference: str, now: datetime, message_id: str = "") -> bool:
    """The reporter wants it to go on after all: the case stands where it stood. Raises ``NoCase``."""
    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    key = message_id or secrets.token_hex(16)
    if not withdrawal_asked(db, reference) or not keep(db, reference, key, "reporter", _WISHES[1], "", now):
        return False
    records.event(db, reference, "withdrawal_taken_back", now, by="reporter")
    go_on(db, case, now, "reporter")
    put(db, "withdrawal_taken_back", reference, now, advisor_id=told_of(db, case), key=key)
    return True


def go_on(db: Db, case: Any, now: datetime, by: str) -> None:
    """A withdrawn case gets back the status it had; any other stays as it is."""
    if case.status == "withdrawn":
        _move(db, case.reference, "withdrawn", _before(db, case.reference), now, by)
        stop_clocks(db, case.reference, now, [CLOSE_WITHDRAWN.name])


def await_closing(db: Db, reference: str, now: datetime) -> None:
    """Somebody has to close this withdrawn case, or go on with it: a clock runs until then. A joined report is closed
    with its case."""
    found = _WITHDRAWN.where(case_record.c.reference == reference).with_for_update(of=case_record)
    case = db.execute(found).first()
    if case is not None:
        start_clocks(db, reference, following("withdrawn", case.priority, now, db.settings), now, again=True)


def not_awaited(db: Db) -> list[str]:
    """Withdrawn cases without that clock: of an earlier version, or reports that are cases of their own again."""
    awaited = sa.select(clock.c.case_reference).where(*_AWAITED)
    return [row.reference for row in db.execute(_WITHDRAWN.where(case_record.c.reference.not_in(awaited)))]


def not_closed_in_time(db: Db, now: datetime) -> int:
    """How many withdrawn cases somebody should have closed by now."""
    found: int = db.scalar(sa.select(sa.func.count()).select_from(clock).where(*_AWAITED, clock.c.due_at < now))
    return found


def withdrawal_asked(db: Db, reference: str) -> bool:
    """Whether the reporter's last word on it is that they withdraw."""
    last = (
        sa.select(message.c.kind)
        .where(message.c.case_reference == reference, message.c.kind.in_(_WISHES))
        .order_by(message.c.at.desc(), message.c.id.desc())
        .limit(1)
    )
    return bool(db.scalar(last) == "withdrawal_asked")


def _before(db: Db, reference: str) -> str:
    """The status that the last withdrawal ended."""
    moves = (
        sa.select(timeline.c.detail)
        .where(timeline.c.case_reference == reference, timeline.c.event == "status")
        .order_by(timeline.c.id.desc())
    )
    for detail in db.execute(moves).scalars():
        if detail and detail.get("to") == "withdrawn":
            return str(detail["from"])
    return "in_progress"


def _move(db: Db, reference: str, old: str, new: str, now: datetime, by: str) -> None:
    db.execute(case_record.update().where(case_record.c.reference == reference).values(status=new))
    records.event(db, reference, "status", now, by, {"from": old, "to": new})
