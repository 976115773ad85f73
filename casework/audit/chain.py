"""The chain: each entry's hash covers its content, its place and the hash before it.

The hash is keyed, so nobody who can write the database but has not the keys can make a chain that fits. The
key is the installation's MAC key, which a rotation of sealing keys leaves alone: the chain stays one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.audit.acts import Entry
from casework.store.guard_tables import audit_entry

if TYPE_CHECKING:
    from casework.privacy import Keys
    from casework.store.store import Db

START = bytes(32)
# Any number, the same in all processes: PostgreSQL's advisory lock for the end of the chain.
_LOCK = 7_214_004
_LAST = sa.select(audit_entry.c.seq, audit_entry.c.hash).order_by(audit_entry.c.seq.desc()).limit(1)
_ADD = audit_entry.insert()


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its place (0 for an empty chain) and its hash."""

    seq: int
    hash: bytes


def last(db: Db) -> Head:
    """The end of the chain as this transaction sees it."""
    row = db.execute(_LAST).first()
    return Head(0, START) if row is None else Head(row.seq, row.hash)


def append(db: Db, entries: Sequence[Entry]) -> Head:
    """Put entries at the end of the chain, in a write transaction that is about to end.

    Writers queue here: SQLite has one, and PostgreSQL's lock is held until the commit, so no two entries can
    follow the same one.
    """
    if db.connection.dialect.name == "postgresql":
        db.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
    head = last(db)
    for entry in entries:
        seq = head.seq + 1
        found = digest(
            db.keys, head.hash, seq, entry.at, entry.who, entry.act, entry.reference, entry.outcome, entry.intent,
            entry.detail_text,
        )  # fmt: skip
        db.execute(_ADD, {
            "seq": seq, "at": entry.at, "who": entry.who, "act": entry.act, "reference": entry.reference,
            "outcome": entry.outcome.value, "intent": entry.intent, "detail": entry.detail_text, "hash": found,
        })  # fmt: skip
        head = Head(seq, found)
    return head


def digest(
    keys: Keys, before: bytes, seq: int, at: datetime, who: str, act: str, reference: str | None, outcome: str,
    intent: int | None, detail: str,
) -> bytes:  # fmt: skip
    """The hash of one entry that follows ``before``."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [before.hex(), seq, moment, who, str(act), reference, str(outcome), intent, detail]
    return keys.mac("audit entry", json.dumps(content, ensure_ascii=True, separators=(",", ":")))
