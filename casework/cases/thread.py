"""The thread between reporter and advisor, which the receipt code opens: sealed messages, each kept once,
each known to be new until the other side has read it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.cases import records
from casework.cases.alerts import alert_reporter
from casework.outbox.rows import put
from casework.related.links import told_of
from casework.store.tables import case_record, message

if TYPE_CHECKING:
    from casework.store.store import Db

AUTHORS = ("reporter", "advisor")
# A message is answered, an addition belongs to the report; the others say what the reporter wishes.
KINDS = ("message", "addition", "withdrawal_asked", "withdrawal_taken_back")
_OF_CASE = (
    sa.select(message)
    .where(message.c.case_reference == sa.bindparam("reference"))
    .order_by(message.c.at, message.c.id)
)  # fmt: skip
_KNOWN = sa.select(case_record.c.reference).where(case_record.c.reference == sa.bindparam("reference"))


class NoCase(LookupError):
    """There is no case of this reference."""


class EmptyMessage(ValueError):
    """There is nothing in the message."""


def add_message(db: Db, reference: str, body: str, by: str, now: datetime) -> str:
    """A message of the advisor to the reporter; returns its id. Whoever answers has read what came before.

    The reporter is alerted, without a word of it, only where they asked for that.
    Raises ``NoCase``, ``EmptyMessage``.
    """
    if not body.strip():
        raise EmptyMessage(reference)
    if records.locked(db, reference) is None:
        raise NoCase(reference)
    key = secrets.token_hex(16)
    keep(db, reference, key, "advisor", "message", body, now)
    mark_read(db, reference, "advisor", now)
    records.event(db, reference, "message_sent", now, by=by)
    alert_reporter(db, reference, now, key)
    return key


def code_replaced(db: Db, reference: str, now: datetime) -> None:
    """The reporter has a new receipt code: perhaps somebody else knew the old one. The advisor is told."""
    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    records.event(db, reference, "code_replaced", now, by="reporter")
    put(db, "code_replaced", reference, now, advisor_id=told_of(db, case), key=now.isoformat())


def thread(db: Db, reference: str, reader: str = "reporter") -> list[dict[str, Any]]:
    """What was written on both sides since the report was sent, in order: at, author, kind, text, and
    whether it is new to ``reader``. Raises ``NoCase``."""
    if db.scalar(_KNOWN, {"reference": reference}) is None:
        raise NoCase(reference)
    return [
        {"at": row.at.isoformat(), "author": row.author, "kind": row.kind,
         "text": records.unseal(db, f"message|body|{row.id}", row.body),
         "new": row.author != reader and row.read_at is None}
        for row in db.execute(_OF_CASE, {"reference": reference})
    ]  # fmt: skip


def mark_read(db: Db, reference: str, reader: str, now: datetime) -> int:
    """``reader`` has seen what the other side wrote. Returns how many messages were new."""
    return db.execute(
        message.update()
        .where(message.c.case_reference == reference, message.c.author != reader, message.c.read_at.is_(None))
        .values(read_at=now)
    ).rowcount


def keep(db: Db, reference: str, message_id: str, author: str, kind: str, body: str, now: datetime) -> bool:
    """Keep one message, sealed. False where it was kept before."""
    known = sa.select(message.c.id).where(message.c.case_reference == reference, message.c.message_id == message_id)
    if db.scalar(known) is not None:
        return False
    key = secrets.token_hex(16)
    db.execute(message.insert(), {
        "id": key, "case_reference": reference, "message_id": message_id, "at": now, "author": author,
        "kind": kind, "body": records.seal(db, f"message|body|{key}", body), "read_at": None,
    })  # fmt: skip
    return True
