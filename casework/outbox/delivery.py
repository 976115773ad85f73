"""Delivering the outbox: claimed, sent outside any transaction, marked. A crash in between sends again
under the same key. Failures back off; after the last attempt a message goes to the dead letters, which a
person sees. Alerts never die and are repeated until somebody acknowledges."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.outbox.letters import Letter, compose
from casework.outbox.transports import NotDelivered, Transport, mail_transport, system_transport
from casework.store.tables import advisor, outbox

if TYPE_CHECKING:
    from casework.store import Store

BATCH = 20
LEASE = timedelta(seconds=60)
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(hours=1)
_ALERT_PAUSE = timedelta(minutes=2)
_DUE = (
    sa.select(
        outbox.c.id, outbox.c.idempotency_key, outbox.c.kind, outbox.c.case_reference, outbox.c.attempts,
        outbox.c.deliveries, advisor.c.email,
    )
    .select_from(outbox.outerjoin(advisor, advisor.c.id == outbox.c.advisor_id))
    .where(outbox.c.state == "pending", outbox.c.next_at <= sa.bindparam("now"))
    .order_by(outbox.c.next_at)
    .limit(BATCH)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


def deliver(
    store: Store, now: datetime, *, mail: Transport | None = None, system: Transport | None = None
) -> Delivered:
    """Send what is due. Without a configured transport nothing is attempted and everything waits.

    Raises ``StoreUnavailable``.
    """
    mail = mail or mail_transport(store.settings)
    system = system or system_transport(store.settings)
    if mail is None and system is None:
        return Delivered()
    sent = failed = dead = 0
    for row in _claim(store, now, with_mail=mail is not None, with_system=system is not None):
        transport = system if row.kind == "case_system" else mail
        letter = _letter(store, row)
        if letter is None:
            _not_wanted(store, row)
            continue
        try:
            assert transport is not None
            transport(letter)
        except NotDelivered as error:
            failed += 1
            dead += _failed(store, row, now, error.code)
        else:
            sent += 1
            _sent(store, row, now)
    return Delivered(sent, failed, dead)


def _claim(store: Store, now: datetime, with_mail: bool, with_system: bool) -> list[Any]:
    """Take what is due for a minute, so that a second worker does not send it too."""
    statement = _DUE
    if not with_mail:
        statement = statement.where(outbox.c.kind == "case_system")
    if not with_system:
        statement = statement.where(outbox.c.kind != "case_system")
    with store.read() as db:
        if db.execute(statement, {"now": now}).first() is None:
            return []
    with store.begin() as db:
        rows = list(db.execute(statement.with_for_update(skip_locked=True, of=outbox), {"now": now}))
        if rows:
            keys = [row.id for row in rows]
            db.execute(outbox.update().where(outbox.c.id.in_(keys)).values(next_at=now + LEASE))
        return rows


def _letter(store: Store, row: Any) -> Letter | None:
    """What leaves for this row; None where it is for a reporter who does not want to be alerted any more."""
    from casework.cases import alerts

    if row.kind != alerts.KIND:
        return compose(store.settings, row.idempotency_key, row.kind, row.case_reference, row.email or "")
    with store.read() as db:
        return alerts.alert_letter(db, row.case_reference, row.idempotency_key)


def _not_wanted(store: Store, row: Any) -> None:
    with store.begin() as db:
        db.execute(outbox.update().where(outbox.c.id == row.id, outbox.c.state == "pending").values(state="done"))


def _sent(store: Store, row: Any, now: datetime) -> None:
    values: dict[str, Any] = {"attempts": 0, "deliveries": row.deliveries + 1, "delivered_at": now,
                              "last_error": None}  # fmt: skip
    if row.kind == "alert":
        # Delivered is not acknowledged: it comes again until a person has acted.
        values["next_at"] = now + timedelta(minutes=store.settings.alert_repeat_minutes)
    else:
        values["state"] = "delivered"
    with store.begin() as db:
        db.execute(outbox.update().where(outbox.c.id == row.id, outbox.c.state == "pending").values(**values))


def _failed(store: Store, row: Any, now: datetime, code: str) -> bool:
    attempts = row.attempts + 1
    alert = row.kind == "alert"
    dead = not alert and attempts >= store.settings.delivery_attempts
    longest = _ALERT_PAUSE if alert else _LONGEST_PAUSE
    pause = min(_FIRST_PAUSE * 2 ** min(attempts - 1, 12), longest) * random.uniform(0.8, 1.2)
    values = {"attempts": attempts, "last_error": code[:40], "next_at": now + pause,
              "state": "dead" if dead else "pending"}  # fmt: skip
    with store.begin() as db:
        db.execute(outbox.update().where(outbox.c.id == row.id, outbox.c.state == "pending").values(**values))
    return dead


def revive(store: Store, now: datetime) -> int:
    """Put all dead letters back, after a person has mended what was wrong. Returns how many."""
    with store.begin() as db:
        return db.execute(
            outbox.update().where(outbox.c.state == "dead").values(state="pending", attempts=0, next_at=now)
        ).rowcount


def status(store: Store, now: datetime) -> dict[str, Any]:
    """What waits, what was delivered, what is dead, and whether there is a way out at all."""
    settings = store.settings
    with store.read() as db:
        counted = db.execute(
            sa.select(outbox.c.state, outbox.c.kind, sa.func.count().label("n"))
            .group_by(outbox.c.state, outbox.c.kind).order_by(outbox.c.state, outbox.c.kind)
        ).all()  # fmt: skip
        oldest = db.scalar(sa.select(sa.func.min(outbox.c.created_at)).where(outbox.c.state == "pending"))
        alerts = db.scalar(
            sa.select(sa.func.count(sa.distinct(outbox.c.case_reference)))
            .where(outbox.c.state == "pending", outbox.c.kind == "alert")
        )  # fmt: skip
        dead = db.execute(
            sa.select(outbox.c.case_reference, outbox.c.kind, outbox.c.attempts, outbox.c.last_error)
            .where(outbox.c.state == "dead").order_by(outbox.c.created_at).limit(200)
        ).all()  # fmt: skip
    states = {"pending": 0, "delivered": 0, "done": 0, "dead": 0}
    for row in counted:
        states[row.state] += row.n
    return {
        "transport": settings.outbox_transport, "configured": mail_transport(settings) is not None,
        "case_system": system_transport(settings) is not None, **states,
        "by_kind": [{"state": row.state, "kind": row.kind, "count": row.n} for row in counted],
        "alerts_open": alerts, "oldest_pending": None if oldest is None else oldest.isoformat(),
        "oldest_pending_seconds": None if oldest is None else round((now - oldest).total_seconds()),
        "dead_letters": [
            {"reference": row.case_reference, "kind": row.kind, "attempts": row.attempts,
             "error": row.last_error}
            for row in dead
        ],
    }  # fmt: skip
