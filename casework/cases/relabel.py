"""Labels as an advisor sees them: triage is advice until a person has looked (case-record.md, "Perception decides").

Each change keeps its reason in the timeline. What becomes ASB, hate, urgent or an emergency takes at least the priority
of the landlord's floors, with its clocks and its alert; so do new flags, by the urgency they ask for. Nothing but an
advisor's own word on the priority lowers it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from casework.cases import records
from casework.cases.codes import (
    ASB_TYPES,
    CATEGORIES,
    PRIORITIES,
    REGULATOR_STRANDS,
    RISK_FLAGS,
    STRANDS,
    URGENCIES,
    higher,
    in_order,
)
from casework.cases.labels import of_row, urgency_of
from casework.cases.priority import Facts, priority
from casework.cases.progress import NotAllowed
from casework.cases.thread import NoCase
from casework.clocks.keeping import start_clocks
from casework.clocks.promises import starting
from casework.outbox.rows import alert_anew
from casework.related.links import joined_to
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db

ONE_OF: Mapping[str, tuple[str, ...]] = {
    "category": CATEGORIES, "priority": PRIORITIES, "urgency": URGENCIES, "hate_kind": ("crime", "incident"),
}  # fmt: skip
SEVERAL_OF: Mapping[str, tuple[str, ...]] = {"strands": STRANDS, "asb_types": ASB_TYPES, "risk_flags": RISK_FLAGS}
# The floors of priority.py for what an advisor can say of a case (case-record.md, "Priority and clocks").
_FLOORS = {
    ("category", "asb"): "standard", ("category", "hate"): "urgent",
    ("urgency", "urgent"): "urgent", ("urgency", "emergency"): "emergency",
}  # fmt: skip


def change_label(db: Db, reference: str, label: str, value: str, by: str, at: datetime, reason: str) -> None:
    """Change a label of ``ONE_OF``, or of ``SEVERAL_OF`` to these codes, with commas between them (of flags the new
    ones: none is ever taken away). Raises ``NotAllowed``, ``NoCase``."""
    from casework.advisors.transfer import owner_after_words

    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    if to := joined_to(db, reference):
        raise NotAllowed(f"This report is joined to {to}: its labels are changed there.")
    if not reason.strip():
        raise NotAllowed("A changed label needs a reason.")
    if label in ("hate_kind", "strands") and case.category != "hate":
        raise NotAllowed(f"{label} belongs to a hate case, and this one is {case.category}: change its category first.")
    values = _several(case, label, value) if label in SEVERAL_OF else _one(case, label, value, by)
    level = values["priority"]
    flags = values.get("risk_flags", case.risk_flags)
    db.execute(case_record.update().where(case_record.c.reference == reference).values(**values))
    detail = {"label": label, "from": _code(getattr(case, label)), "to": _code(values[label])}
    records.event(db, reference, "label_changed", at, by, detail, reason)
    owner = owner_after_words(db, reference, at)
    if level == "emergency" != case.priority:
        alert_anew(db, reference, owner, at, key=f"{at.isoformat()}:")
    start_clocks(db, reference, starting(level, flags, at, db.settings, case.under_18), at)


def confirm_labels(db: Db, reference: str, by: str, at: datetime) -> None:
    """An advisor has looked: the labels are no longer provisional. Raises ``NoCase``."""
    if records.locked(db, reference) is None:
        raise NoCase(reference)
    confirmed = case_record.update().where(case_record.c.reference == reference).values(labels_confirmed_by=by)
    db.execute(confirmed)
    records.event(db, reference, "labels_confirmed", at, by)


def _one(case: Any, label: str, value: str, by: str) -> dict[str, Any]:
    if value not in ONE_OF.get(label, ()):
        raise NotAllowed(f"{label} cannot become {value}.")
    values: dict[str, Any] = {label: value}
    if label == "category":
        values |= {"labels_confirmed_by": by} | _with_category(case, value)
    if label != "priority":
        values["priority"] = higher(case.priority, _FLOORS.get((label, value), "review"), PRIORITIES)
    return values


def _several(case: Any, label: str, value: str) -> dict[str, Any]:
    codes = [code.strip() for code in value.split(",") if code.strip()]
    if wrong := [code for code in codes if code not in SEVERAL_OF[label]]:
        raise NotAllowed(f"{label} cannot hold {', '.join(wrong)}.")
    if label == "risk_flags" and not codes:
        raise NotAllowed("Say which flags to add; none is ever taken away.")
    if label == "strands":
        strands = in_order(codes, STRANDS)
        return {"strands": strands, "regulator_hate": bool(REGULATOR_STRANDS & set(strands)), "priority": case.priority}
    if label == "asb_types":
        return {"asb_types": in_order(codes, ASB_TYPES), "priority": case.priority}
    before = of_row(case)
    asked = urgency_of(set(codes) - set(case.risk_flags))
    urgency = higher(case.urgency, asked, URGENCIES)
    after = replace(before, risk_flags=in_order([*case.risk_flags, *codes], RISK_FLAGS), urgency=urgency)
    old, new = (priority(Facts(one, case.affected_consent, case.under_18))[0] for one in (before, after))
    # A priority that an advisor lowered rises again by what the new flags ask for alone.
    level = higher(case.priority, new, PRIORITIES) if new != old else case.priority
    level = higher(level, _FLOORS.get(("urgency", asked), "review"), PRIORITIES)
    return {"risk_flags": after.risk_flags, "urgency": urgency, "priority": level}


def _with_category(case: Any, category: str) -> dict[str, Any]:
    if category == "hate":
        return {"hate_kind": case.hate_kind or "incident"}
    return {"hate_kind": None, "strands": [], "regulator_hate": False}


def _code(value: Any) -> Any:
    return ("+".join(value) or None) if isinstance(value, list) else value
