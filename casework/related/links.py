"""Which report was joined to which case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.store.relation_tables import joined_report
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db


def joined_to(db: Db, reference: str) -> str | None:
    """The case that this report was joined to, or None."""
    found: str | None = db.scalar(
        sa.select(joined_report.c.joined_to).where(joined_report.c.case_reference == reference)
    )
    return found


def told_of(db: Db, case: Any) -> str:
    """The id of the advisor who is told of what happens in a report: who answers for the case it was joined to."""
    of_case = sa.select(case_record.c.advisor_id).where(case_record.c.reference == joined_report.c.joined_to)
    found: str | None = db.scalar(of_case.where(joined_report.c.case_reference == case.reference))
    return found or str(case.advisor_id)


def joined_reports(db: Db, reference: str) -> list[dict[str, Any]]:
    """The reports that were joined to a case, in the order in which they came; each is read under its own reference."""
    rows = db.execute(
        sa.select(joined_report.c.case_reference, joined_report.c.at, joined_report.c.by, case_record.c.created_at)
        .join(case_record, case_record.c.reference == joined_report.c.case_reference)
        .where(joined_report.c.joined_to == reference)
        .order_by(case_record.c.created_at, case_record.c.reference)
    )
    return [
        {"reference": row.case_reference, "received_at": row.created_at.isoformat(), "at": row.at.isoformat(),
         "by": row.by}
        for row in rows
    ]  # fmt: skip
