"""What a person sees of the outbox, and the one thing they do: send dead letters again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.outbox import ways
from casework.outbox.rows import MAIL
from casework.store.tables import outbox

if TYPE_CHECKING:
    from casework.store import Db, Store

# Dead letters on a page, where nothing else is asked for.
PAGE = 200
_LEAST_OF_AN_ID = 8


class NoDeadLetter(LookupError):
    """There is no dead letter of this id, or the beginning of an id fits several."""


def status(store: Store, now: datetime) -> dict[str, Any]:
    """What waits, what was delivered, what is dead, and whether there is a way out at all."""
    configured = ways.names(store.settings)
    with store.read() as db:
        counted = db.execute(
            sa.select(outbox.c.way, outbox.c.state, outbox.c.kind, sa.func.count().label("n"))
            .group_by(outbox.c.way, outbox.c.state, outbox.c.kind)
            .order_by(outbox.c.way, outbox.c.state, outbox.c.kind)
        ).all()  # fmt: skip
        pending = outbox.c.state == "pending"
        oldest = db.scalar(sa.select(sa.func.min(outbox.c.created_at)).where(pending))
        failing = db.scalar(
            sa.select(sa.func.count()).select_from(outbox).where(pending, outbox.c.last_error.is_not(None))
        )
        alerts = db.scalar(
            sa.select(sa.func.count(sa.distinct(outbox.c.case_reference))).where(pending, outbox.c.kind == "alert")
        )
        letters = dead(db)
    states = {"pending": 0, "delivered": 0, "done": 0, "dead": 0}
    for row in counted:
        states[row.state] += row.n
    return {
        "transport": store.settings.outbox_transport, "configured": MAIL in configured, "ways": configured,
        **states, "failing": failing,
        "by_kind": [{"way": row.way, "state": row.state, "kind": row.kind, "count": row.n} for row in counted],
        "alerts_open": alerts, "oldest_pending": None if oldest is None else oldest.isoformat(),
        "oldest_pending_seconds": None if oldest is None else round((now - oldest).total_seconds()),
        "dead_letters": letters,
    }  # fmt: skip


def dead(db: Db, limit: int = PAGE, after: str = "") -> list[dict[str, Any]]:
    """A page of the dead letters, oldest first. ``after``: the id of the last one of the page before, or its beginning;
    it may have been sent again meanwhile. Raises ``NoDeadLetter`` where that message is gone."""
    wanted = sa.select(outbox).where(outbox.c.state == "dead")
    if after:
        last = _one(db, after)
        later = sa.or_(outbox.c.created_at > last.created_at, outbox.c.id > last.id)
        wanted = wanted.where(outbox.c.created_at >= last.created_at, later)
    rows = db.execute(wanted.order_by(outbox.c.created_at, outbox.c.id).limit(limit))
    return [
        {"id": row.id, "reference": row.case_reference, "way": row.way, "kind": row.kind,
         "attempts": row.attempts, "error": row.last_error, "created_at": row.created_at.isoformat(),
         "tried_at": None if row.tried_at is None else row.tried_at.isoformat()}
        for row in rows
    ]  # fmt: skip


def resend(db: Db, letter_id: str, by: str, now: datetime) -> str:
    """Put one dead letter back, under the key it had. ``letter_id`` may be the beginning of the id, eight
    letters or more. Returns the whole id. Raises ``NoDeadLetter``."""
    found = _one(db, letter_id, outbox.c.state == "dead")
    _put_back(db, found, by, now)
    whole: str = found.id
    return whole


def revive(db: Db, by: str, now: datetime) -> int:
    """Put all dead letters back, after a person has mended what was wrong. Returns how many."""
    found = db.execute(sa.select(outbox).where(outbox.c.state == "dead")).all()
    for row in found:
        _put_back(db, row, by, now)
    return len(found)


def _one(db: Db, letter_id: str, *conditions: sa.ColumnElement[bool]) -> Any:
    """The one message whose id begins so. Raises ``NoDeadLetter``."""
    wanted = letter_id.strip().lower()
    if len(wanted) < _LEAST_OF_AN_ID:
        raise NoDeadLetter(letter_id)
    begins = outbox.c.id.startswith(wanted, autoescape=True)
    found = db.execute(sa.select(outbox).where(begins, *conditions).limit(2)).all()
    if len(found) != 1:
        raise NoDeadLetter(letter_id)
    return found[0]


def _put_back(db: Db, row: Any, by: str, now: datetime) -> None:
    from casework.audit import note
    from casework.cases import records

    db.execute(
        outbox.update().where(outbox.c.id == row.id, outbox.c.state == "dead")
        .values(state="pending", attempts=0, next_at=now, last_error=None, claimed_by=None, claimed_until=None)
    )  # fmt: skip
    what = {"way": row.way, "kind": row.kind}
    records.event(db, row.case_reference, "resent", now, by, what)
    note(db, "resend", by, now, row.case_reference, what)
