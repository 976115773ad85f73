"""Seeing who somebody is: with a reason, always logged, and where it is so configured
(``REPORTING_REVEAL_SECOND_PERSON``) only with the approval of a second person, which holds for a limited time.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import Act, note
from casework.store.guard_tables import identity_request
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db


# What a second person is asked for: that somebody sees it, or that the landlord's case system is sent it.
REVEAL, CASE_SYSTEM = "reveal", "case_system"


class ReasonNeeded(ValueError):
    """Identity is shown only for a reason, and the reason is kept."""


class SecondPersonNeeded(ValueError):
    """Identity is shown only with the approval of a second person, and there is none that still holds."""


class NotApprovable(ValueError):
    """This request cannot be approved, or not by this person. The message is a sentence."""


def check(db: Db, reference: str, by: str, at: datetime) -> None:
    """Whether ``by`` may see the identity of this case at this time. Raises ``SecondPersonNeeded``."""
    if db.settings.reveal_second_person and not _approved(db, reference, at, REVEAL, identity_request.c.asked_by == by):
        raise SecondPersonNeeded("Identity is shown only with the approval of a second person.")


def is_released(db: Db, reference: str, at: datetime) -> bool:
    """Whether two persons let the case system know at this time who somebody is."""
    return _approved(db, reference, at, CASE_SYSTEM)


def _approved(db: Db, reference: str, at: datetime, purpose: str, *more: sa.ColumnElement[bool]) -> bool:
    since = at - timedelta(minutes=db.settings.reveal_minutes)
    approved = (
        sa.select(identity_request.c.id)
        .where(
            identity_request.c.case_reference == reference, identity_request.c.purpose == purpose,
            identity_request.c.approved_by.is_not(None), identity_request.c.approved_at >= since,
            identity_request.c.approved_at <= at, *more,
        ).limit(1)
    )  # fmt: skip
    return db.scalar(approved) is not None


def ask(db: Db, reference: str, by: str, reason: str, at: datetime, purpose: str = REVEAL) -> str:
    """Ask a second person to let ``by`` see it, or (``case_system``) to have it sent on; the id of
    the request. Raises ``ReasonNeeded``, and ``NoCase``."""
    from casework.cases import NoCase

    if not reason.strip():
        raise ReasonNeeded("Identity is asked for only with a reason.")
    if db.scalar(sa.select(case_record.c.reference).where(case_record.c.reference == reference)) is None:
        raise NoCase(reference)
    key = secrets.token_hex(8)
    note(db, Act.ASK_IDENTITY, by, at, reference, {"request": key, "purpose": purpose})
    db.execute(identity_request.insert(), {
        "id": key, "case_reference": reference, "asked_by": by, "asked_at": at,
        "reason": db.keys.seal(reason.encode("utf-8", "surrogatepass"), context=_place(key)),
        "approved_by": None, "approved_at": None, "purpose": purpose,
    })  # fmt: skip
    return key


def approve(db: Db, key: str, by: str, at: datetime) -> str:
    """The second person's act; the reference of the case. From now on, and for as long as is configured,
    whoever asked may see the identity. Raises ``NotApprovable``."""
    row = db.execute(sa.select(identity_request).where(identity_request.c.id == key).with_for_update()).first()
    if row is None:
        raise NotApprovable("There is no such request.")
    note(db, Act.APPROVE_IDENTITY, by, at, row.case_reference, {"request": row.id, "purpose": row.purpose})
    if row.asked_by.casefold() == by.casefold():
        raise NotApprovable("Somebody else than who asked has to approve.")
    if row.approved_by is not None:
        raise NotApprovable("The request was approved already.")
    if at - row.asked_at > timedelta(minutes=db.settings.reveal_minutes):
        raise NotApprovable("The request is too old; whoever needs the identity asks again.")
    db.execute(identity_request.update().where(identity_request.c.id == key).values(approved_by=by, approved_at=at))
    reference: str = row.case_reference
    if row.purpose == CASE_SYSTEM:
        from casework.outbox import rows

        if rows.CASE_SYSTEM in rows.ways_to_systems(db.settings):
            rows.put(db, "identity_released", reference, at, way=rows.CASE_SYSTEM, key=row.id)
    return reference


def waiting(db: Db, at: datetime, limit: int = 1000) -> list[dict[str, Any]]:
    """Requests that a second person may still approve, oldest first, with the reasons that were given."""
    since = at - timedelta(minutes=db.settings.reveal_minutes)
    rows = db.execute(
        sa.select(identity_request)
        .where(identity_request.c.approved_by.is_(None), identity_request.c.asked_at >= since)
        .order_by(identity_request.c.asked_at, identity_request.c.id)
        .limit(limit)
    )
    return [
        {"id": row.id, "reference": row.case_reference, "asked_by": row.asked_by, "purpose": row.purpose,
         "asked_at": row.asked_at.isoformat(),
         "reason": db.keys.open(row.reason, context=_place(row.id)).decode("utf-8", "surrogatepass")}
        for row in rows
    ]  # fmt: skip


def _place(key: str) -> str:
    return f"identity_request|reason|{key}"
