"""What advisors find and the program never decides (case-record.md, "Fair to all"): whether a complaint may be
malicious, what keeps staff safe before a visit (AP 2.6), and the safeguarding decision (AP 2.6, HP 2.11: MASH).

None of them lowers a label, a priority or a clock: a malicious complaint can itself be a hate incident (HP 1.5), and
perception decides. The newest of a field holds; those before it stay to be read.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import Act, note
from casework.cases import records
from casework.cases.progress import NotAllowed
from casework.cases.thread import NoCase
from casework.clocks.promises import SAFEGUARDING_FLAGS
from casework.store.fair_tables import finding
from casework.store.tables import timeline

if TYPE_CHECKING:
    from casework.store.store import Db

MALICIOUS, STAFF_SAFETY, SAFEGUARDING = "possible_malicious", "staff_safety", "safeguarding"
# What may be found. Of safeguarding: referred to MASH and not answered yet; taken up by MASH; nothing further, as MASH
# decided; not referred, because the threshold is not met. ``as_closed`` is of cases closed before decisions were kept.
VALUES = {
    MALICIOUS: ("yes", "no"),
    STAFF_SAFETY: ("risk", "none_known"),
    SAFEGUARDING: ("referred", "taken_up", "no_further_action", "not_referred"),
}
# With these a case may be closed.
DECIDED = frozenset({"taken_up", "no_further_action", "not_referred", "as_closed"})


def record_finding(
    db: Db, reference: str, field: str, value: str, why: str, by: str, at: datetime, decided_by: str = ""
) -> None:
    """Keep what was found, and why; of safeguarding also who decided it. Raises ``NoCase``, ``NotAllowed``."""
    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    if value not in VALUES.get(field, ()):
        raise NotAllowed(f"{field} is one of {', '.join(VALUES.get(field, ())) or 'nothing'}.")
    if not why.strip():
        raise NotAllowed("Say why: what you know, and from whom.")
    body: dict[str, Any] = {"kind": value, "why": why.strip()}
    if field == SAFEGUARDING:
        if not decided_by.strip():
            raise NotAllowed("Say who decided it: MASH, or who found that its threshold is not met.")
        # What it was decided about: a risk that is seen later needs a decision of its own.
        body |= {"decided_by": decided_by.strip(), "flags": sorted(SAFEGUARDING_FLAGS & set(case.risk_flags))}
    key = secrets.token_hex(16)
    before = sa.select(sa.func.coalesce(sa.func.max(finding.c.seq), 0)).where(finding.c.case_reference == reference)
    db.execute(finding.insert(), {
        "id": key, "case_reference": reference, "seq": db.scalar(before) + 1, "at": at, "by": by, "field": field,
        "body": records.seal(db, f"finding|body|{key}", body),
    })  # fmt: skip
    note(db, Act.FINDING, by, at, reference, {"field": field})
    records.event(db, reference, "finding", at, by, {"field": field})


def findings_of(db: Db, reference: str) -> dict[str, dict[str, Any] | None]:
    """The finding that holds for each field, with those before it as ``earlier``, newest first; None where there is
    none."""
    shown: dict[str, dict[str, Any] | None] = dict.fromkeys(VALUES)
    rows = db.execute(sa.select(finding).where(finding.c.case_reference == reference).order_by(finding.c.seq.desc()))
    for row in rows:
        one = _shown(db, row)
        holds = shown.get(row.field)
        if holds is None:
            shown[row.field] = one
        else:
            holds.setdefault("earlier", []).append(one)
    return shown


def current(db: Db, reference: str, field: str) -> dict[str, Any] | None:
    """The finding that holds for one field."""
    mine = sa.select(finding).where(finding.c.case_reference == reference, finding.c.field == field)
    row = db.execute(mine.order_by(finding.c.seq.desc()).limit(1)).first()
    return None if row is None else _shown(db, row)


def decision_to_close(db: Db, case: Any) -> str | None:
    """The safeguarding decision with which this case may be closed, or None: it is none that is still awaited, it is
    about every safeguarding flag that the case has now, and no older than when the case was last reopened."""
    found = current(db, case.reference, SAFEGUARDING)
    if found is None or found["value"] not in DECIDED:
        return None
    if not SAFEGUARDING_FLAGS & set(case.risk_flags) <= set(found["flags"]):
        return None
    since = _reopened(db, case.reference)
    return None if since is not None and datetime.fromisoformat(found["at"]) < since else str(found["value"])


def _reopened(db: Db, reference: str) -> datetime | None:
    moves = sa.select(timeline.c.at, timeline.c.detail).where(
        timeline.c.case_reference == reference, timeline.c.event == "status"
    )
    for row in db.execute(moves.order_by(timeline.c.id.desc())):
        if row.detail and row.detail.get("from") == "closed":
            found: datetime = row.at
            return found
    return None


def _shown(db: Db, row: Any) -> dict[str, Any]:
    body = records.unseal(db, f"finding|body|{row.id}", row.body)
    return {"value": body.pop("kind"), **body, "at": row.at.isoformat(), "by": row.by}
