"""What counts to an advisor's load: each case that is not closed, without reports that were joined to another."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import Act, note
from casework.store.relation_tables import joined_report
from casework.store.tables import advisor, case_record

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


def drifted(db: Db, *, lock: bool = False) -> list[dict[str, Any]]:
    """The advisors whose count differs from their cases: id, name, counted (as it is kept), cases (as it should be).
    ``lock`` keeps everybody who takes or gives back a case out until the end of the transaction."""
    kept = sa.select(advisor.c.id, advisor.c.name, advisor.c.open_cases).order_by(advisor.c.id)
    rows = db.execute(kept.with_for_update() if lock else kept).all()
    # A statement of its own: it sees what was committed while this one waited for the rows above.
    right = counted(db)
    return [
        {"id": row.id, "name": row.name, "counted": row.open_cases, "cases": right.get(row.id, 0)}
        for row in rows if row.open_cases != right.get(row.id, 0)
    ]  # fmt: skip


def recount(db: Db, by: str, at: datetime) -> list[dict[str, Any]]:
    """Put right the counts that differ, each with an entry in the audit; those that did, as ``drifted`` gives them."""
    found = drifted(db, lock=True)
    for one in found:
        note(db, Act.RECOUNT, by, at, detail={"advisor": one["id"], "from": one["counted"], "to": one["cases"]})
        db.execute(advisor.update().where(advisor.c.id == one["id"]).values(open_cases=one["cases"]))
    return found
