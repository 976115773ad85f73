"""What the figures count, read once: cases, the clocks that say when somebody was heard, actions taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.figures.period import Period
from casework.store.relation_tables import joined_report
from casework.store.tables import case_record, clock, enforcement_action

if TYPE_CHECKING:
    from casework.store.store import Db

# Cases are counted, not reports: what was joined to a case is not counted beside it.
_JOINED = sa.select(joined_report.c.case_reference)
_CASES = sa.select(
    case_record.c.reference, case_record.c.created_at, case_record.c.closed_at, case_record.c.category,
    case_record.c.hate_kind, case_record.c.regulator_hate, case_record.c.asb_types, case_record.c.complete,
    case_record.c.satisfaction, case_record.c.status, case_record.c.priority,
).where(case_record.c.reference.not_in(_JOINED))  # fmt: skip
_HEARD = {"acknowledge": "acknowledge", "contact": "acknowledge", "risk_assess": "triage", "confirm": "triage"}
_MET = (
    sa.select(clock.c.name, clock.c.started_at, clock.c.met_at, clock.c.due_at, case_record.c.category)
    .join(case_record, case_record.c.reference == clock.c.case_reference)
    .where(clock.c.name.in_(_HEARD), clock.c.met_at.is_not(None))
)
_ACTIONS = (
    sa.select(
        enforcement_action.c.kind, enforcement_action.c.legal, enforcement_action.c.at,
        enforcement_action.c.case_reference, case_record.c.category,
    ).join(case_record, case_record.c.reference == enforcement_action.c.case_reference)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """Rows of the database. ``cases`` are those that were sent; ``stubs`` counts the others of the period."""

    cases: Sequence[Any]
    stubs: int
    met: Sequence[Any]
    actions: Sequence[Any]


def read(db: Db, period: Period) -> Material:
    """All that figures of this period need; cases from before it too, which were open in it."""
    cases = db.execute(_CASES.where(case_record.c.created_at < period.ends_at)).all()
    met = db.execute(_MET.where(clock.c.met_at >= period.starts_at, clock.c.met_at < period.ends_at)).all()
    actions = db.execute(_ACTIONS.where(enforcement_action.c.at < period.ends_at)).all()
    return Material(
        [case for case in cases if case.complete],
        sum(not case.complete and period.holds(case.created_at) for case in cases), met, actions,
    )  # fmt: skip


def hours(met: Sequence[Any], what: str, category: str = "") -> dict[str, float | int | None]:
    """How long it took until cases were acknowledged (or contacted), or triaged (risk-assessed or confirmed):
    count, median and the hours in which nine of ten were done."""
    ordered = sorted(
        (row.met_at - row.started_at).total_seconds() / 3600
        for row in met if _HEARD[row.name] == what and category in ("", row.category)
    )  # fmt: skip
    highest = ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))] if ordered else None
    return {
        "count": len(ordered),
        "median": round(median(ordered), 1) if ordered else None,
        "ninety_percent": None if highest is None else round(highest, 1),
    }


def satisfaction(cases: Sequence[Any], period: Period, *categories: str) -> dict[str, float | int | None]:
    """Answers of the cases that were closed in the period, 1 to 5: how many, and their mean."""
    values = [
        case.satisfaction for case in cases
        if case.satisfaction is not None and period.holds(case.closed_at) and (
            not categories or case.category in categories)
    ]  # fmt: skip
    return {"answers": len(values), "mean": round(sum(values) / len(values), 2) if values else None}


def per_1000(cases: int, homes: int) -> float | None:
    """Cases per 1,000 homes; None where the number of homes is not set."""
    return round(cases * 1000 / homes, 2) if homes else None
