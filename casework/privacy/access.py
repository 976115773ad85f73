"""The log of readings: who read an account, or saw an identity, when and why. It outlives the case."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.store.tables import access_log

if TYPE_CHECKING:
    from casework.store.store import Db

_ADD = access_log.insert()


def log_access(db: Db, who: str, act: str, reference: str, at: datetime, reason: str = "") -> None:
    """One entry. The reason is sealed: it may say something about the case."""
    sealed = db.keys.seal(reason.encode(), context=f"access_log|reason|{reference}") if reason else None
    db.execute(_ADD, {"at": at, "who": who, "act": act, "case_reference": reference, "reason": sealed})


def accesses(db: Db, reference: str) -> list[dict[str, Any]]:
    """All entries about one case, oldest first."""
    rows = db.execute(sa.select(access_log).where(access_log.c.case_reference == reference).order_by(access_log.c.id))
    return [
        {"at": row.at.isoformat(), "who": row.who, "act": row.act,
         "reason": None if row.reason is None
         else db.keys.open(row.reason, context=f"access_log|reason|{reference}").decode()}
        for row in rows
    ]  # fmt: skip
