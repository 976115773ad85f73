"""Making a case from a report, in the caller's transaction: the case, its owner, its clocks, its messages
and the end of the draft stand or fall together (architecture, 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.advisors.assign import Needs, Owner, assign, release
from casework.advisors.fitting import is_named
from casework.advisors.load import counts
from casework.cases import records
from casework.cases.codes import ENDED_STATUSES, PRIORITIES, higher
from casework.cases.labels import Settled, from_labels, of_row, raised, settle, unique
from casework.cases.parts import Parts, split
from casework.cases.priority import facts_of, priority
from casework.cases.progress import begin_again
from casework.cases.references import new_reference
from casework.cases.submission import Labels, Submission
from casework.clocks.keeping import start_clocks
from casework.clocks.promises import SAFEGUARDING_FLAGS, Deadline, starting
from casework.outbox.rows import alert, announce
from casework.related.case_review import reports_in_six_months
from casework.store import drafts
from casework.store.tables import advisor, case_record, clock, timeline

if TYPE_CHECKING:
    from casework.related.tokens import Token
    from casework.store.store import Db


@dataclass(frozen=True, slots=True)
class CaseReceipt:
    """What the reporter is told: who answers for the case, and what is promised by when.

    ``no_duty``: contact is promised today and nobody is on duty out of hours, so numbers have to be given.
    ``may_be_everyday``: only what is not generally ASB was told; a person confirms it.
    """

    reference: str
    advisor: str
    priority: str
    clocks: tuple[Deadline, ...]
    no_duty: bool = False
    may_be_everyday: bool = False
    case_review_in_full: bool = False
    created: bool = True


def create_case(db: Db, submission: Submission, now: datetime) -> CaseReceipt:
    """Make the case of this submission, or give the one there is: one submission makes one case.

    A stub of the same submission (``complete`` false) becomes this case, keeping reference, owner and clocks.
    """
    from casework.advisors.transfer import quiet_named

    records.only_one(db, submission.submission_id)
    known = records.by_submission(db, submission.submission_id)
    if known is not None and known.complete:
        drafts.end(db, submission.submission_id, known.reference, now)
        return _receipt(db, known.reference, now, created=False)
    heard, left = (None, []) if known is None else _only_in_stub(db, known.reference, submission)
    submission = replace(submission, also_said=[*submission.also_said, *left])
    parts = split(submission)
    labels = settle(submission, known.typed_flags if known else (), known.typed_urgency if known else "standard")
    labels = _with_words(labels, left, submission.read_before)
    decided = known is not None and _decided(db, known)
    if decided:
        labels = raised(of_row(known), labels)
    facts = facts_of(submission, labels)
    level, why = priority(facts)
    labels.reasons[:] = unique([*labels.reasons, *why])
    if decided:
        level = higher(known.priority, level, PRIORITIES)
    needs = needs_of(submission, parts, labels, level)
    # After closure a report makes a new case; a submission has one, so the stub's begins again.
    ended = known is not None and known.status in ENDED_STATUSES
    values = {
        **_labels(labels), "complete": True, "sent_at": now, "channel": submission.channel, "priority": level,
        "reporter_role": submission.reporter_role, "identity": submission.identity,
        "affected_consent": submission.affected_consent, "safeguarding_basis": submission.safeguarding_basis,
        "information_only": submission.information_only, "under_18": facts.under_18,
        "wants_person": submission.wants_person, "needs_interpreter": submission.needs_interpreter,
        "postcode_district": parts.postcode_district,
    }  # fmt: skip
    if known is None:
        reference = new_reference(db)
        owner = assign(db, needs, now)
        records.insert(db, reference, submission.submission_id, owner.id, now, values)
        found_by = records.add_report(db, reference, parts, submission.channel, now)
        records.event(db, reference, "created", now)
    else:
        reference = known.reference
        if ended:
            known = begin_again(db, known, now)
        owner = _keep_owner(db, known, needs, now)
        values["advisor_id"] = owner.id
        if replace(labels, reasons=[]) != replace(of_row(known), reasons=[]):
            # Nobody has looked at what the whole report says beyond the stub.
            values["labels_confirmed_by"] = None
        db.execute(case_record.update().where(case_record.c.reference == reference).values(**values))
        records.replace_report(db, reference, parts, now, heard)
        found_by = None
        records.event(db, reference, "completed", now)
        quiet_named(db, reference, needs, owner.id)
    deadlines = starting(level, labels.risk_flags, now, db.settings, facts.under_18)
    start_clocks(db, reference, deadlines, now, again=ended)
    announce(db, reference, owner.id, now, level, completed=known is not None)
    if ended and level == "emergency":
        alert(db, reference, owner.id, now, key="sent:")
    drafts.end(db, submission.submission_id, reference, now)
    return _receipt(db, reference, now, found_by)


def needs_of(submission: Submission, parts: Parts, labels: Settled, level: str) -> Needs:
    """What this report needs of its advisor."""
    flags = set(labels.risk_flags)
    return Needs(
        trained=labels.category == "hate" or bool(flags & {*SAFEGUARDING_FLAGS, "domestic_abuse"})
        or submission.under_18 or submission.safeguarding_basis,
        district=parts.postcode_district,
        language=_code_of(submission.foreign_language),
        texts=tuple(words_in([parts.answers, parts.identity])),
        about_staff=submission.answers.get("relationship_to_them") == "staff",
        responsible=str(submission.answers.get("person_responsible", "")), priority=level,
    )  # fmt: skip


def language_told(answers: Iterable[Mapping[str, Any]]) -> str | None:
    """The code of the language in which something of a report was told, where it was none that triage reads."""
    from casework.triage.languages import foreign

    for one in answers:
        told = [one.get("account", ""), *(entry.get("text", "") for entry in one.get("also_said", []))]
        for name in (foreign(text) for text in told if text):
            if name is not None:
                return _code_of(name)
    return None


def _code_of(language: str) -> str | None:
    """The code of a language that triage names; it is loaded only where there is one."""
    if not language:
        return None
    from casework.triage.languages import CODES

    return CODES.get(language)


def _only_in_stub(db: Db, reference: str, submission: Submission) -> tuple[records.Heard, list[Mapping[str, str]]]:
    """The messages of danger that the stub has taken in, without their words; and the words of those that the
    conversation never took, because the database or a process was away: nothing else holds them."""
    heard = records.heard_in(records.first_told(db, reference))
    said = "\n".join(words_in([dict(submission.answers), dict(submission.notes), list(submission.also_said)]))
    left = [
        entry for key, entry in heard.items()
        if entry and entry["text"] not in said and drafts.stored_turn(db, submission.submission_id, key) is None
    ]  # fmt: skip
    return dict.fromkeys(heard), left


def words_in_stub(db: Db, submission_id: str) -> list[str]:
    """The words of a stub's messages that the conversation may never have taken: what ``create_case`` may have to
    label beside the report. Empty where there is no stub."""
    known = records.by_submission(db, submission_id)
    if known is None or known.complete:
        return []
    heard = records.heard_in(records.first_told(db, known.reference))
    return [
        entry["text"] for key, entry in heard.items() if entry and drafts.stored_turn(db, submission_id, key) is None
    ]


def _with_words(labels: Settled, left: Sequence[Mapping[str, str]], read_before: Mapping[str, Labels]) -> Settled:
    """The labels of a report, raised by what words beside it show."""
    from casework.triage import triage

    for entry in left:
        new = from_labels(read_before.get(entry["text"]) or triage(entry["text"]))
        new = replace(new, reasons=[dict(reason, **{"from": "also_said"}) for reason in new.reasons])
        labels = raised(labels, new)
    return labels


def words_in(value: Any) -> list[str]:
    """All texts in answers, notes and the rest, however they are nested."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        value = list(value.values())
    return [text for item in value for text in words_in(item)] if isinstance(value, list | tuple) else []


