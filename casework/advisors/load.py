"""What counts to an advisor's load: each case that is not closed, without reports that were joined to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.store.relation_tables import joined_report
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db


def counts(db: Db, case: Any) -> bool:
    """Whether this case is counted to its advisor's load, as it stands."""
    joined = sa.select(sa.literal(1)).where(joined_report.c.case_reference == case.reference)
    return case.status != "closed" and db.scalar(joined) is None


def counted(db: Db) -> dict[str, int]:
    """The load of each advisor who has one, counted anew: what ``advisor.open_cases`` has to be."""
    rows = db.execute(
        sa.select(case_record.c.advisor_id, sa.func.count().label("n"))
        .where(
            case_record.c.status != "closed",
            case_record.c.reference.not_in(sa.select(joined_report.c.case_reference)),
        )
        .group_by(case_record.c.advisor_id)
    )
    return {row.advisor_id: row.n for row in rows}
