"""Correcting what is kept of a person. What stood there is kept beside it, sealed, with who changed it and why.

An account is never rewritten: it is what somebody told, and labels point into it. What is wrong in it is stated
beside it.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import note
from casework.cases import records
from casework.cases.parts import IDENTITY_ANSWERS, NAMED_ONLY, postcode_district
from casework.cases.progress import NotAllowed
from casework.cases.thread import NoCase
from casework.outbox.rows import put
from casework.related.indexes import renew
from casework.store.rights_tables import correction
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db

STATED_BESIDE = ("account", "account_more")
ANSWERS = ("where_postcode", "person_responsible", "happened_when", "police_reference", "impact", "wishes")
CORRECTABLE = (*IDENTITY_ANSWERS, *ANSWERS, *STATED_BESIDE)


def correct(db: Db, reference: str, name: str, value: str, by: str, at: datetime, reason: str) -> None:
    """Put ``value`` in place of one answer of the report; empty takes it away. By what the report is found follows, in
    the same transaction. Raises ``NoCase``, ``NotAllowed``."""
    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    if name not in CORRECTABLE:
        raise NotAllowed(f"{name} cannot be corrected; these can: {', '.join(CORRECTABLE)}.")
    if not reason.strip():
        raise NotAllowed("A correction needs a reason.")
    if name in NAMED_ONLY and case.identity != "named":
        raise NotAllowed("The reporter is anonymous: nothing about them is kept.")
    value = value.strip()
    key = records.first_report(db, reference)
    if name in STATED_BESIDE:
        if not value:
            raise NotAllowed("What was told is not taken away; say what is right.")
        before: Any = None
    elif name in IDENTITY_ANSWERS:
        before = _correct_identity(db, case, key, name, value)
    else:
        before = _correct_answer(db, case, key, name, value)
    note(db, "correct", by, at, reference, {"name": name})
    _keep(db, reference, key, name, by, at, {"from": before, "to": value, "reason": reason})
    records.event(db, reference, "corrected", at, by, {"name": name})
    put(db, "corrected", reference, at, advisor_id=case.advisor_id, key=at.isoformat())


def corrections_of(db: Db, reference: str, with_identity: bool = False) -> list[dict[str, Any]]:
    """All corrections of a case, oldest first. Names and contacts stand in them only ``with_identity``."""
    rows = db.execute(
        sa.select(correction).where(correction.c.case_reference == reference).order_by(correction.c.at, correction.c.id)
    )
    found = []
    for row in rows:
        line: dict[str, Any] = {"at": row.at.isoformat(), "by": row.by, "name": row.name}
        if with_identity or row.name not in IDENTITY_ANSWERS:
            line |= records.unseal(db, f"correction|body|{row.id}", row.body)
        found.append(line)
    return found


def _correct_identity(db: Db, case: Any, key: str, name: str, value: str) -> str | None:
    identity = records.identity_of_report(db, key)
    before = identity.pop(name, None)
    records.put_identity(db, case.reference, key, {**identity, name: value} if value else identity)
    return before


def _correct_answer(db: Db, case: Any, key: str, name: str, value: str) -> Any:
    told = records.told_of(db, key)
    answers = dict(told["answers"])
    before = answers.pop(name, None)
    if value:
        answers[name] = value
    records.put_told(db, key, {**told, "answers": answers})
    renew(db, case.reference, key)
    if name == "where_postcode":
        district = postcode_district(value)
        db.execute(
            case_record.update().where(case_record.c.reference == case.reference).values(postcode_district=district)
        )
    return before


def _keep(db: Db, reference: str, report_id: str, name: str, by: str, at: datetime, body: dict[str, Any]) -> None:
    key = secrets.token_hex(16)
    db.execute(correction.insert(), {
        "id": key, "case_reference": reference, "report_id": report_id, "at": at, "by": by, "name": name,
        "body": records.seal(db, f"correction|body|{key}", body),
    })  # fmt: skip
