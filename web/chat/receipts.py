"""The way back with a receipt code: to a paused report, or to the case of a sent one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from casework import cases, clocks
from casework import receipts as codes
from casework.conversation import Draft, Outcome, Saying, views
from casework.conversation.turns import Services, load
from casework.store import Db, drafts
from web.chat import own_case, record
from web.chat.errors import error
from web.chat.sessions import Session, Sessions

# Ids of turns that no client can send, so that no message can take their place.
_BACK = "back."


@dataclass(frozen=True)
class Opened:
    """What a receipt code opened: a new session with the open turn and those before it, or with the case."""

    token: str
    session: Session
    case: dict[str, Any] | None
    turn: dict[str, Any] | None
    turns: list[dict[str, Any]] = field(default_factory=list)


def opened(services: Services, digits: str, sessions: Sessions, reading: bool = True) -> Opened:
    """Open what the code belongs to; older sessions of the same report end. Raises `unknown_code`.

    `reading`: the answer is what the reporter reads, so the advisor's messages are not new any more.
    """
    now = clocks.now(services.settings)
    # The slow hash is made outside the transaction, so that nobody else waits for it.
    code_hash = codes.hash_code(services.keys, digits)
    with services.store.read() as db:
        found = codes.find_hash(db, code_hash, now)
    if found is None:
        raise error("unknown_code")
    with services.store.begin() as db:
        if found.case_reference is not None:
            return _sent(db, found, sessions, now, reading=reading)
        back = _paused(db, found.draft_id or "", sessions, now)
    return replace(back, turns=[entry.turn for entry in record.transcript(services, back.session)])


def new_code(services: Services, session: Session) -> str:
    """A new code; the code before opens nothing any more. Raises `no_session`.

    The session stays: an answer that is lost on its way holds the only code there is, and whoever asked asks again.
    Nobody else has one, because a report has one session at a time.
    """
    now = clocks.now(services.settings)
    code = codes.make_code(services.keys)
    with services.store.begin() as db:
        held = own_case.held(services, db, session, lock=True)
        found = codes.replace(db, held.receipt, now, code)
        # What was said when it was sent shows the old code.
        drafts.forget_turns(db, session.draft_id)
        own_case.hand_over(db, session, found, now)
        cases.code_replaced(db, held.case.reference, now)
    return code.text


def _paused(db: Db, draft_id: str, sessions: Sessions, now: datetime) -> Opened:
    row = drafts.get(db, draft_id, for_update=True)
    if row is None or row.ended or row.expires_at <= now:
        raise error("unknown_code")
    token, session = sessions.mint(draft_id)
    drafts.hand_over(db, draft_id, session.mac, now)
    outcome, back = Outcome(say=[Saying("back_again")]), _BACK + secrets.token_hex(8)
    # Kept as a turn: the page goes on from here, and the code of the pause is not in sight any more.
    kept = {**outcome.to_json(), "question": row.open_question}
    drafts.put_turn(db, draft_id, back, at=now, body_mac=bytes(32), said=None, outcome=kept)
    return Opened(token, session, None, views.build_turn(back, outcome, load(row), row.open_question))


def _sent(db: Db, found: codes.Receipt, sessions: Sessions, now: datetime, *, reading: bool) -> Opened:
    case = own_case.row_of(db, found.case_reference or "")
    if case is None:
        raise error("unknown_code")
    # The draft of a sent report is deleted after a while: words from here still belong to its submission.
    draft_id: str = case.submission_id
    token, session = sessions.mint(draft_id)
    if drafts.get(db, draft_id, for_update=True) is None:
        drafts.create(db, session_mac=session.mac, now=now, state=Draft(id=draft_id).to_state(), draft_id=draft_id)
        drafts.end(db, draft_id, case.reference, now)
    own_case.hand_over(db, session, found, now)
    seen = own_case.shown(db, case)
    if reading:
        cases.mark_read(db, case.reference, "reporter", now)
    return Opened(token, session, seen, None)
