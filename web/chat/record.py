"""What the chat reads from and writes to the record: drafts, turns, alarms, receipts.

Plain functions of one transaction each, run in threads by the service. Each raises `StoreUnavailable`
where the database is out of reach, and `ChatError` where the record says no.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from casework import clocks, receipts
from casework.catalogues import gettext
from casework.conversation import Incoming, Outcome, Saying, views
from casework.conversation.draft import Draft
from casework.conversation.respond import open_questions
from casework.conversation.sending import leave_report
from casework.conversation.turns import Services, keep_words, load
from casework.questions import plan, wording
from casework.store import Db, drafts
from web.chat import offered
from web.chat.bodies import MessageBody
from web.chat.errors import error
from web.chat.rasa_client import AssistantDown, Reply
from web.chat.sessions import Session

# Stored under an id that no client can send, so that no message can take its place.
FIRST = "start."
_TOO_LONG = "account_too_long"


@dataclass(frozen=True)
class Entry:
    """One turn of a transcript, and what the person said to get it (None for the welcome). ``erases``: words that were
    said before it went with it."""

    turn: dict[str, Any]
    said: str | None
    erases: bool = False


@dataclass(frozen=True)
class Place:
    """Where a session stands when a message comes: its draft, its open question, the turn of a known id."""

    draft: Draft
    question: str | None
    ended: bool
    stored: dict[str, Any] | None


def new_id() -> str:
    """An id for a new draft: random, and it says nothing."""
    return secrets.token_hex(16)


def incoming(body: MessageBody, *, danger: bool) -> Incoming:
    """A message as the conversation takes it: the words exactly as typed."""
    choice, choices = offered.normal(body)
    return Incoming(body.id, body.text, choice, choices, body.note or "", danger)


def start(services: Services, session: Session, channel: str) -> dict[str, Any]:
    """A new draft with the welcome as its first turn."""
    draft = Draft(id=session.draft_id, channel=channel)
    question = open_questions(plan(), draft)[0]
    now = _now(services)
    with services.store.begin() as db:
        drafts.create(
            db, session_mac=session.mac, now=now, channel=channel, state=draft.to_state(),
            open_question=question, draft_id=session.draft_id,
        )  # fmt: skip
        outcome = {**Outcome(say=[Saying("welcome")]).to_json(), "question": question}
        drafts.put_turn(db, draft.id, FIRST, at=now, body_mac=bytes(32), said=None, outcome=outcome)
    return views.first_turn(draft, question)


def place(services: Services, session: Session, body: MessageBody) -> Place | None:
    """Where the session stands; None where there is no such chat any more. Raises `id_reused`."""
    with services.store.read() as db:
        row, stored = drafts.open_turn(db, session.mac, body.id)
    if row is None or row.expires_at <= _now(services):
        return None
    draft = load(row)
    return Place(draft, row.open_question, row.ended, _again(services, stored, body, draft))


def turn_after(services: Services, session: Session, body: MessageBody, reply: Reply) -> dict[str, Any]:
    """The turn that the assistant took. Raises `AssistantDown` where it says that it took one and did not."""
    with services.store.read() as db:
        row, stored = drafts.open_turn(db, session.draft_id, body.id)
    if row is None:
        return _farewell(body, reply)
    draft = load(row)
    turn = _again(services, stored, body, draft)
    if turn is not None:
        return turn
    if reply.loop or not reply.said:
        raise AssistantDown("nothing taken")
    outcome = Outcome(say=list(_sayings(reply)), ended=row.ended)
    with services.store.begin() as db:
        drafts.put_turn(
            db, row.id, body.id, at=_now(services), body_mac=body_mac(services, body), said=said(body, None),
            outcome={**outcome.to_json(), "question": row.open_question},
        )  # fmt: skip
    return views.build_turn(body.id, outcome, draft, row.open_question)


def late(services: Services, session: Session, body: MessageBody) -> dict[str, Any] | None:
    """The turn of a message whose result came too late to be handed over; None where there is none."""
    found = place(services, session, body)
    return None if found is None else found.stored


def keep(services: Services, session: Session, body: MessageBody) -> None:
    """Keep words of danger that the assistant did not take, and the turn that says so, in one commit."""
    message = incoming(body, danger=True)
    keep_words(services, session.draft_id, message, body_mac=body_mac(services, body), said=said(body, None))


def transcript(services: Services, session: Session) -> list[Entry]:
    """All turns of the chat, in their order. Raises `no_session`."""
    with services.store.read() as db:
        row = _row(services, db, session)
        stored = drafts.turns(db, row.id)
    draft = load(row)
    return [Entry(_turn(turn, draft), turn.said, bool(turn.outcome.get("erase"))) for turn in stored]


def leave(services: Services, session: Session) -> None:
    """Delete the draft and its turns; what a danger report needs is kept. Raises `no_session`."""
    with services.store.read() as db:
        row = _row(services, db, session)
    leave_report(services, row.id)
    if row.ended:
        # The case stands; only the session to it ends.
        with services.store.begin() as db:
            drafts.delete(db, row.id)


def put_away(services: Services, session: Session) -> None:
    """End the session; a paused report waits for its code, anything else unsent is left. Raises `no_session`."""
    with services.store.begin() as db:
        row = _row(services, db, session)
        if not row.ended and receipts.keeps(db, row.id, _now(services)):
            drafts.end_session(db, row.id)
            return
    leave(services, session)


def body_mac(services: Services, body: MessageBody) -> bytes:
    """What a message is known by beside its id."""
    return services.keys.mac("body", body.canonical())


def said(body: MessageBody, question: str | None) -> str:
    """What the person said, for the page: the words, or the labels (as shown) of what was chosen, with the note."""
    if body.text is not None:
        return body.text
    asked = None if question is None else plan().by_name.get(question)
    labels = {option.value: gettext(option.label) for option in asked.options} if asked else {}
    chosen = ", ".join(labels.get(value, value) for value in body.chosen)
    return f"{chosen}\n{body.note}" if body.note else chosen


def reachable(services: Services) -> bool:
    """Whether the database answers."""
    with services.store.read() as db:
        return bool(db.scalar(sa.select(1)))


def at_head(services: Services) -> bool:
    """Whether the database has the newest migration."""
    return services.store.at_head()


def _now(services: Services) -> datetime:
    return clocks.now(services.settings)


def _row(services: Services, db: Db, session: Session) -> drafts.Draft:
    row = drafts.by_session(db, session.mac)
    if row is None or row.expires_at <= _now(services):
        raise error("no_session")
    return row


def _again(
    services: Services, stored: drafts.StoredTurn | None, body: MessageBody, draft: Draft
) -> dict[str, Any] | None:
    """The turn of a known id. Raises `id_reused` for another body, and a refusal that was stored as such."""
    if stored is None:
        return None
    if not hmac.compare_digest(stored.body_mac, body_mac(services, body)):
        raise error("id_reused")
    turn = _turn(stored, draft)
    names = {saying["name"] for saying in stored.outcome.get("say", ())}
    if _TOO_LONG in names and not any(message["kind"] == "emergency" for message in turn["messages"]):
        raise error("account_too_long")
    return turn


def _turn(stored: drafts.StoredTurn, draft: Draft) -> dict[str, Any]:
    known = dict(stored.outcome)
    question = known.pop("question", None)
    return views.build_turn(stored.message_id, Outcome.from_json(known), draft, question)


def _farewell(body: MessageBody, reply: Reply) -> dict[str, Any]:
    """The last turn of a chat that was left: there is no draft any more to store it with."""
    data = next((each.custom for each in reply.said if each.custom), None) or {}
    names = [name for name in data.get("sayings", ()) if name in wording.texts()] or ["left"]
    outcome = Outcome(say=[Saying(name) for name in names], ended=True)
    return views.build_turn(body.id, outcome, Draft(id=""), None)


def _sayings(reply: Reply) -> list[Saying]:
    """What was said without an action, by name, so that it can be stored without words of anybody."""
    names = [each.response.removeprefix("utter_") for each in reply.said if each.response]
    known = [name for name in names if name in wording.texts() or name in wording.faq()]
    return [Saying(name) for name in dict.fromkeys(known)] or [Saying("already_sent")]
