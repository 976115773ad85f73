"""Drafts: what a person has told so far and not sent. One row a conversation, one row a message.

The state is opaque JSON here, sealed with the draft's id. These functions run on every turn, so each is
one statement.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.store.tables import draft as _draft
from casework.store.tables import receipt as _receipt
from casework.store.tables import turn as _turn

if TYPE_CHECKING:
    from casework.store.store import Db


class DraftConflict(RuntimeError):
    """The draft was changed by somebody else since it was read, or is gone. Nothing was written."""


@dataclass(slots=True)
class Draft:
    """An open conversation. ``revision`` counts the saves, so that a late writer cannot undo a newer one."""

    id: str
    session_mac: bytes
    channel: str
    created_at: datetime
    touched_at: datetime
    expires_at: datetime
    revision: int
    open_question: str | None
    ended: bool
    case_reference: str | None
    state: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """What a message did: ``said`` is what the person typed or chose, ``outcome`` what was answered."""

    message_id: str
    seq: int
    at: datetime
    body_mac: bytes
    said: Any = field(repr=False)
    outcome: Any = field(repr=False)


_COLUMNS = tuple(_draft.c)
_TURN_COLUMNS = tuple(_turn.c)[1:]
_BY_ID = sa.select(*_COLUMNS).where(_draft.c.id == sa.bindparam("key"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_BY_MAC = sa.select(*_COLUMNS).where(_draft.c.session_mac == sa.bindparam("key"))
_JOINED = sa.select(*_COLUMNS, *_TURN_COLUMNS).select_from(
    _draft.outerjoin(_turn, (_turn.c.draft_id == _draft.c.id) & (_turn.c.message_id == sa.bindparam("message")))
)
_LOCK_BY_ID = sa.select(_draft.c.id).where(_draft.c.id == sa.bindparam("key")).with_for_update()
_LOCK_BY_MAC = sa.select(_draft.c.id).where(_draft.c.session_mac == sa.bindparam("key")).with_for_update()
_OPEN_BY_ID = _JOINED.where(_draft.c.id == sa.bindparam("key"))
_OPEN_BY_MAC = _JOINED.where(_draft.c.session_mac == sa.bindparam("key"))
_STORED = sa.select(*_TURN_COLUMNS).where(
    _turn.c.draft_id == sa.bindparam("draft"), _turn.c.message_id == sa.bindparam("message")
)
_ALL_TURNS = sa.select(*_TURN_COLUMNS).where(_turn.c.draft_id == sa.bindparam("draft")).order_by(_turn.c.seq)
_INSERT = _draft.insert()
_SAVE = (
    _draft.update()
    .where(_draft.c.id == sa.bindparam("key"), _draft.c.revision == sa.bindparam("old"))
    .values(
        touched_at=sa.bindparam("touched"),
        expires_at=sa.bindparam("expires"),
        revision=_draft.c.revision + 1,
        open_question=sa.bindparam("question"),
        # Ended stays ended and a case stays its case, whatever an older copy says.
        ended=_draft.c.ended | sa.bindparam("is_ended", type_=sa.Boolean),
        case_reference=sa.func.coalesce(sa.bindparam("reference", type_=sa.String), _draft.c.case_reference),
        state=sa.bindparam("sealed"),
    )
)
_NEXT_SEQ = (
    sa.select(sa.func.coalesce(sa.func.max(_turn.c.seq), 0) + 1)
    .where(_turn.c.draft_id == sa.bindparam("of_draft"))
    .scalar_subquery()
)
_PUT = _turn.insert().values(seq=_NEXT_SEQ)
_FORGET_TURNS = _turn.delete().where(_turn.c.draft_id == sa.bindparam("draft"))
_FORGET_RECEIPTS = _receipt.delete().where(_receipt.c.draft_id == sa.bindparam("draft"))
_END = (
    _draft.update()
    .where(_draft.c.id == sa.bindparam("draft"))
    .values(
        ended=True, case_reference=sa.bindparam("reference"), open_question=None, expires_at=sa.bindparam("expires"),
        state=sa.bindparam("sealed"), revision=_draft.c.revision + 1,
    )
)  # fmt: skip
_AMEND = (
    _turn.update()
    .where(_turn.c.draft_id == sa.bindparam("draft"), _turn.c.message_id == sa.bindparam("message"))
    .values(outcome=sa.bindparam("sealed"))
)


def create(
    db: Db, *, session_mac: bytes, now: datetime, channel: str = "webchat", state: dict[str, Any] | None =
    None, open_question: str | None = None, draft_id: str | None = None,
) -> Draft:  # fmt: skip
    """A new, empty draft. Its id is random and says nothing."""
    found = Draft(
        draft_id or secrets.token_hex(16), session_mac, channel, now, now, _expiry(db, now), 1,
        open_question, False, None, state or {},
    )  # fmt: skip
    values = {name: getattr(found, name) for name in Draft.__slots__}
    values["state"] = _seal(db, f"draft|state|{found.id}", found.state)
    db.execute(_INSERT, values)
    return found


def get(db: Db, draft_id: str, for_update: bool = False) -> Draft | None:
    """The draft, or None. ``for_update`` keeps other writers out until the end of the transaction
    (PostgreSQL; SQLite has one writer anyway)."""
    return _one(db, _BY_ID_LOCKED if for_update else _BY_ID, draft_id)


def by_session(db: Db, session_mac: bytes) -> Draft | None:
    """The draft of a session, found by ``keys.mac("session", token)``."""
    return _one(db, _BY_MAC, session_mac)


def open_turn(db: Db, key: str | bytes, message_id: str) -> tuple[Draft | None, StoredTurn | None]:
    """The draft (by id or session mac) and this message's turn if it was answered before: one statement.

    In a write transaction the same message of somebody else waits: it finds the turn, and does nothing twice.
    """
    if db.writes_beside_others:
        # A statement of its own: the one below has to see what was committed while this one waited.
        db.connection.execute(_LOCK_BY_MAC if isinstance(key, bytes) else _LOCK_BY_ID, {"key": key})
    statement = _OPEN_BY_MAC if isinstance(key, bytes) else _OPEN_BY_ID
    row = db.connection.execute(statement, {"key": key, "message": message_id}).first()
    if row is None:
        return None, None
    found = _load(db, row[: len(_COLUMNS)])
    rest = row[len(_COLUMNS) :]
    return found, None if rest[0] is None else _load_turn(db, found.id, rest)


def save(db: Db, draft: Draft, now: datetime | None = None) -> None:
    """Write the draft back; ``now`` moves its expiry. Raises ``DraftConflict`` where it was changed
    meanwhile."""
    if now is not None:
        draft.touched_at = now
        if not draft.ended:
            draft.expires_at = _expiry(db, now)
    values = {
        "key": draft.id, "old": draft.revision, "touched": draft.touched_at, "expires": draft.expires_at,
        "question": draft.open_question, "is_ended": draft.ended, "reference": draft.case_reference,
        "sealed": _seal(db, f"draft|state|{draft.id}", draft.state),
    }  # fmt: skip
    if db.connection.execute(_SAVE, values).rowcount != 1:
        raise DraftConflict("the draft was changed by another message")
    draft.revision += 1


def stored_turn(db: Db, draft_id: str, message_id: str) -> StoredTurn | None:
    """What this message did, if it was answered before."""
    row = db.connection.execute(_STORED, {"draft": draft_id, "message": message_id}).first()
    return None if row is None else _load_turn(db, draft_id, row)


def put_turn(db: Db, draft_id: str, message_id: str, *, at: datetime, body_mac: bytes, said: Any, outcome: Any) -> None:
    """Keep what a message did. Raises ``sqlalchemy.exc.IntegrityError`` where it has its turn already."""
    place = f"{draft_id}/{message_id}"
    values = {
        "draft_id": draft_id, "of_draft": draft_id, "message_id": message_id, "at": at, "body_mac": body_mac,
        "said": None if said is None else _seal(db, f"turn|said|{place}", said),
        "outcome": _seal(db, f"turn|outcome|{place}", outcome),
    }  # fmt: skip
    db.connection.execute(_PUT, values)


def amend_turn(db: Db, draft_id: str, message_id: str, outcome: Any) -> None:
    """Replace what was answered to a message (the front door adds the words Rasa chose)."""
    sealed = _seal(db, f"turn|outcome|{draft_id}/{message_id}", outcome)
    db.connection.execute(_AMEND, {"draft": draft_id, "message": message_id, "sealed": sealed})


def turns(db: Db, draft_id: str) -> list[StoredTurn]:
    """All turns of a draft, in their order."""
    return [_load_turn(db, draft_id, row) for row in db.connection.execute(_ALL_TURNS, {"draft": draft_id})]


def end(db: Db, draft_id: str, reference: str, now: datetime) -> None:
    """The report was sent: what was told is the case's now, transcript and answers go from here
    (case-record.md, "Retention"). The session may still add words; turns written after this stay until
    ``purge_ended``."""
    db.execute(_FORGET_TURNS, {"draft": draft_id})
    db.execute(_FORGET_RECEIPTS, {"draft": draft_id})
    db.execute(_END, {
        "draft": draft_id, "reference": reference, "expires": _expiry(db, now),
        "sealed": _seal(db, f"draft|state|{draft_id}", {"id": draft_id}),
    })  # fmt: skip


def hand_over(db: Db, draft_id: str, session_mac: bytes, now: datetime, state: dict[str, Any] | None = None) -> None:
    """Give a draft to a new session; the one before is over. ``state`` replaces what the draft holds."""
    values: dict[str, Any] = {"session_mac": session_mac, "touched_at": now, "expires_at": _expiry(db, now)}
    if state is not None:
        values["state"] = _seal(db, f"draft|state|{draft_id}", state)
    db.execute(_draft.update().where(_draft.c.id == draft_id).values(**values))


def end_session(db: Db, draft_id: str) -> None:
    """The session is over, the draft stays as long as before: only a code opens it again."""
    nobody = secrets.token_bytes(32)
    db.execute(_draft.update().where(_draft.c.id == draft_id).values(session_mac=nobody))


def forget_turns(db: Db, draft_id: str) -> None:
    """Forget the transcript: it shows a code that opens nothing any more."""
    db.execute(_turn.delete().where(_turn.c.draft_id == draft_id))


def forget_said(db: Db, draft_id: str, message_id: str) -> None:
    """Forget what was typed in one message (an identity that was withdrawn); what was answered stays."""
    db.execute(_turn.update().where(_turn.c.draft_id == draft_id, _turn.c.message_id == message_id).values(said=None))


def point_at(db: Db, draft_id: str, reference: str) -> None:
    """A stub was raised from this draft: it becomes the case when the report is sent."""
    db.execute(_draft.update().where(_draft.c.id == draft_id).values(case_reference=reference))


def delete(db: Db, draft_id: str) -> bool:
    """Delete a draft with its turns and paused receipts. False where there was none."""
    db.execute(_turn.delete().where(_turn.c.draft_id == draft_id))
    db.execute(_receipt.delete().where(_receipt.c.draft_id == draft_id))
    return db.execute(_draft.delete().where(_draft.c.id == draft_id)).rowcount == 1


def _expiry(db: Db, now: datetime) -> datetime:
    return now + timedelta(hours=db.settings.draft_hours)


def _one(db: Db, statement: sa.Select[Any], key: str | bytes) -> Draft | None:
    row = db.connection.execute(statement, {"key": key}).first()
    return None if row is None else _load(db, row)


def _load(db: Db, row: Any) -> Draft:
    return Draft(
        row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9],
        _open(db, f"draft|state|{row[0]}", row[10]),
    )  # fmt: skip


def _load_turn(db: Db, draft_id: str, row: Any) -> StoredTurn:
    message_id, seq, at, body_mac, said, outcome = row
    place = f"{draft_id}/{message_id}"
    return StoredTurn(
        message_id, seq, at, body_mac,
        None if said is None else _open(db, f"turn|said|{place}", said),
        _open(db, f"turn|outcome|{place}", outcome),
    )  # fmt: skip


def _seal(db: Db, context: str, value: Any) -> bytes:
    # surrogatepass: the front door refuses lone surrogates; one that slips through must not lose a draft.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return db.keys.seal(text.encode("utf-8", "surrogatepass"), context=context)


def _open(db: Db, context: str, sealed: bytes) -> Any:
    return json.loads(db.keys.open(sealed, context=context).decode("utf-8", "surrogatepass"))
