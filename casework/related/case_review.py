"""Whether somebody may ask for the ASB Case Review (AP 2.5): one hate report, or three reports of anti-social
behaviour, in six months, by or about the same affected person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.related.finding import tokens_of_case
from casework.related.indexes import macs_of
from casework.store.relation_tables import blind_index
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.related.tokens import Token
    from casework.store.store import Db

WINDOW = timedelta(days=183)
REPORTS = 3
_PERSON = ("phone", "email", "full_name")


def reports_in_six_months(
    db: Db, reference: str, now: datetime, found_by: Collection[Token] | None = None
) -> list[str]:
    """The references of sent ASB and hate reports in the window that are by or about the person affected in this
    one, itself included, oldest first. Joined reports count: what matters is how often somebody had to ask.
    ``found_by``: what this one is found by, where that is at hand."""
    told = tokens_of_case(db, reference, with_joined=False) if found_by is None else found_by
    macs = macs_of(db.keys, [token for token in told if token.subject == "affected" and token.kind in _PERSON])
    found = {reference}
    if macs:
        rows = db.execute(
            sa.select(blind_index.c.case_reference, blind_index.c.kind, blind_index.c.mac).where(
                blind_index.c.mac.in_(sorted({mac for _, mac in macs})),
                blind_index.c.subject == "affected",
            )
        )
        found |= {row.case_reference for row in rows if (row.kind, bytes(row.mac)) in macs}
    keys = sorted(found)
    counted: list[Any] = []
    for start in range(0, len(keys), 500):
        counted += db.execute(
            sa.select(case_record.c.created_at, case_record.c.reference).where(
                case_record.c.reference.in_(keys[start : start + 500]), case_record.c.complete,
                case_record.c.category.in_(("asb", "hate")), case_record.c.created_at >= now - WINDOW,
                case_record.c.created_at <= now)
        ).all()  # fmt: skip
    return [row.reference for row in sorted(counted, key=lambda row: (row.created_at, row.reference))]


def case_review(db: Db, reference: str, category: str, now: datetime) -> dict[str, Any]:
    """``{"may_ask", "because", "reports"}`` for the advisor, who sees which: matching by name can be wrong."""
    reports = reports_in_six_months(db, reference, now)
    because = "hate" if category == "hate" else "three_reports" if len(reports) >= REPORTS else None
    return {"may_ask": because is not None, "because": because, "reports": reports}
