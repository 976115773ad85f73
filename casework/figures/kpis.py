"""The figures of both policies (HP 4.3, AP 4.2) and the regulator. Cases are counted, not reports; stubs that were
never sent are shown apart."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.figures.counting import Material, hours, per_1000, read, satisfaction
from casework.figures.period import Period, month_ends, twelve_months, year_to
from casework.store.tables import case_record, clock, outbox

if TYPE_CHECKING:
    from casework.settings import Settings
    from casework.store.store import Db

MONTHS = 12
_ASB = ("asb", "hate")


def kpis(db: Db, now: datetime, period: Period | None = None) -> dict[str, Any]:
    """All figures of a period, the twelve months up to today without one. "This year" is the landlord's year up to
    the period's end. Nothing is hidden: for anything that leaves the house see ``publish``."""
    chosen = period or twelve_months(now)
    found = read(db, chosen)
    new = [case for case in found.cases if chosen.holds(case.created_at)]
    return {
        "at": now.isoformat(),
        "period": chosen.to_json(),
        **hate_figures(found, chosen),
        **asb_figures(found, chosen, db.settings, now),
        "hours_to_acknowledge": hours(found.met, "acknowledge"),
        "hours_to_triage": hours(found.met, "triage"),
        "satisfaction": satisfaction(found.cases, chosen),
        "enforcement_actions": _by_kind(found, chosen),
        "cases": len(new),
        "cases_by_category": _counted(case.category for case in new),
        "cases_by_priority": _counted(case.priority for case in new),
        "stubs": found.stubs,
        **_work(db, found, now),
    }


def hate_figures(found: Material, period: Period) -> dict[str, Any]:
    """HP 4.3: hate incidents and crimes reported, enforcement actions by type, time to acknowledge and to triage,
    satisfaction with the support."""
    new = [case for case in found.cases if case.category == "hate" and period.holds(case.created_at)]
    return {
        "hate_incidents": sum(case.hate_kind == "incident" for case in new),
        "hate_crimes": sum(case.hate_kind == "crime" for case in new),
        "hate_regulator": sum(bool(case.regulator_hate) for case in new),
        "hate_enforcement_actions": _by_kind(found, period, "hate"),
        "hate_hours_to_acknowledge": hours(found.met, "acknowledge", "hate"),
        "hate_hours_to_triage": hours(found.met, "triage", "hate"),
        "hate_satisfaction": satisfaction(found.cases, period, "hate"),
    }


def asb_figures(found: Material, period: Period, settings: Settings, now: datetime) -> dict[str, Any]:
    """AP 4.2 and the regulator's ASB measure: cases open at the end of each month and per 1,000 homes (of hate only
    the regulator's five strands), legal cases in the year, types, satisfaction. Hate is anti-social behaviour too."""
    asb = [case for case in found.cases if case.category in _ASB]
    new = [case for case in asb if period.holds(case.created_at)]
    year = year_to(period.last, settings.year_begins_in)
    legal = {row.case_reference for row in found.actions if row.legal and year.holds(row.at)}
    months = {
        name: sum(case.created_at < end and (case.closed_at is None or case.closed_at >= end) for case in asb)
        for name, end in month_ends(period.last, MONTHS)
    }
    return {
        "asb_cases": len(new),
        "open_asb_cases": months[f"{period.last:%Y-%m}"],
        "open_asb_cases_by_month": months,
        "asb_cases_per_1000_homes": per_1000(len(new), settings.homes),
        "hate_cases_per_1000_homes": per_1000(sum(bool(case.regulator_hate) for case in new), settings.homes),
        "homes": settings.homes or None,
        "legal_cases_this_year": len(legal),
        "asb_types": _counted(kind for case in new for kind in case.asb_types),
        "asb_satisfaction": satisfaction(found.cases, period, "asb"),
    }


def _work(db: Db, found: Material, now: datetime) -> dict[str, Any]:
    """How the work stands now, which is nobody's business outside."""
    overdue = (
        sa.select(sa.func.count()).select_from(clock.join(case_record))
        .where(clock.c.met_at.is_(None), clock.c.stopped_at.is_(None), clock.c.due_at < now)
    )  # fmt: skip
    alerts = sa.select(sa.func.count(sa.distinct(outbox.c.case_reference))).where(
        outbox.c.kind == "alert", outbox.c.state == "pending"
    )
    return {
        "clocks_met_late": sum(row.met_at > row.due_at for row in found.met),
        "clocks_overdue": db.scalar(overdue),
        "alerts_open": db.scalar(alerts),
    }


def _by_kind(found: Material, period: Period, category: str = "") -> dict[str, int]:
    return _counted(
        row.kind for row in found.actions if period.holds(row.at) and category in ("", row.category)
    )  # fmt: skip


def _counted(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
