"""Declining a suggested join: a person found that two cases do not belong together, and why. They are still shown as
related; that they belong together is never suggested again (case-record.md, "Cases, not reports, are counted")."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.audit import Act, note
from casework.cases import records
from casework.cases.progress import NotAllowed
from casework.cases.thread import NoCase
from casework.related.links import joined_to
from casework.store.fair_tables import declined_join

if TYPE_CHECKING:
    from casework.store.store import Db


def decline_join(db: Db, reference: str, other: str, by: str, at: datetime, reason: str) -> None:
    """These two do not belong together. An advisor may still join them, with what is known by then. Raises ``NoCase``,
    ``NotAllowed``."""
    first, second = sorted((reference, other))
    for key in dict.fromkeys((first, second)):
        if records.locked(db, key) is None:
            raise NoCase(key)
    if first == second:
        raise NotAllowed("A case is not joined to itself.")
    if not reason.strip():
        raise NotAllowed("Declining needs a reason: why they do not belong together.")
    if joined_to(db, first) == second or joined_to(db, second) == first:
        raise NotAllowed("They are joined: `reporting cases part` takes that back.")
    if second in declined_with(db, first):
        raise NotAllowed("This was declined already.")
    db.execute(declined_join.insert(), {"case_reference": first, "other_reference": second, "at": at, "by": by})
    note(db, Act.DECLINE_JOIN, by, at, reference, {"other": other})
    for own, its in ((reference, other), (other, reference)):
        records.event(db, own, "join_declined", at, by, {"other": its}, reason)


def declined_with(db: Db, reference: str) -> set[str]:
    """The cases that this one was found not to belong with."""
    pairs = db.execute(sa.select(declined_join).where(
        sa.or_(declined_join.c.case_reference == reference, declined_join.c.other_reference == reference)))  # fmt: skip
    return {one for row in pairs for one in (row.case_reference, row.other_reference)} - {reference}
