"""Withdrawing, as advisors deal with it. The reporter's own wish (``casework.cases.withdrawal``) is confirmed in a
safe way, because somebody may have been made to ask; it never ends a safeguarding concern."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import Act, note
from casework.cases import records
from casework.cases.progress import NotAllowed
from casework.cases.thread import NoCase, keep
from casework.cases.withdrawal import await_closing, concerns_safety, go_on, withdrawal_asked
from casework.store.tables import case_record, timeline

if TYPE_CHECKING:
    from casework.store.store import Db


_SAID = ("withdrawal_asked", "withdrawal_confirmed", "withdrawal_taken_back")


def withdraw_for(db: Db, reference: str, by: str, at: datetime, how: str) -> bool:
    """The reporter told an advisor that they withdraw; ``how`` says how it was heard and that it was safe. As
    ``confirm_withdrawal``, which it includes. Raises ``NoCase``, ``NotAllowed``."""
    _open_case(db, reference, how)
    if not withdrawal_asked(db, reference):
        keep(db, reference, secrets.token_hex(16), "reporter", "withdrawal_asked", "", at)
        records.event(db, reference, "withdrawal_asked", at, by)
    return confirm_withdrawal(db, reference, by, at, how)


def confirm_withdrawal(db: Db, reference: str, by: str, at: datetime, how: str) -> bool:
    """An advisor has asked in a safe way, and the reporter does withdraw. False where the case goes on all the same,
    because somebody may be at risk. Raises ``NoCase``, ``NotAllowed``."""
    case = _open_case(db, reference, how)
    if not withdrawal_asked(db, reference):
        raise NotAllowed("The reporter has not asked to withdraw.")
    safety = concerns_safety(case)
    if (safety or case.status == "withdrawn") and _confirmed(db, reference):
        raise NotAllowed("This was confirmed already.")
    records.event(db, reference, "withdrawal_confirmed", at, by, {"goes_on": "safety"} if safety else None, how)
    if safety:
        return False
    if case.status != "withdrawn":
        note(db, Act.CHANGE_STATUS, by, at, reference, {"from": case.status, "to": "withdrawn"})
        db.execute(case_record.update().where(case_record.c.reference == reference).values(status="withdrawn"))
        records.event(db, reference, "status", at, by, {"from": case.status, "to": "withdrawn"})
        await_closing(db, reference, at)
    return True


def go_on_after_all(db: Db, reference: str, by: str, at: datetime, reason: str) -> None:
    """An advisor has asked in a safe way, and the reporter does not withdraw: the case stands where it stood. Raises
    ``NoCase``, ``NotAllowed``."""
    case = _open_case(db, reference, reason)
    if not withdrawal_asked(db, reference):
        raise NotAllowed("The reporter has not asked to withdraw.")
    keep(db, reference, secrets.token_hex(16), "reporter", "withdrawal_taken_back", "", at)
    records.event(db, reference, "withdrawal_taken_back", at, by, reason=reason)
    go_on(db, case, at, by)


def _confirmed(db: Db, reference: str) -> bool:
    """Whether the last that was said of it is that it was confirmed."""
    last = sa.select(timeline.c.event).where(timeline.c.case_reference == reference, timeline.c.event.in_(_SAID))
    return bool(db.scalar(last.order_by(timeline.c.id.desc()).limit(1)) == "withdrawal_confirmed")


def _open_case(db: Db, reference: str, why: str) -> Any:
    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    if not why.strip():
        raise NotAllowed("Say how you know: how you asked, and why that was safe.")
    if case.status == "closed":
        raise NotAllowed("The case is closed.")
    return case
