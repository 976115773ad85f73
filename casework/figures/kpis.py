"""The figures. Cases are counted, not reports, so what was joined to a case is not counted beside it; stubs that were
never sent are shown apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.clocks.working import LONDON
from casework.store.relation_tables import joined_report
from casework.store.tables import case_record, clock, enforcement_action, outbox

if TYPE_CHECKING:
    from casework.store.store import Db

_CASES = sa.select(
    case_record.c.created_at, case_record.c.closed_at, case_record.c.category, case_record.c.hate_kind,
    case_record.c.regulator_hate, case_record.c.asb_types, case_record.c.complete, case_record.c.satisfaction,
    case_record.c.status, case_record.c.priority,
).where(case_record.c.reference.not_in(sa.select(joined_report.c.case_reference)))  # fmt: skip
_MET = (
    sa.select(clock.c.name, clock.c.started_at, clock.c.met_at, clock.c.due_at)
    .where(clock.c.name.in_(("acknowledge", "contact", "risk_assess", "confirm")))
    .where(clock.c.met_at.is_not(None))
)
MONTHS = 12


def kpis(db: Db, now: datetime) -> dict[str, Any]:
    """All figures up to now; "this year" is the calendar year in London."""
    cases = db.execute(_CASES).all()
    sent = [case for case in cases if case.complete]
    year = now.astimezone(LONDON).year
    asb = [case for case in sent if case.category in ("asb", "hate")]
    open_now = [case for case in asb if case.closed_at is None]
    times: dict[str, list[float]] = {}
    late = 0
    for row in db.execute(_MET):
        name = "acknowledge" if row.name in ("acknowledge", "contact") else "triage"
        times.setdefault(name, []).append((row.met_at - row.started_at).total_seconds() / 3600)
        late += row.met_at > row.due_at
    actions = db.execute(sa.select(enforcement_action.c.kind, enforcement_action.c.legal, enforcement_action.c.at))
    legal_cases, by_kind = 0, Counter[str]()
    for action in actions:
        by_kind[action.kind] += 1
        legal_cases += bool(action.legal) and action.at.astimezone(LONDON).year == year
    satisfaction = [case.satisfaction for case in sent if case.satisfaction is not None]
    homes = db.settings.homes
    return {
        "at": now.isoformat(),
        "hate_incidents": _count(sent, hate_kind="incident"),
        "hate_crimes": _count(sent, hate_kind="crime"),
        "enforcement_actions": dict(sorted(by_kind.items())),
        "hours_to_acknowledge": _spread(times.get("acknowledge", [])),
        "hours_to_triage": _spread(times.get("triage", [])),
        "clocks_met_late": late,
        "clocks_overdue": _overdue(db, now),
        "satisfaction": {"answers": len(satisfaction), "mean": _mean(satisfaction)},
        "open_asb_cases": len(open_now),
        "open_asb_cases_by_month": _open_by_month(asb, now),
        "asb_cases_per_1000_homes": _per_1000(len(_of_year(asb, year)), homes),
        "hate_cases_per_1000_homes": _per_1000(sum(c.regulator_hate for c in _of_year(asb, year)), homes),
        "homes": homes or None,
        "legal_cases_this_year": legal_cases,
        "asb_types": dict(sorted(Counter(kind for case in asb for kind in case.asb_types).items())),
        "cases_by_category": dict(sorted(Counter(case.category for case in sent).items())),
        "cases_by_priority": dict(sorted(Counter(case.priority for case in sent).items())),
        "stubs": len(cases) - len(sent),
        "alerts_open": db.scalar(
            sa.select(sa.func.count(sa.distinct(outbox.c.case_reference)))
            .where(outbox.c.kind == "alert", outbox.c.state == "pending")
        ),
    }  # fmt: skip


def _count(cases: Iterable[Any], **wanted: str) -> int:
    return sum(all(getattr(case, name) == value for name, value in wanted.items()) for case in cases)


def _of_year(cases: Iterable[Any], year: int) -> list[Any]:
    return [case for case in cases if case.created_at.astimezone(LONDON).year == year]


def _overdue(db: Db, now: datetime) -> int:
    statement = (
        sa.select(sa.func.count()).select_from(clock.join(case_record))
        .where(clock.c.met_at.is_(None), clock.c.due_at < now, case_record.c.status != "closed")
    )  # fmt: skip
    found: int = db.scalar(statement)
    return found


def _spread(hours: list[float]) -> dict[str, float | int | None]:
    ordered = sorted(hours)
    highest = ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))] if ordered else None
    return {
        "count": len(ordered),
        "median": round(median(ordered), 1) if ordered else None,
        "ninety_percent": None if highest is None else round(highest, 1),
    }


def _mean(values: list[int]) -> float | None:
    return round(sum(values) / len(values), 2) if values else None


def _per_1000(cases: int, homes: int) -> float | None:
    return round(cases * 1000 / homes, 2) if homes else None


def _open_by_month(cases: list[Any], now: datetime) -> dict[str, int]:
    """Open at the end of each of the last twelve months, the current one as it is now."""
    ends: list[tuple[str, datetime]] = [(f"{now.astimezone(LONDON):%Y-%m}", now)]
    first = now.astimezone(LONDON).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while len(ends) < MONTHS:
        last = first - timedelta(days=1)
        ends.append((f"{last:%Y-%m}", first))
        first = last.replace(day=1)
    return {
        name: sum(c.created_at < end and (c.closed_at is None or c.closed_at >= end) for c in cases)
        for name, end in reversed(ends)
    }
