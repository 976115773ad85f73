"""Claims: a worker takes one message for the time of a lease, and only who holds the claim may mark it. A
worker that dies leaves its claim to run out; the next one sends the message again under the same key."""

from __future__ import annotations

import contextlib
import logging
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

from casework.outbox.letters import Letter, NotDelivered
from casework.outbox.rows import MAIL
from casework.privacy import SealError
from casework.store import StoreUnavailable
from casework.store.tables import advisor, outbox

if TYPE_CHECKING:
    from casework.outbox.ways import Way
    from casework.settings import Settings
    from casework.store import Db, Store

log = logging.getLogger(__name__)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_ALERT_PAUSE = timedelta(minutes=2)
JITTER = 0.2

_earlier = outbox.alias("earlier")
# A case has to be known before what happens to it.
_IS_FIRST = sa.case((outbox.c.kind == "new_case", 0), else_=1)
_EARLIER_IS_FIRST = sa.case((_earlier.c.kind == "new_case", 0), else_=1)
_BEFORE_IT = sa.exists().where(
    _earlier.c.case_reference == outbox.c.case_reference,
    _earlier.c.way == outbox.c.way,
    _earlier.c.state == "pending",
    _earlier.c.id != outbox.c.id,
    sa.or_(
        _earlier.c.created_at < outbox.c.created_at,
        sa.and_(_earlier.c.created_at == outbox.c.created_at, _EARLIER_IS_FIRST < _IS_FIRST),
    ),
)
_DUE = (
    sa.select(outbox, advisor.c.email)
    .select_from(outbox.outerjoin(advisor, advisor.c.id == outbox.c.advisor_id))
    .where(
        outbox.c.state == "pending",
        outbox.c.way == sa.bindparam("way"),
        outbox.c.next_at <= sa.bindparam("now"),
        sa.or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= sa.bindparam("now")),
    )
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(1)
)
# Written out: SQLite takes the alerts' own index only where it can see the word.
_IS_ALERT = outbox.c.kind == sa.literal_column("'alert'")
# Alerts first; both are read in the order of an index, since thousands may wait while a receiver is away.
_NEXT = (_DUE.where(_IS_ALERT), _DUE.where(~_IS_ALERT))
_NEXT_IN_ORDER = tuple(due.where(~_BEFORE_IT) for due in _NEXT)
# Marking is tried again for a moment: a database that is busy just then would have the message sent twice.
_MARKING = Retrying(
    retry=retry_if_exception_type(StoreUnavailable), stop=stop_after_attempt(3), wait=wait_fixed(0.5), reraise=True
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours until the lease ends. ``letter`` is None where there is nothing to send: then
    ``outcome`` says what became of it (``done``, ``failed`` or ``dead``)."""

    id: str
    kind: str
    token: str
    attempts: int
    deliveries: int
    letter: Letter | None
    outcome: str = ""


def claim(store: Store, way: Way, now: datetime) -> Claim | None:
    """Take the next message that is due on this way, alerts first; None where there is none.

    The attempt is counted here, so that a message which kills its worker ends among the dead letters. Raises
    ``StoreUnavailable``.
    """
    # Looking first without the write lock keeps an idle worker out of everybody's way.
    with store.read() as db:
        if _next(db, way, now) is None:
            return None
    with store.begin() as db:
        row = _next(db, way, now, to_take=True)
        if row is None:
            return None
        if row.kind != "alert" and row.attempts >= db.settings.delivery_attempts:
            return _settle(db, row, "dead", _dead("worker_died"))
        try:
            letter = _compose(db, way, row, now)
        except (StoreUnavailable, sa.exc.SQLAlchemyError):
            raise
        except Exception as error:
            # Such as keys that were changed: it must not stand in the way of all others.
            log.error("not composed: %s", type(error).__name__)
            values = _after_failure(db.settings, row.kind, row.attempts + 1, NotDelivered("not_composed"), now)
            return _settle(db, row, "dead" if values["state"] == "dead" else "failed",
                           {**values, "attempts": row.attempts + 1, "tried_at": now})  # fmt: skip
        if letter is None:
            return _settle(db, row, "done", {"state": "done", "last_error": None})
        token = secrets.token_hex(16)
        db.execute(outbox.update().where(outbox.c.id == row.id).values(
            claimed_by=token, claimed_until=now + timedelta(seconds=db.settings.delivery_lease),
            attempts=row.attempts + 1, tried_at=now,
            body=_seal(db, row.id, letter.text) if way.fixed else None))  # fmt: skip
        return Claim(row.id, row.kind, token, row.attempts + 1, row.deliveries, letter)


def _next(db: Db, way: Way, now: datetime, *, to_take: bool = False) -> Any:
    """The row of the message to send next on this way; None where none is due. ``to_take``: locked for us."""
    for due in _NEXT_IN_ORDER if way.in_order else _NEXT:
        wanted = due.with_for_update(skip_locked=True, of=outbox) if to_take else due
        row = db.execute(wanted, {"way": way.name, "now": now}).first()
        if row is not None:
            return row
    return None


def delivered(store: Store, taken: Claim, now: datetime) -> bool:
    """Mark it as sent. False where the claim had been lost: then another worker answers for it."""
    values: dict[str, Any] = {"deliveries": taken.deliveries + 1, "delivered_at": now, "last_error": None}
    if taken.kind == "alert":
        # Delivered is not acknowledged: it comes again until a person has acted.
        values |= {"attempts": 0, "next_at": now + timedelta(minutes=store.settings.alert_repeat_minutes)}
    else:
        values["state"] = "delivered"
    return _mark(store, taken, {**values, "body": None})


def failed(store: Store, taken: Claim, error: NotDelivered, now: datetime) -> bool:
    """Put it back for a later attempt, or among the dead letters. True where it is dead now."""
    values = _after_failure(store.settings, taken.kind, taken.attempts, error, now)
    return _mark(store, taken, values) and values["state"] == "dead"


def pause(attempts: int, alert: bool = False, retry_after: float = 0.0) -> timedelta:
    """How long to wait after so many failed attempts: 10 s, doubled each time, an hour at most (two minutes
    for alerts), a fifth more or less; at least as long as the receiver asked, within the same limit."""
    longest = LONGEST_ALERT_PAUSE if alert else LONGEST_PAUSE
    waited = min(FIRST_PAUSE * 2 ** min(attempts - 1, 12), longest) * random.uniform(1 - JITTER, 1 + JITTER)
    return max(waited, min(timedelta(seconds=retry_after), longest))


def _after_failure(settings: Settings, kind: str, attempts: int, error: NotDelivered, now: datetime) -> dict[str, Any]:
    alert = kind == "alert"
    if not alert and (error.permanent or attempts >= settings.delivery_attempts):
        return _dead(error.code)
    wait = pause(attempts, alert, min(error.retry_after, LONGEST_PAUSE.total_seconds()))
    return {"state": "pending", "last_error": error.code[:40], "next_at": now + wait}


def _dead(code: str) -> dict[str, Any]:
    # Sent again by a person it is composed anew: they may have mended the map.
    return {"state": "dead", "last_error": code[:40], "body": None}


def _mark(store: Store, taken: Claim, values: Mapping[str, Any]) -> bool:
    ours = (outbox.c.id == taken.id, outbox.c.state == "pending", outbox.c.claimed_by == taken.token)
    for attempt in _MARKING:
        with attempt, store.begin() as db:
            free = {"claimed_by": None, "claimed_until": None}
            marked = db.execute(outbox.update().where(*ours).values(**values, **free)).rowcount
    return bool(marked)


def _settle(db: Db, row: Any, outcome: str, values: Mapping[str, Any]) -> Claim:
    free = {"claimed_by": None, "claimed_until": None}
    db.execute(outbox.update().where(outbox.c.id == row.id).values(**values, **free))
    return Claim(row.id, row.kind, "", row.attempts, row.deliveries, None, outcome)


def _compose(db: Db, way: Way, row: Any, now: datetime) -> Letter | None:
    # Each repeat of an alert is a message of its own: mailboxes hide what has a known id.
    key = f"{row.id}-{row.deliveries + 1}" if row.kind == "alert" and row.way == MAIL else row.id
    if way.fixed and row.body is not None:
        # Where its key has been retired meanwhile it is composed anew.
        with contextlib.suppress(SealError):
            text = db.keys.open(row.body, context=_context(row.id)).decode("ascii")
            return Letter(key, row.kind, row.case_reference, text=text)
    return way.compose(db, row, key, now)


def _seal(db: Db, key: str, text: str) -> bytes:
    return db.keys.seal(text.encode("ascii"), context=_context(key))


def _context(key: str) -> str:
    return f"outbox|body|{key}"
