"""Stubs: cases of danger reports that were not sent (``complete`` false). An advisor is told what was
written so far (conversation.md, "Danger first" and "Pausing, leaving, breaking off")."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from casework.advisors.assign import assign
from casework.cases import records
from casework.cases.apart import said_apart
from casework.cases.codes import ENDED_STATUSES, PRIORITIES, RISK_FLAGS, URGENCIES, higher, in_order
from casework.cases.create import language_told, needs_of
from casework.cases.labels import of_row, raised, settle, unique
from casework.cases.parts import Parts, split
from casework.cases.priority import facts_of, priority
from casework.cases.progress import begin_again
from casework.cases.references import new_reference
from casework.cases.submission import Answer, Labels, Submission
from casework.clocks.keeping import start_clocks
from casework.clocks.promises import starting
from casework.outbox.rows import alert_anew, announce, put
from casework.store import drafts
from casework.store.tables import advisor, case_record, report

if TYPE_CHECKING:
    from casework.store.store import Db

# Words typed at these questions are the account itself.
_ACCOUNT = ("account", "account_more")
TELL_FLAGS = frozenset({"child_at_risk", "adult_at_risk"})


@dataclass(frozen=True, slots=True)
class Stub:
    """The case of a danger report. ``created`` is false where it was there already."""

    reference: str
    advisor: str
    created: bool


class Told(Protocol):
    """What a conversation's draft says of itself."""

    @property
    def id(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def answers(self) -> Mapping[str, Answer]: ...
    @property
    def notes(self) -> Mapping[str, str]: ...
    @property
    def also_said(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def flags(self) -> Collection[str]: ...
    @property
    def urgency(self) -> str: ...


@dataclass(frozen=True, slots=True)
class NothingKnown:
    """Labels of a report of which only the danger is known."""

    category: str = "other"
    hate_kind: str | None = None
    strands: Sequence[str] = ()
    asb_types: Sequence[str] = ()
    risk_flags: Sequence[str] = ()
    urgency: str = "standard"

    def to_json(self) -> dict[str, Any]:
        return {"reasons": []}


def raise_stub(
    db: Db, submission_id: str, now: datetime, *, flags: Collection[str] = (), urgency: str = "emergency",
    words: str = "", message_id: str = "", question: str | None = None, typed: bool = True,
    labels: Labels | None = None, told: Told | None = None, channel: str = "webchat",
) -> Stub:  # fmt: skip
    """Make or extend the stub of this submission, in the caller's transaction. The same message again
    adds nothing.

    ``typed``: the danger was in typed words, so flags and urgency never fall again; a chosen option may
    still be corrected before sending. ``told`` adds what the draft holds so far. Where the report was
    sent meanwhile the words are added to its case.
    """
    from casework.advisors.transfer import owner_after_words

    records.only_one(db, submission_id)
    known = records.by_submission(db, submission_id)
    if known is not None and known.complete:
        from casework.cases.words import add_words

        # The same message again, from a sender that was never answered: the whole report holds it.
        if message_id not in records.heard_in(records.first_told(db, known.reference)):
            add_words(db, known.reference, words, labels, now, message_id=message_id, flags=flags, urgency=urgency)
        return Stub(known.reference, _advisor_name(db, known.advisor_id), False)
    parts, heard, new = _so_far(db, known, told, words, message_id, question)
    submission = Submission(
        submission_id=submission_id, labels=labels or NothingKnown(risk_flags=tuple(flags)), channel=channel,
        answers=told.answers if told else {}, identity=_identity(told), urgency_floor=urgency,
        under_18=bool(known and known.under_18),
    )  # fmt: skip
    typed_flags = in_order([*(known.typed_flags if known else ()), *(flags if typed else ())], RISK_FLAGS)
    typed_urgency = known.typed_urgency if known else "standard"
    if typed:
        typed_urgency = higher(typed_urgency, urgency, URGENCIES)
    settled = settle(submission, {*typed_flags, *flags}, typed_urgency)
    if known is not None:
        settled = raised(of_row(known), settled)
    facts = facts_of(submission, settled)
    level, why = priority(facts)
    if known is not None:
        level = higher(known.priority, level, PRIORITIES)
    values = {
        "complete": False, "channel": channel, "category": settled.category, "hate_kind": settled.hate_kind,
        "strands": settled.strands, "regulator_hate": settled.regulator_hate, "asb_types": settled.asb_types,
        "risk_flags": settled.risk_flags, "urgency": settled.urgency, "priority": level,
        "reasons": unique([*settled.reasons, *why]), "typed_flags": typed_flags,
        "typed_urgency": typed_urgency, "under_18": facts.under_18,
        "postcode_district": parts.postcode_district,
    }  # fmt: skip
    ended = known is not None and known.status in ENDED_STATUSES and (
        new or (settled.risk_flags, settled.urgency) != (known.risk_flags, known.urgency)
    )  # fmt: skip
    if known is None:
        needs = replace(needs_of(submission, parts, settled, level), language=language_told([parts.answers]))
        owner = assign(db, needs, now)
        reference, advisor_id, advisor_name = new_reference(db), owner.id, owner.name
        records.insert(db, reference, submission_id, advisor_id, now, values)
        records.add_report(db, reference, parts, channel, now, heard)
        records.event(db, reference, "created", now)
        drafts.point_at(db, submission_id, reference)
    else:
        reference = known.reference
        if ended:
            begin_again(db, known, now)
        db.execute(case_record.update().where(case_record.c.reference == reference).values(**values))
        records.replace_report(db, reference, parts, now, heard)
        if new and words:
            records.event(db, reference, "words_added", now)
        advisor_id = owner_after_words(db, reference, now)
        advisor_name = _advisor_name(db, advisor_id)
    deadlines = starting(level, settled.risk_flags, now, db.settings, facts.under_18)
    start_clocks(db, reference, deadlines, now)
    if ended:
        start_clocks(db, reference, [one for one in deadlines if one.name != "alert"], now, again=True)
    announce(db, reference, advisor_id, now, level)
    if known is not None and new:
        in_danger = "emergency" in (urgency, labels.urgency if labels else "")
        _tell_of_more(db, reference, advisor_id, now, message_id, words, in_danger)
    return Stub(reference, advisor_name, known is None)


def tell_before_leaving(db: Db, draft: Told, now: datetime) -> bool:
    """Whether an advisor is told of a report that is left or broken off: an emergency, a child or an
    adult at risk, a reporter under 18 with any flag. True where a stub stays."""
    known = records.by_submission(db, draft.id)
    under_18 = draft.answers.get("age_group") in ("under_13", "13_17")
    flags = set(draft.flags)
    if draft.urgency == "emergency" or flags & TELL_FLAGS or (under_18 and flags):
        raise_stub(db, draft.id, now, flags=flags, urgency=draft.urgency, told=draft, channel=draft.channel)
        return True
    return known is not None


def _tell_of_more(
    db: Db, reference: str, advisor_id: str, now: datetime, message_id: str, words: str, in_danger: bool
) -> None:
    """The advisor hears of what came to a stub. New danger alerts again where an earlier alert was acknowledged; one
    that nobody has acknowledged comes again by itself."""
    key = message_id or secrets.token_hex(16)
    if words:
        put(db, "words_added", reference, now, advisor_id=advisor_id, key=key)
    if in_danger:
        alert_anew(db, reference, advisor_id, now, key=f"{key}:")


def forget_identity(db: Db, submission_id: str) -> None:
    """The reporter wishes to be anonymous after all: the stub forgets who they are, wherever it holds it."""
    known = records.by_submission(db, submission_id)
    if known is None or known.complete:
        return
    told, heard = _held(db, known.reference)
    submission = Submission(
        submission_id=submission_id, labels=NothingKnown(), identity="anonymous",
        answers={name: value for name, value in told.items() if name not in ("notes", "also_said")},
        notes=told.get("notes", {}), also_said=told.get("also_said", []),
    )  # fmt: skip
    parts = split(submission)
    held = records.first_report(db, known.reference)
    received: datetime = db.scalar(sa.select(report.c.received_at).where(report.c.id == held))
    who = str(told.get("reporter_name", ""))
    kept = {key: next(iter(said_apart([entry], who)), None) if entry else None for key, entry in heard.items()}
    records.replace_report(db, known.reference, parts, received, kept)


def _so_far(
    db: Db, known: Any, told: Told | None, words: str, message_id: str, question: str | None
) -> tuple[Parts, records.Heard, bool]:
    """What the stub holds together: its earlier words, the draft's answers, and this message once.

    Also the messages taken in so far, and whether this one, typed or chosen, is new.
    """
    before, heard = _held(db, known.reference) if known is not None else ({}, {})
    answers = {name: value for name, value in before.items() if name not in ("notes", "also_said")}
    notes: dict[str, str] = dict(before.get("notes", {}))
    also_said: list[dict[str, Any]] = [dict(entry) for entry in before.get("also_said", [])]
    if told is not None:
        answers.update(told.answers)
        notes.update(told.notes)
        also_said += [dict(entry) for entry in told.also_said if dict(entry) not in also_said]
    new = bool(words or message_id) and message_id not in heard
    if new and not words:
        heard = {**heard, message_id: None}
    if new and words:
        entry = {"question": question or "", "text": words}
        heard = {**heard, message_id: entry} if message_id else heard
        account = answers.get("account", "")
        if question in _ACCOUNT:
            if words not in account:
                answers["account"] = f"{account}\n\n{words}" if account else words
        elif entry not in also_said:
            also_said.append(entry)
    submission = Submission(
        submission_id="", labels=NothingKnown(), answers=answers, notes=notes, also_said=also_said,
        identity=_identity(told) or "named",
    )  # fmt: skip
    return split(submission), heard, new


def _held(db: Db, reference: str) -> tuple[dict[str, Any], records.Heard]:
    """The stub's answers, with the identity that lies apart, and the messages it has taken in."""
    from casework.cases.reading import identity_of

    key = records.first_report(db, reference)
    sealed: bytes = db.scalar(sa.select(report.c.answers).where(report.c.id == key))
    told = records.told(db, key, sealed)
    held: dict[str, Any] = told["answers"]
    identity = identity_of(db, reference)
    if "contact_safety" in identity:
        held["notes"] = {**held.get("notes", {}), "contact_safety": identity.pop("contact_safety")}
    return {**held, **identity}, records.heard_in(told)


def _identity(told: Told | None) -> str | None:
    value = told.answers.get("identity") if told else None
    return value if isinstance(value, str) else None


def _advisor_name(db: Db, advisor_id: str) -> str:
    found: str = db.scalar(sa.select(advisor.c.name).where(advisor.c.id == advisor_id))
    return found
