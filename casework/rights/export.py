"""A copy of one person's data (UK GDPR articles 15 and 20), as JSON and as text to read.

It holds what the person said and what was said about them, who they are as we keep it, and what was done; never who
anybody else is. A reporter and the person it happened to may each have theirs, and a respondent what an advisor kept of
them: who they are, what they said, need, were offered, and how it came out. What the report says of them a person
answers, because hardly a line of it does not tell who complained (Data Protection Act 2018, schedule 2, 16); what
advisors found (possibly malicious, staff safety, safeguarding) is in nobody's copy for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import Act
from casework.cases import records
from casework.cases.parts import IDENTITY_ANSWERS
from casework.cases.progress import NotAllowed
from casework.cases.thread import NoCase, thread
from casework.privacy import reveal
from casework.privacy.access import log_access
from casework.privacy.reveal import ReasonNeeded
from casework.rights.correction import corrections_of
from casework.rights.redaction import Redactor
from casework.store.tables import report, timeline

if TYPE_CHECKING:
    from casework.store.store import Db

RESPONDENT = "respondent"
PERSONS = ("reporter", "affected", RESPONDENT)
# Of a timeline what would tell one side of the other, or of advisors' findings.
_APART = frozenset({"respondent", "finding", "join_declined"})
# Answers that say nothing but who somebody is; whose own they are stands in _IDENTITY.
_ABOUT_OTHERS = ("person_responsible", *IDENTITY_ANSWERS)
# Of what a representative or witness answered, these are about the person it happened to.
_ABOUT_AFFECTED = (
    "account", "account_more", "still_happening", "motive", "urgent_repair", "where_postcode", "happened_when",
    "frequency", "harm_signs", "impact", "vulnerabilities", "children_present", "reported_to", "police_reference",
    "evidence", "affected_consent", "affected_contact_ok", "support_needs",
)  # fmt: skip
_IDENTITY = {"reporter": ("reporter_name", "contact_value", "contact_safety"), "affected": ("affected_name",)}


@dataclass(frozen=True, slots=True)
class Export:
    """``document`` is what the person gets; ``doubts`` are words in it that could be somebody's name, for the person
    who looks it through before it leaves."""

    document: dict[str, Any] = field(repr=False)
    doubts: tuple[str, ...] = field(repr=False)


def export_data(
    db: Db, references: Sequence[str], person: str, by: str, at: datetime, reason: str, respondent: str = ""
) -> Export:
    """The data of the ``reporter`` or the ``affected`` person of these cases, or of the one ``respondent`` of a case
    whose id begins so. Each is logged as an export.

    Raises ``NoCase``, ``NotAllowed``, ``ReasonNeeded``, ``SecondPersonNeeded``.
    """
    if person not in PERSONS:
        raise NotAllowed(
            "The data of a reporter, the affected person or a respondent is exported; other requests a person answers."
        )
    if not reason.strip():
        raise ReasonNeeded("Data is exported only with a reason.")
    left_out: dict[str, int] = {}
    doubts: set[str] = set()
    shown = []
    for reference in dict.fromkeys(references):
        case = records.locked(db, reference)
        if case is None:
            raise NoCase(reference)
        log_access(db, by, Act.EXPORT, reference, at, reason)
        reveal.check(db, reference, by, at)
        if person == "affected" and case.reporter_role == "self":
            raise NotAllowed(f"In {reference} the reporter is the affected person: export the reporter's data.")
        if person == RESPONDENT:
            from casework.cases.respondents import id_of
            from casework.rights.respondent import copy_of

            one, redactor = copy_of(db, reference, id_of(db, reference, respondent))
            shown.append(one)
        else:
            redactor = _redactor(db, reference, person, case.reporter_role == "self")
            shown.append(_case(db, case, person, redactor))
        doubts |= redactor.doubts
        for kind, count in redactor.left_out.items():
            left_out[kind] = left_out.get(kind, 0) + count
    document = {"person": person, "made_at": at.isoformat(), "cases": shown, "left_out": dict(sorted(left_out.items()))}
    return Export(document, tuple(sorted(doubts)))


def _redactor(db: Db, reference: str, person: str, affects_reporter: bool) -> Redactor:
    """What is the person's own, and what is others'. Where it happened is the home of whom it happened to."""
    own: list[str] = []
    others: list[str] = []
    for key, told in reports_of(db, reference):
        answers, identity = told["answers"], records.identity_of_report(db, key)
        for name, text in identity.items():
            (own if name in _IDENTITY[person] else others).append(text)
        others.append(_text(answers.get("person_responsible")))
        if affects_reporter or person == "affected":
            own.append(_text(answers.get("where_postcode")))
    made = Redactor(own, others)
    made.learn(text for _, told in reports_of(db, reference) for text in texts_in(told["answers"]))
    made.learn(line["text"] for line in thread(db, reference))
    return made


def _case(db: Db, case: Any, person: str, redactor: Redactor) -> dict[str, Any]:
    found: dict[str, Any] = {
        "reference": case.reference, "status": case.status, "received_at": case.created_at.isoformat(),
        "channel": case.channel, "category": case.category, "hate_kind": case.hate_kind, "strands": case.strands,
        "asb_types": case.asb_types, "risk_flags": case.risk_flags, "priority": case.priority,
        "reports": [_report(db, key, told, person, redactor) for key, told in reports_of(db, case.reference)],
        "done": [
            {"at": row.at.isoformat(), "event": row.event}
            for row in db.execute(sa.select(timeline).where(
                timeline.c.case_reference == case.reference).order_by(timeline.c.id))
            if row.event not in _APART
        ],
    }  # fmt: skip
    if person == "reporter":
        found["messages"] = [
            {"at": line["at"], "from": line["author"], "kind": line["kind"], "text": redactor.clean(line["text"])}
            for line in thread(db, case.reference)
        ]
    found["corrections"] = []
    for line in corrections_of(db, case.reference, with_identity=True):
        shown = {name: line[name] for name in ("at", "name", "from", "to")}
        if line["name"] in _IDENTITY[person]:
            found["corrections"].append(shown)
        elif _is_told(line["name"], person):
            found["corrections"].append(_cleaned(shown, redactor))
    return found


def _report(db: Db, key: str, told: Mapping[str, Any], person: str, redactor: Redactor) -> dict[str, Any]:
    identity = records.identity_of_report(db, key)
    answers = {
        name: _cleaned(value, redactor) for name, value in told["answers"].items()
        if name not in ("notes", "also_said") and _is_told(name, person)
    }  # fmt: skip
    found: dict[str, Any] = {
        "who_you_are": {name: identity[name] for name in _IDENTITY[person] if name in identity}, "answers": answers,
    }  # fmt: skip
    if person == "reporter":
        for name in ("notes", "also_said"):
            if name in told["answers"]:
                found[name] = _cleaned(told["answers"][name], redactor)
        found["contact"] = told["contact"]
    return found


def _is_told(name: str, person: str) -> bool:
    return name not in _ABOUT_OTHERS and (person == "reporter" or name in _ABOUT_AFFECTED)


def _cleaned(value: Any, redactor: Redactor) -> Any:
    """The same value with every text cleaned; times and the names of questions are no texts of anybody."""
    if isinstance(value, str):
        return redactor.clean(value)
    if isinstance(value, Mapping):
        return {
            name: one if name in ("at", "name", "question") else _cleaned(one, redactor) for name, one in value.items()
        }
    return [_cleaned(one, redactor) for one in value] if isinstance(value, list | tuple) else value


def reports_of(db: Db, reference: str) -> list[tuple[str, dict[str, Any]]]:
    rows = db.execute(
        sa.select(report.c.id, report.c.answers).where(report.c.case_reference == reference)
        .order_by(report.c.received_at, report.c.id)
    ).all()  # fmt: skip
    return [(row.id, records.told(db, row.id, row.answers)) for row in rows]


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
