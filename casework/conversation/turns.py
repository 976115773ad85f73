"""Taking a turn against the store: one commit holds the answer, the message id, what was said and what is
asked next.

A message id that is known writes nothing and gives what it gave before.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from casework import cases, receipts
from casework.clocks import now
from casework.conversation.draft import Draft
from casework.conversation.outcome import Incoming, Outcome
from casework.conversation.respond import open_questions, respond
from casework.conversation.signs import take_in_words
from casework.conversation.understand import Ranking
from casework.conversation.views import marks
from casework.privacy import Keys
from casework.questions import plan as the_plan
from casework.settings import Settings
from casework.store import Db, Store, drafts

PAUSE = timedelta(hours=24)
# How often a message is read again because another one changed its draft meanwhile.
_TRIES = 5
# The draft was saved by another message since it was read, or this message has got its turn (the front door gives one
# where the assistant seemed to take nothing). Nothing was written; the next try sees which.
_TAKEN_MEANWHILE = (drafts.DraftConflict, IntegrityError)


@dataclass(frozen=True)
class Services:
    """What a process needs to work on drafts and cases; made once at its start."""

    settings: Settings
    keys: Keys
    store: Store


@dataclass(frozen=True)
class Taken:
    """What a turn came to. ``ends`` is ``send`` or ``leave`` where the form is over and nothing was
    written yet."""

    outcome: Outcome
    marks: dict[str, str]
    question: str | None
    ends: str = ""


class NoDraft(LookupError):
    """There is no such draft: it was left, sent, or has expired."""


def open_services() -> Services:
    """Settings, keys and store from the environment. Raises SettingsError or KeysError; opens no
    connection."""
    from casework.settings import load_settings

    settings = load_settings()
    keys = Keys.load(settings.home)
    return Services(settings, keys, Store(settings, keys))


def load(row: drafts.Draft) -> Draft:
    """The draft that a row holds."""
    draft = Draft.from_state({"id": row.id, "channel": row.channel, **row.state})
    draft.id = row.id
    return draft


@dataclass(frozen=True)
class _Understood:
    """What a message comes to in the draft as ``row`` held it; nothing of it is written yet."""

    row: drafts.Draft
    draft: Draft
    outcome: Outcome


def take_turn(
    services: Services,
    draft_id: str,
    asked: str | None,
    incoming: Incoming,
    ranking: Ranking,
    *,
    body_mac: bytes = b"",
    said: Any = None,
) -> Taken:
    """Take one message into its draft. Raises NoDraft, StoreUnavailable, DraftConflict.

    ``asked`` is the question the form has open; the draft's own is used where they differ after a fault.
    Sending and leaving are only announced here: the actions of their own carry them out, whole or not at all.
    Reading words and making a code are slow, and SQLite has one writer: both are done before anything is written,
    and once more where another message changed the draft meanwhile.
    """
    for _ in range(_TRIES):
        found = _understand(services, draft_id, asked, incoming, ranking)
        if isinstance(found, Taken):
            return found
        code = receipts.make_code(services.keys) if found.outcome.pauses else None
        taken = _keep(services, incoming.message_id, found, code, body_mac, said)
        if taken is not None:
            return taken
    raise drafts.DraftConflict("other messages kept changing the draft")


def _understand(
    services: Services, draft_id: str, asked: str | None, incoming: Incoming, ranking: Ranking
) -> _Understood | Taken:
    """What the message comes to; a turn where it was answered before or ends the form."""
    with services.store.read() as db:
        row, stored = drafts.open_turn(db, draft_id, incoming.message_id)
    if row is None:
        raise NoDraft(draft_id)
    if stored is not None:
        return _answered(row, stored)
    draft = load(row)
    question = row.open_question or asked
    if question is None or question not in the_plan():
        question = open_questions(the_plan(), draft)[0]
    outcome = respond(the_plan(), draft, question, incoming, ranking)
    if outcome.ends:
        return Taken(outcome, marks(draft), None, outcome.ends)
    return _Understood(row, draft, outcome)


def _keep(
    services: Services, message_id: str, found: _Understood, code: receipts.Code | None, body_mac: bytes, said: Any
) -> Taken | None:
    """Write what was understood; None, and nothing written, where the draft is another one by now or is gone. It is
    saved first: by its revision that tells so, without reading it a second time."""
    draft, outcome, row = found.draft, found.outcome, found.row
    following = open_questions(the_plan(), draft)[0]
    try:
        with services.store.begin() as db:
            moment = _save(db, row, draft, following)
            if code is not None:
                _pause(db, row, outcome, code)
            if outcome.erase:
                erase_said(db, row.id, outcome.erase)
                cases.forget_identity(db, row.id)
            _answer(db, row.id, message_id, moment, outcome, following, body_mac, said)
    except _TAKEN_MEANWHILE:
        return None
    return Taken(outcome, _with_reopened(draft, following), following)


def _answered(row: drafts.Draft, stored: drafts.StoredTurn) -> Taken:
    """The turn of a message that was answered before."""
    outcome = Outcome.from_json(stored.outcome)
    return Taken(outcome, marks(load(row)), outcome_question(stored.outcome) or row.open_question)


def _with_reopened(draft: Draft, following: str) -> dict[str, str]:
    """The marks, without the one of a question that is put again: the form asks only for what is not
    filled."""
    return {name: mark for name, mark in marks(draft).items() if name != following}


def outcome_question(stored: dict[str, Any]) -> str | None:
    """Which question a stored outcome asked next."""
    found = stored.get("question")
    return found if isinstance(found, str) else None


def _save(db: Db, row: drafts.Draft, draft: Draft, following: str | None) -> datetime:
    """The draft as it is now; when that was. Raises ``DraftConflict``."""
    moment = now(db.settings)
    row.state = draft.to_state()
    row.open_question = following
    drafts.save(db, row, moment)
    return moment


def _answer(
    db: Db, draft_id: str, message_id: str, at: datetime, outcome: Outcome, following: str | None, body_mac: bytes,
    said: Any,
) -> None:  # fmt: skip
    answered = {**outcome.to_json(), "question": following}
    drafts.put_turn(db, draft_id, message_id, at=at, body_mac=body_mac, said=said, outcome=answered)


def erase_said(db: Db, draft_id: str, message_ids: Sequence[str]) -> None:
    """Forget what was typed in these messages; what was answered to them held no identity."""
    for message_id in message_ids:
        drafts.forget_said(db, draft_id, message_id)


def _pause(db: Db, row: drafts.Draft, outcome: Outcome, code: receipts.Code) -> None:
    moment = now(db.settings)
    receipts.issue(db, moment, code, kind="paused", draft_id=row.id, expires_at=moment + PAUSE)
    outcome.receipt = {"reference": None, "code": code.text, "advisor": None, "next": []}
    outcome.add("paused", code=code.text)


def keep_words(
    services: Services, draft_id: str, incoming: Incoming, *, body_mac: bytes = b"", said: Any = None
) -> Outcome | None:
    """Keep words of danger that the assistant did not take: beside the open question, with their flags.

    Writes nothing where the message has its turn already (a late result); then None. They are read before anything
    is written, as in ``take_turn``. Raises NoDraft, StoreUnavailable, DraftConflict.
    """
    for _ in range(_TRIES):
        with services.store.read() as db:
            row, stored = drafts.open_turn(db, draft_id, incoming.message_id)
        if row is None:
            raise NoDraft(draft_id)
        if stored is not None:
            return None
        draft, outcome, asked = load(row), Outcome(), row.open_question
        _take_in_danger(draft, asked or "", incoming)
        outcome.add("card", "emergency")
        outcome.add("unavailable_kept", "error")
        with suppress(*_TAKEN_MEANWHILE), services.store.begin() as db:
            moment = _save(db, row, draft, asked)
            _answer(db, row.id, incoming.message_id, moment, outcome, asked, body_mac, said)
            return outcome
    raise drafts.DraftConflict("other messages kept changing the draft")


def _take_in_danger(draft: Draft, question: str, incoming: Incoming) -> None:
    words = incoming.text if incoming.text is not None else incoming.note
    if words:
        take_in_words(draft, Outcome(), words, danger=True)
        draft.keep_words(question, words)
    else:
        draft.raise_flags(["immediate_danger"], "emergency")


__all__ = ["NoDraft", "Services", "Taken", "keep_words", "load", "open_services", "take_turn"]
