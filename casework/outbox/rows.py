"""Outbox rows. They hold no words and no names: which case, what kind of message, and which advisor."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.store.tables import advisor, outbox

if TYPE_CHECKING:
    from casework.store.store import Db

_KNOWN = sa.select(outbox.c.id).where(outbox.c.idempotency_key == sa.bindparam("key"))
_ADD = outbox.insert()


def put(
    db: Db,
    kind: str,
    reference: str,
    at: datetime,
    *,
    advisor_id: str | None = None,
    key: str = "",
    not_before: datetime | None = None,
) -> bool:
    """Add a message to be delivered; the same key again adds nothing. ``advisor_id`` None is the case
    system."""
    full_key = f"{kind}:{reference}:{key or advisor_id or 'system'}"
    if db.scalar(_KNOWN, {"key": full_key}) is not None:
        return False
    db.execute(_ADD, {
        "id": secrets.token_hex(16), "idempotency_key": full_key, "kind": kind, "case_reference": reference,
        "advisor_id": advisor_id, "state": "pending", "created_at": at, "next_at": not_before or at,
        "attempts": 0, "deliveries": 0, "delivered_at": None, "last_error": None,
    })  # fmt: skip
    return True


def announce(db: Db, reference: str, advisor_id: str, at: datetime, priority: str, completed: bool = False) -> None:
    """Tell the advisor of a new case (or of a stub that is whole now), and the landlord's case system
    where one is connected; for an emergency also alert, the duty managers from the first repeat on."""
    if completed:
        put(db, "case_completed", reference, at, advisor_id=advisor_id)
    else:
        put(db, "new_case", reference, at, advisor_id=advisor_id)
    if db.settings.webhook_url.get_secret_value():
        put(db, "case_system", reference, at, key="completed" if completed else "created")
    if priority == "emergency":
        alert(db, reference, advisor_id, at)


def alert(db: Db, reference: str, advisor_id: str, at: datetime, key: str = "") -> None:
    """Alert the owner at once; whoever else is duty manager when nobody has acknowledged after a while."""
    put(db, "alert", reference, at, advisor_id=advisor_id, key=f"{key}{advisor_id}")
    later = at + timedelta(minutes=db.settings.alert_repeat_minutes)
    managers = sa.select(advisor.c.id).where(advisor.c.duty_manager, advisor.c.id != advisor_id)
    for manager in db.execute(managers).scalars().all():
        put(db, "alert", reference, at, advisor_id=manager, key=f"{key}{manager}", not_before=later)
