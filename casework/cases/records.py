"""Rows of a case: found, inserted, completed, written about."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import Act, codes_in, note
from casework.cases.parts import Parts
from casework.related.indexes import index_new, renew
from casework.store.tables import case_record, identity_details, report, timeline

if TYPE_CHECKING:
    from casework.related.tokens import Token
    from casework.store.store import Db

_BY_SUBMISSION = sa.select(case_record).where(case_record.c.submission_id == sa.bindparam("submission"))
_EVENT = timeline.insert()
_REPORT = report.insert()
_IDENTITY = identity_details.insert()
_WHO = sa.select(identity_details.c.details).where(identity_details.c.report_id == sa.bindparam("report"))
_FORGET_WHO = identity_details.delete().where(identity_details.c.report_id == sa.bindparam("report"))
# The messages of danger that a case has taken in, so that none counts twice, with the words of those that the whole
# report may not hold: ``{"question": …, "text": …}``.
Heard = Mapping[str, Mapping[str, str] | None]
_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:submission, 0))")
PROGRAM = "program"
# Events that are also in the audit, which outlives the case.
_AUDITED = {"label_changed": Act.CHANGE_LABEL, "labels_confirmed": Act.CONFIRM_LABELS, "reassigned": Act.TRANSFER}


def only_one(db: Db, submission_id: str) -> None:
    """Keep another process from making a case of the same submission (SQLite has one writer anyway)."""
    if db.connection.dialect.name == "postgresql":
        db.execute(_ONE_AT_A_TIME, {"submission": submission_id})


def by_submission(db: Db, submission_id: str) -> Any:
    """The row of the case of this submission, or None."""
    return db.execute(_BY_SUBMISSION, {"submission": submission_id}).first()


def insert(
    db: Db, reference: str, submission_id: str, advisor_id: str, now: datetime, values: Mapping[str, Any]
) -> None:
    """A new case. What ``values`` does not say is not known yet."""
    unknown = {
        "status": "new", "created_at": now, "sent_at": None, "closed_at": None, "held": False,
        "hate_kind": None, "typed_flags": [], "typed_urgency": "standard", "labels_confirmed_by": None,
        "reporter_role": None, "identity": None, "affected_consent": None, "consent_confirmed_by": None,
        "safeguarding_basis": False, "information_only": False,
        "under_18": False, "wants_person": False, "needs_interpreter": False, "postcode_district": None,
        "satisfaction": None, "closing": None,
    }  # fmt: skip
    row = {
        **unknown,
        **values,
        "reference": reference,
        "submission_id": submission_id,
        "advisor_id": advisor_id,
    }
    db.execute(case_record.insert(), row)


def add_report(
    db: Db, reference: str, parts: Parts, channel: str, now: datetime, heard: Heard | None = None
) -> set[Token]:
    """Keep one report whole: what was told in one row, who told it in another. Returns what it is found by."""
    key, told = secrets.token_hex(16), _told(parts, heard)
    db.execute(_REPORT, {"id": key, "case_reference": reference, "received_at": now, "channel": channel,
                         "answers": seal(db, f"report|answers|{key}", told)})  # fmt: skip
    if parts.identity:
        _add_identity(db, reference, key, parts.identity)
    return index_new(db, reference, key, told, parts.identity)


def replace_report(db: Db, reference: str, parts: Parts, now: datetime, heard: Heard | None = None) -> None:
    """The stub's words are part of the whole report that came now: the report takes their place."""
    key = first_report(db, reference)
    db.execute(
        report.update().where(report.c.id == key)
        .values(answers=seal(db, f"report|answers|{key}", _told(parts, heard)), received_at=now)
    )  # fmt: skip
    put_identity(db, reference, key, parts.identity)


def first_report(db: Db, reference: str) -> str:
    """The id of the report that made the case."""
    found: str = db.scalar(_first_of(reference).with_only_columns(report.c.id))
    return found


def first_told(db: Db, reference: str) -> dict[str, Any]:
    """``told`` of the report that made the case; of nothing where there is none."""
    row = db.execute(_first_of(reference)).first()
    return {"answers": {}, "contact": None} if row is None else told(db, row.id, row.answers)


