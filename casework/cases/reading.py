"""Reading cases: lists without words, one case with its words. Every reading of an account is logged."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework import clocks
from casework.cases import records
from casework.cases.thread import NoCase, thread
from casework.cases.withdrawal import withdrawal_asked
from casework.privacy import reveal as revealing
from casework.privacy.access import log_access
from casework.privacy.reveal import ReasonNeeded
from casework.related.case_review import case_review
from casework.related.finding import related
from casework.related.links import joined_reports, joined_to
from casework.store.tables import advisor, case_record, identity_details, timeline

if TYPE_CHECKING:
    from casework.store.store import Db


def as_json(
    db: Db, reference: str, *, by: str, reveal: bool = False, reason: str = "", at: datetime | None = None
) -> dict[str, Any]:
    """One case in the shape of case-record.md. Writes to the access log, so it needs ``store.begin()``.

    Raises ``NoCase``; ``ReasonNeeded`` where ``reveal`` comes without a reason; ``SecondPersonNeeded`` where a
    second person has to approve it and has not.
    """
    if reveal and not reason.strip():
        raise ReasonNeeded("Identity is shown only with a reason.")
    case = db.execute(
        sa.select(case_record, advisor.c.name.label("advisor_name"), advisor.c.email.label("advisor_email"))
        .join(advisor, advisor.c.id == case_record.c.advisor_id)
        .where(case_record.c.reference == reference)
    ).first()
    if case is None:
        raise NoCase(reference)
    moment = at or clocks.now(db.settings)
    log_access(db, by, "reveal_identity" if reveal else "read_account", reference, moment, reason)
    if reveal:
        revealing.check(db, reference, by, moment)
    from casework.cases.findings import findings_of
    from casework.cases.respondents import respondents_of
    from casework.rights.correction import corrections_of

    told = records.first_told(db, reference)
    shown = {
        "reference": case.reference, "complete": case.complete, "status": case.status,
        "created_at": _text(case.created_at), "channel": case.channel, "category": case.category,
        "hate_kind": case.hate_kind, "strands": case.strands, "regulator_hate": case.regulator_hate,
        "asb_types": case.asb_types, "risk_flags": case.risk_flags, "urgency": case.urgency,
        "priority": case.priority, "reasons": case.reasons, "reporter_role": case.reporter_role,
        "identity": case.identity, "affected_consent": case.affected_consent,
        "safeguarding_basis": case.safeguarding_basis, "wants_person": case.wants_person,
        "needs_interpreter": case.needs_interpreter, "answers": told["answers"],
        "contact": None if case.identity == "anonymous" else told["contact"],
        "advisor": {"name": case.advisor_name, "email": case.advisor_email},
        "clocks": [
            {name: _text(value) if name.endswith("_at") else value for name, value in clock.items()
             # Only of a clock that ran out, or that nobody waits for.
             if value or name not in ("missed_at", "stopped_at")}
            for clock in clocks.clocks_of(db, reference)
        ],
        "related": [one.to_json() for one in related(db, reference)],
        "timeline": _timeline(db, reference), "information_only": case.information_only,
        "labels_confirmed_by": case.labels_confirmed_by, "consent_confirmed_by": case.consent_confirmed_by,
        "joined_to": joined_to(db, reference), "joined_reports": joined_reports(db, reference),
        "case_review": case_review(db, reference, case.category, moment),
        "corrections": corrections_of(db, reference, with_identity=reveal),
        "respondents": respondents_of(db, reference, with_identity=reveal), **findings_of(db, reference),
        "withdrawal_asked": withdrawal_asked(db, reference), "messages": thread(db, reference, "advisor"),
    }  # fmt: skip
    if case.closing is not None:
        words = records.unseal(db, f"case_record|closing|{reference}", case.closing)
        shown["closing"] = {"closed_at": _text(case.closed_at), "satisfaction": case.satisfaction, **words}
    if reveal:
        shown["identity_details"] = identity_of(db, reference)
    return shown


def identity_of(db: Db, reference: str) -> dict[str, str]:
    """Names and ways to reach people of a case; empty for an anonymous one. Callers log why they read it."""
    found: dict[str, str] = {}
    rows = db.execute(sa.select(identity_details).where(identity_details.c.case_reference == reference))
    for row in rows:
        found.update(records.unseal(db, f"identity_details|details|{row.report_id}", row.details))
    return found


def _timeline(db: Db, reference: str) -> list[dict[str, Any]]:
    shown = []
    rows = db.execute(sa.select(timeline).where(timeline.c.case_reference == reference).order_by(timeline.c.id))
    for row in rows:
        line: dict[str, Any] = {"at": _text(row.at), "by": row.by, "event": row.event}
        if row.detail:
            line["detail"] = row.detail
        if row.reason is not None:
            place = records.reason_place(reference, row.at, row.by, row.event)
            line["reason"] = records.unseal(db, place, row.reason)
        shown.append(line)
    return shown


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
