"""The ends of a conversation: sending, leaving, and words that come after. Each is one transaction."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from casework import cases, receipts
from casework.clocks import now
from casework.conversation.draft import Draft
from casework.conversation.outcome import Incoming, Outcome
from casework.conversation.respond import open_questions
from casework.conversation.signs import take_in_words
from casework.conversation.submission import submission_of
from casework.conversation.turns import NoDraft, Services, load
from casework.questions import plan as the_plan
from casework.questions import wording
from casework.store import drafts
from casework.triage import triage


def begin(services: Services, draft_id: str, *, create: bool = False) -> str:
    """Open the first question of a draft and give its name. ``create``: make the draft (a developer's shell).

    Raises NoDraft, StoreUnavailable.
    """
    with services.store.begin() as db:
        row = drafts.get(db, draft_id, for_update=True)
        moment = now(services.settings)
        if row is None:
            if not create:
                raise NoDraft(draft_id)
            row = drafts.create(db, session_mac=secrets.token_bytes(32), now=moment, draft_id=draft_id)
        if row.open_question is None and not row.ended:
            row.open_question = open_questions(the_plan(), load(row))[0]
            drafts.save(db, row, moment)
        return row.open_question or ""


def send_report(
    services: Services, draft_id: str, incoming: Incoming, *, body_mac: bytes = b"", said: Any = None
) -> Outcome:
    """Make the case, its owner, clocks and messages, and end the draft: all or nothing (architecture, 6).

    Safe to repeat: one draft makes one case. Raises NoDraft, StoreUnavailable.
    """
    # Reading the report and making a code are slow: nobody else who writes waits for them.
    before, ready = _read_whole(services, draft_id)
    code = receipts.make_code(services.keys)
    with services.store.begin() as db:
        row, stored = drafts.open_turn(db, draft_id, incoming.message_id)
        if row is None:
            raise NoDraft(draft_id)
        if stored is not None:
            return Outcome.from_json(stored.outcome)
        moment = now(services.settings)
        draft = load(row)
        # Labels are those of what is stored: a message that came in between is read here.
        sent = ready if draft == before else replace(submission_of(draft), read_before=ready.read_before)
        made = cases.create_case(db, sent, moment)
        receipts.issue(db, moment, code, kind="case", case_reference=made.reference)
        outcome = _sent(draft, made, code.text)
        kept = {**outcome.to_json(), "question": None}
        drafts.put_turn(db, draft_id, incoming.message_id, at=moment, body_mac=body_mac, said=said, outcome=kept)
    return outcome


def _read_whole(services: Services, draft_id: str) -> tuple[Draft, cases.Submission]:
    """The draft as it stands and what is sent of it, labelled, with the labels of words that its stub may hold beside
    it. Raises NoDraft, StoreUnavailable."""
    with services.store.read() as db:
        row = drafts.get(db, draft_id)
        words = cases.words_in_stub(db, draft_id)
    if row is None:
        raise NoDraft(draft_id)
    draft = load(row)
    return draft, replace(submission_of(draft), read_before={text: triage(text) for text in words})


def _sent(draft: Draft, made: cases.CaseReceipt, code: str) -> Outcome:
    """What is said after sending: reference, advisor, dates, code, and what else fits (conversation,
    "Review and end")."""
    outcome = Outcome(ended=True)
    outcome.add("sent", reference=made.reference, advisor=made.advisor)
    promised = sorted(made.clocks, key=lambda clock: clock.due_at)
    steps = [_step(clock.name, clock.due_at) for clock in promised if f"next_{clock.name}" in wording.texts()]
    if made.no_duty:
        outcome.add("sent_no_duty", "help")
    if made.may_be_everyday:
        outcome.add("sent_may_be_everyday")
    outcome.add("sent_code", code=code)
    outcome.add("sent_code_only" if draft.answer("identity") == "anonymous" else "sent_code_use")
    outcome.add("sent_case_review_full" if made.case_review_in_full else "sent_case_review")
    outcome.receipt = {"reference": made.reference, "code": code, "advisor": made.advisor, "next": steps}
    return outcome


def _step(name: str, due_at: datetime) -> dict[str, str]:
    """By name, like a saying: put into words when it is shown, in the language of that moment."""
    return {"name": f"next_{name}", "due_at": due_at.isoformat()}


def leave_report(services: Services, draft_id: str) -> Outcome:
    """Delete what is unsent, at once; the stub of a danger report stays, and a safeguarding concern is told.

    Raises StoreUnavailable; a draft that is gone already is no error.
    """
    with services.store.begin() as db:
        row = drafts.get(db, draft_id, for_update=True)
        stub = False
        if row is not None and not row.ended:
            stub = cases.tell_before_leaving(db, load(row), now(services.settings))
            drafts.delete(db, draft_id)
    outcome = Outcome(ended=True)
    outcome.add("left_stub" if stub else "left")
    return outcome


def add_after(
    services: Services, draft_id: str, incoming: Incoming, *, body_mac: bytes = b"", said: Any = None
) -> Outcome:
    """Words written after sending are added to the case; danger in them raises it again."""
    outcome, words = Outcome(ended=True), incoming.text if incoming.text is not None else incoming.note
    labels = None
    if words.strip():
        take_in_words(Draft(id=draft_id), outcome, words, danger=incoming.danger)
        labels = triage(words)
    outcome.add("already_sent" if labels is None else "added_after")
    with services.store.begin() as db:
        row, stored = drafts.open_turn(db, draft_id, incoming.message_id)
        if row is None or not row.ended or row.case_reference is None:
            raise NoDraft(draft_id)
        if stored is not None:
            return Outcome.from_json(stored.outcome)
        moment = now(services.settings)
        if labels is not None:
            cases.add_words(db, row.case_reference, words, labels, moment, message_id=incoming.message_id)
        kept = {**outcome.to_json(), "question": None}
        drafts.put_turn(db, draft_id, incoming.message_id, at=moment, body_mac=body_mac, said=said, outcome=kept)
    return outcome
