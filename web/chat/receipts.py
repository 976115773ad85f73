"""The way back with a receipt code: to a paused report, or to the case of a sent one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from casework import cases, clocks
from casework import receipts as codes
from casework.conversation import Draft, Outcome, Saying, views
from casework.conversation.turns import Services, load
from casework.questions import wording
from casework.store import Db, drafts
from casework.store.tables import case_record
from casework.store.tables import draft as draft_table
from web.chat.errors import error
from web.chat.sessions import Session, Sessions

_BACK = "back_again"
# A case's status as its reporter reads it (case-record.md, "Statuses").
_STATUS = {
    "new": "We have your report. Your advisor has not read it yet.",
    "acknowledged": "Your advisor has read your report.",
    "risk_assessed": "We have looked at how serious it is and who may be at risk.",
    "action_plan": "There is a plan for what happens next.",
    "in_progress": "We are working on it.",
    "closing_review": "We are looking at it again with you before we close it.",
    "closed": "Your case is closed. You can still write to us here.",
}


@dataclass(frozen=True)
class Opened:
    """What a receipt code opened: a new session with the open turn, or with the case."""

    token: str
    session: Session
    case: dict[str, Any] | None
    turn: dict[str, Any] | None


def opened(services: Services, digits: str, sessions: Sessions) -> Opened:
    """Open what the code belongs to; older sessions of the same report end. Raises `unknown_code`."""
    now = clocks.now(services.settings)
    # The slow hash is made outside the transaction, so that nobody else waits for it.
    code_hash = codes.hash_code(services.keys, digits)
    with services.store.read() as db:
        found = codes.find_hash(db, code_hash, now)
    if found is None:
        raise error("unknown_code")
    with services.store.begin() as db:
        if found.case_reference is not None:
            return _sent(db, found.case_reference, sessions, now)
        return _paused(db, found.draft_id or "", sessions, now)


def _paused(db: Db, draft_id: str, sessions: Sessions, now: datetime) -> Opened:
    row = drafts.get(db, draft_id, for_update=True)
    if row is None or row.ended or row.expires_at <= now:
        raise error("unknown_code")
    token, session = _hand_over(db, draft_id, sessions)
    back = [Saying(_BACK)] if _BACK in wording.texts() else []
    turn = views.build_turn("back", Outcome(say=back), load(row), row.open_question)
    return Opened(token, session, None, turn)


def _sent(db: Db, reference: str, sessions: Sessions, now: datetime) -> Opened:
    case = db.execute(
        sa.select(case_record.c.status, case_record.c.submission_id).where(case_record.c.reference == reference)
    ).first()
    if case is None:
        raise error("unknown_code")
    # The draft of a sent report is deleted after a while: words from here still belong to its submission.
    draft_id: str = case.submission_id
    if drafts.get(db, draft_id, for_update=True) is not None:
        token, session = _hand_over(db, draft_id, sessions)
    else:
        token, session = sessions.mint(draft_id)
        state = Draft(id=draft_id).to_state()
        drafts.create(db, session_mac=session.mac, now=now, state=state, draft_id=draft_id)
        drafts.end(db, draft_id, reference, now)
    seen = {
        "reference": reference,
        "status": _STATUS.get(case.status, _STATUS["in_progress"]),
        "state": case.status,
        "messages": cases.thread(db, reference),
    }
    return Opened(token, session, seen, None)


def _hand_over(db: Db, draft_id: str, sessions: Sessions) -> tuple[str, Session]:
    """A new session for a draft; the one before is over."""
    token, session = sessions.mint(draft_id)
    db.execute(sa.update(draft_table).where(draft_table.c.id == draft_id).values(session_mac=session.mac))
    return token, session
