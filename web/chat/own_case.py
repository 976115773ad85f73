"""What a reporter who gave their receipt code may see of their own case, and do with it.

Plain functions of one transaction each, run in threads by the service. Each raises `StoreUnavailable` where
the database is out of reach, and `no_session` where the session was not opened with a code that still counts.
Neither the account nor any name, number or address is ever shown here: whoever has the code may not be the
person who told it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from casework import cases, clocks
from casework import receipts as codes
from casework.cases import records
from casework.catalogues import N_, gettext
from casework.conversation import Outcome, views
from casework.conversation.draft import Draft
from casework.conversation.signs import take_in_words
from casework.conversation.turns import Services
from casework.questions import wording
from casework.store import Db, drafts
from casework.store.tables import case_record
from casework.triage import Labels, triage
from web.chat.danger import Danger
from web.chat.errors import error
from web.chat.sessions import Session

# A case's status as its reporter reads it (case-record.md, "Statuses").
STATUS = {
    "new": N_("We have your report. Your advisor has not read it yet."),
    "acknowledged": N_("Your advisor has read your report."),
    "risk_assessed": N_("We have looked at how serious it is and who may be at risk."),
    "action_plan": N_("There is a plan for what happens next."),
    "in_progress": N_("We are working on it."),
    "closing_review": N_("We are looking at it again with you before we close it."),
    "closed": N_("Your case is closed. You can still write to us here."),
    "withdrawn": N_("You asked to withdraw. Your advisor checks this with you in a safe way."),
}
KEPT_FOR_SAFETY = N_("You asked to withdraw. Someone may be at risk, so we still do what safety needs.")
RECEIVED = N_("We have your report.")
# Which receipt opened a session; a session of the chat itself has none and sees nothing here.
_OPENED_WITH = "opened_with"


@dataclass(frozen=True)
class Held:
    """The case that a session may see, and the receipt that opened it."""

    case: Any
    receipt: codes.Receipt


def held(services: Services, db: Db, session: Session, *, lock: bool = False) -> Held:
    """The case of this session. `lock` keeps other writers out. Raises `no_session`."""
    now = clocks.now(services.settings)
    row = drafts.by_session(db, session.mac)
    if row is None or row.expires_at <= now or row.case_reference is None:
        raise error("no_session")
    found = codes.find_id(db, str(row.state.get(_OPENED_WITH, "")), now)
    case = row_of(db, row.case_reference, lock=lock)
    if found is None or case is None or found.case_reference != case.reference:
        raise error("no_session")
    return Held(case, found)


def hand_over(db: Db, session: Session, receipt: codes.Receipt, now: datetime) -> None:
    """Give the sent report to a session that its code opened."""
    state = {"id": session.draft_id, _OPENED_WITH: receipt.id}
    drafts.hand_over(db, session.draft_id, session.mac, now, state)


def row_of(db: Db, reference: str, *, lock: bool = False) -> Any:
    """The row of a case, or None."""
    if lock:
        return records.locked(db, reference)
    return db.execute(sa.select(case_record).where(case_record.c.reference == reference)).first()


def shown(db: Db, case: Any) -> dict[str, Any]:
    """The case in plain words, as the chat API gives it."""
    status, state = gettext(STATUS.get(case.status, STATUS["in_progress"])), case.status
    if case.status not in ("withdrawn", "closed") and cases.withdrawal_asked(db, case.reference):
        status = gettext(KEPT_FOR_SAFETY)
    if case.reporter_role == "on_behalf" and not case.consent_confirmed_by and case.status != "withdrawn":
        # A representative learns nothing about the case until an advisor has confirmed the consent.
        status = " ".join([gettext(RECEIVED), *wording.say("representative_limits")])
        state = "not_told"
    messages = cases.thread(db, case.reference)
    return {"reference": case.reference, "status": status, "state": state, "messages": messages}


def look(services: Services, session: Session, reading: bool = True) -> dict[str, Any]:
    """The case as its page shows it. Where it is shown (`reading`), what the advisor wrote counts as read from now."""
    with services.store.read() as db:
        case = held(services, db, session).case
        seen = shown(db, case)
        asked = cases.withdrawal_asked(db, case.reference)
        seen |= {"withdrawn": asked, "closed": case.status == "closed", "contact": cases.contact_of(db, case.reference)}
    if reading and any(message["new"] for message in seen["messages"]):
        with services.store.begin() as db:
            cases.mark_read(db, case.reference, "reporter", clocks.now(services.settings))
    return seen


def write(services: Services, session: Session, key: str, words: str, seen: Danger, kind: str) -> list[dict[str, str]]:
    """Keep a message or an addition; what it shows of risk raises the case. Returns what is to be said at once."""
    heard = _hear(session, words, seen)
    with services.store.begin() as db:
        case = held(services, db, session, lock=True).case
        _add(services, db, case, key, heard, kind)
    return heard.said


def withdraw(services: Services, session: Session, key: str, words: str, seen: Danger) -> list[dict[str, str]]:
    """The reporter withdraws; words with it are read like any others before the wish is written down."""
    heard = _hear(session, words, seen) if words.strip() else None
    with services.store.begin() as db:
        case = held(services, db, session, lock=True).case
        if heard is not None:
            _add(services, db, case, f"{key}w", heard, "message")
        if not cases.withdrawal_asked(db, case.reference):
            cases.ask_to_withdraw(db, case.reference, "", clocks.now(services.settings), key)
    return [] if heard is None else heard.said


def go_on(services: Services, session: Session, key: str, _: str, __: Danger) -> list[dict[str, str]]:
    """The reporter wants it to go on after all."""
    with services.store.begin() as db:
        case = held(services, db, session, lock=True).case
        cases.take_back_withdrawal(db, case.reference, clocks.now(services.settings), key)
    return []


def reach(
    services: Services, session: Session, key: str, words: str, seen: Danger, wish: cases.Wish | None
) -> list[dict[str, str]]:
    """Change how the reporter is reached; None makes them anonymous. Raises `ContactError`.

    Danger in what was typed is kept and raises the case, whatever becomes of the wish.
    """
    said: list[dict[str, str]] = []
    if seen.emergency:
        said = write(services, session, key, words, seen, "addition")
    with services.store.begin() as db:
        case, now = held(services, db, session, lock=True).case, clocks.now(services.settings)
        if wish is None:
            cases.become_anonymous(db, case, now)
        else:
            cases.change_contact(db, case, wish, now)
    return said


@dataclass(frozen=True)
class _Heard:
    """Words that were read, and what is said to them."""

    words: str
    labels: Labels
    seen: Danger
    said: list[dict[str, str]]


def _hear(session: Session, words: str, seen: Danger) -> _Heard:
    """Read the words. It takes long, and SQLite has one writer: nothing is written meanwhile."""
    outcome = Outcome()
    take_in_words(Draft(id=session.draft_id), outcome, words, danger=seen.emergency)
    return _Heard(words, triage(words), seen, views.messages(outcome))


def _add(services: Services, db: Db, case: Any, key: str, heard: _Heard, kind: str) -> None:
    cases.add_words(
        db, case.reference, heard.words, heard.labels, clocks.now(services.settings), message_id=key,
        flags=heard.seen.flags, urgency="emergency" if heard.seen.emergency else "standard", kind=kind,
    )  # fmt: skip