def _labels(labels: Settled) -> dict[str, Any]:
    return {
        "category": labels.category, "hate_kind": labels.hate_kind, "strands": labels.strands,
        "regulator_hate": labels.regulator_hate, "asb_types": labels.asb_types,
        "risk_flags": labels.risk_flags, "urgency": labels.urgency, "reasons": labels.reasons,
    }  # fmt: skip


def _keep_owner(db: Db, known: Any, needs: Needs, now: datetime) -> Owner:
    """The stub's advisor stays, unless the whole report names them or needs training they do not have."""
    row = db.execute(
        sa.select(advisor).where(advisor.c.id == known.advisor_id)
    ).one()  # fmt: skip
    named = is_named(row, needs, needs.spoken())
    if not named and (row.trained or row.duty_manager or not needs.trained):
        return Owner(row.id, row.name, row.email)
    # First, so that who leaves the case is not held to be busier than they are.
    counting = counts(db, known)
    if counting:
        release(db, row.id)
    owner = assign(db, needs, now, leave_out={row.id} if named else ())
    if not counting:
        release(db, owner.id)
    records.event(db, known.reference, "reassigned", now, detail={"because": "named" if named else "training"})
    return owner


def _decided(db: Db, known: Any) -> bool:
    """Whether an advisor changed or confirmed labels of this stub: what they decided is not lowered by sending."""
    changed = sa.select(timeline.c.id).where(
        timeline.c.case_reference == known.reference, timeline.c.event == "label_changed"
    )
    return known.labels_confirmed_by is not None or db.scalar(changed.limit(1)) is not None


def _receipt(
    db: Db, reference: str, now: datetime, found_by: set[Token] | None = None, *, created: bool = True
) -> CaseReceipt:
    case = db.execute(
        sa.select(case_record, advisor.c.name.label("advisor_name"))
        .join(advisor, advisor.c.id == case_record.c.advisor_id)
        .where(case_record.c.reference == reference)
    ).one()
    deadlines = tuple(
        Deadline(row.name, row.due_at)
        for row in db.execute(
            sa.select(clock.c.name, clock.c.due_at)
            .where(clock.c.case_reference == reference, clock.c.met_at.is_(None), clock.c.stopped_at.is_(None))
            .order_by(clock.c.seq)
        )
    )
    today = any(deadline.name in ("duty_contact", "alert") for deadline in deadlines)
    return CaseReceipt(
        reference, case.advisor_name, case.priority, deadlines,
        no_duty=today and not db.settings.duty_configured,
        may_be_everyday=case.category == "not_asb" and not case.risk_flags,
        case_review_in_full=case.category == "hate" or _second_report(db, case, now, found_by),
        created=created,
    )  # fmt: skip


def _second_report(db: Db, case: Any, now: datetime, found_by: set[Token] | None) -> bool:
    """Whether there was a report by or about the affected person before, in the last six months (AP 2.5, ASB Case
    Review)."""
    return len(reports_in_six_months(db, case.reference, now, found_by)) > 1
