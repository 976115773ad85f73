"""The log of readings: who read an account, or saw an identity, when and why. It outlives the case.

Each reading is in the audit too, where nobody can take it out; the reason is here only, sealed, because it may say
something about the case and goes with it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.store.tables import access_log

if TYPE_CHECKING:
    from casework.store.store import Db

_ADD = access_log.insert()


def log_access(db: Db, who: str, act: str, reference: str, at: datetime, reason: str = "") -> None:
    """One entry here and one in the audit. ``act`` is a code, such as those of ``casework.audit.Act``."""
    from casework.audit import note

    sealed = db.keys.seal(reason.encode(), context=reason_place(reference, at, who, act)) if reason else None
    db.execute(_ADD, {"at": at, "who": who, "act": act, "case_reference": reference, "reason": sealed})
    note(db, act, who, at, reference)


def accesses(db: Db, reference: str) -> list[dict[str, Any]]:
    """All entries about one case, oldest first."""
    rows = db.execute(sa.select(access_log).where(access_log.c.case_reference == reference).order_by(access_log.c.id))
    return [
        {"at": row.at.isoformat(), "who": row.who, "act": row.act,
         "reason": None if row.reason is None
         else db.keys.open(row.reason, context=reason_place(reference, row.at, row.who, row.act)).decode()}
        for row in rows
    ]  # fmt: skip


def reason_place(reference: str, at: datetime, who: str, act: str) -> str:
    """Where a reason belongs: the row has no number before it is written, so everything else it says stands
    for it."""
    return f"access_log|reason|{reference}|{at.astimezone(UTC).isoformat()}|{who}|{act}"