def _first_of(reference: str) -> sa.Select[Any]:
    """The first report of a case."""
    mine = sa.select(report.c.id, report.c.answers).where(report.c.case_reference == reference)
    return mine.order_by(report.c.received_at, report.c.id).limit(1)


def locked(db: Db, reference: str) -> Any:
    """The row of a case, kept from other writers until the end of the transaction; None where there is none."""
    return db.execute(sa.select(case_record).where(case_record.c.reference == reference).with_for_update()).first()


def put_told(db: Db, report_id: str, told: Mapping[str, Any]) -> None:
    """Write back what ``told`` gave, after a change."""
    sealed = seal(db, f"report|answers|{report_id}", dict(told))
    db.execute(report.update().where(report.c.id == report_id).values(answers=sealed))


def identity_of_report(db: Db, report_id: str) -> dict[str, str]:
    """Who told one report, and how they can be reached; empty for an anonymous one."""
    sealed = db.scalar(_WHO, {"report": report_id})
    found: dict[str, str] = {} if sealed is None else unseal(db, f"identity_details|details|{report_id}", sealed)
    return found


def put_identity(db: Db, reference: str, report_id: str, identity: Mapping[str, str]) -> None:
    """Replace who told a report; with nothing left in it the row goes. By what the report is found follows."""
    db.execute(_FORGET_WHO, {"report": report_id})
    if identity:
        _add_identity(db, reference, report_id, identity)
    renew(db, reference, report_id)


def _add_identity(db: Db, reference: str, report_id: str, identity: Mapping[str, str]) -> None:
    sealed = seal(db, f"identity_details|details|{report_id}", dict(identity))
    db.execute(_IDENTITY, {"report_id": report_id, "case_reference": reference, "details": sealed})


def told_of(db: Db, report_id: str) -> dict[str, Any]:
    """``told`` of a report that is known by its id alone."""
    sealed: bytes = db.scalar(sa.select(report.c.answers).where(report.c.id == report_id))
    return told(db, report_id, sealed)


def told(db: Db, report_id: str, sealed: bytes) -> dict[str, Any]:
    """``{"answers": …, "contact": …}`` of one report."""
    found: dict[str, Any] = unseal(db, f"report|answers|{report_id}", sealed)
    return found


def event(
    db: Db,
    reference: str,
    name: str,
    at: datetime,
    by: str = PROGRAM,
    detail: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """One line of the timeline. ``detail`` holds codes only; a person's reason is sealed."""
    sealed = None if reason is None else seal(db, reason_place(reference, at, by, name), reason)
    if name in _AUDITED:
        note(db, _AUDITED[name], by, at, reference, codes_in(detail))
    db.execute(_EVENT, {"case_reference": reference, "at": at, "by": by, "event": name,
                        "detail": None if detail is None else dict(detail), "reason": sealed})  # fmt: skip


def reason_place(reference: str, at: datetime, by: str, event: str) -> str:
    """Where the reason of a line belongs: the line has no number before it is written, so the rest of it stands
    for it."""
    return f"timeline|reason|{reference}|{at.astimezone(UTC).isoformat()}|{by}|{event}"


def seal(db: Db, context: str, value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return db.keys.seal(text.encode("utf-8", "surrogatepass"), context=context)


def unseal(db: Db, context: str, sealed: bytes) -> Any:
    return json.loads(db.keys.open(sealed, context=context).decode("utf-8", "surrogatepass"))


def heard_in(told: Mapping[str, Any]) -> Heard:
    """The messages of danger that a case has taken in. An earlier version kept their ids alone."""
    found = told.get("heard", {})
    return dict(found) if isinstance(found, dict) else dict.fromkeys(found)


def _told(parts: Parts, heard: Heard | None) -> dict[str, Any]:
    told: dict[str, Any] = {"answers": parts.answers, "contact": parts.contact}
    return {**told, "heard": dict(heard)} if heard else told
