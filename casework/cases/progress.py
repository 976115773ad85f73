"""What advisors do to a case: move it on, close and reopen it, confirm or change its labels, hand it over.

Each is a person's act with their name in the timeline; changes of labels and handovers need a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.advisors.assign import count_to, release
from casework.advisors.load import counts
from casework.cases import records
from casework.cases.codes import CATEGORIES, ENDED_STATUSES, PRIORITIES, STATUSES, URGENCIES, higher
from casework.cases.thread import NoCase
from casework.clocks.keeping import end_alert, start_clocks, stop_clocks
from casework.clocks.promises import SAFEGUARDING_FLAGS, following, starting
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db

# What closing asks for (HP 2.10, case-record.md "Statuses"): satisfaction, or why it could not be asked.
CLOSING_FIELDS = ("review_with_reporter", "support_signposted", "learning")
_MAY_CHANGE: Mapping[str, tuple[str, ...]] = {
    "category": CATEGORIES, "priority": PRIORITIES, "urgency": URGENCIES, "hate_kind": ("crime", "incident"),
}  # fmt: skip
# The floors of priority.py for what an advisor can say of a case (case-record.md, "Priority and clocks").
_FLOORS = {("category", "hate"): "urgent", ("urgency", "urgent"): "urgent", ("urgency", "emergency"): "emergency"}


class NotAllowed(ValueError):
    """The case cannot be moved so. The message is a sentence for the advisor."""


def change_status(db: Db, reference: str, status: str, by: str, at: datetime) -> None:
    """Move a case to a later status, or go on with a closed or withdrawn one as ``in_progress``. Raises
    ``NotAllowed``."""
    case = _case(db, reference)
    if status == "closed":
        raise NotAllowed("A case is closed with its closing review.")
    if case.status in ENDED_STATUSES and status != "in_progress":
        raise NotAllowed(f"A {case.status} case goes on as in progress.")
    if case.status == "closed":
        stop_clocks(db, reference, at, ["follow_up"])
        deadlines = starting(case.priority, case.risk_flags, at, db.settings, case.under_18)
        start_clocks(db, reference, [d for d in deadlines if d.name == "update"], at, again=True)
    elif case.status != "withdrawn" and (
        status not in STATUSES or STATUSES.index(status) <= STATUSES.index(case.status)
    ):
        raise NotAllowed(f"A case that is {case.status} cannot become {status}.")
    _set(db, reference, status=status, closed_at=None)
    if case.status == "closed" and counts(db, _case(db, reference)):
        count_to(db, case.advisor_id, at)
    records.event(db, reference, "status", at, by, {"from": case.status, "to": status})


def close(
    db: Db, reference: str, by: str, at: datetime, closing: Mapping[str, str], satisfaction: int | None = None
) -> None:
    """Close a case. ``closing`` holds the review, support and learning, ``satisfaction_not_asked`` where
    there is no figure (1 to 5), and ``safeguarding`` (the MASH decision and why) where there is a
    safeguarding flag."""
    case = _case(db, reference)
    if case.status == "closed":
        raise NotAllowed("The case is closed already.")
    missing = [name for name in CLOSING_FIELDS if not closing.get(name, "").strip()]
    if satisfaction is None and not closing.get("satisfaction_not_asked", "").strip():
        missing.append("satisfaction_not_asked")
    if {*SAFEGUARDING_FLAGS} & set(case.risk_flags) and not closing.get("safeguarding", "").strip():
        missing.append("safeguarding")
    if missing:
        raise NotAllowed(f"To close the case, these are needed: {', '.join(missing)}.")
    if counts(db, case):
        release(db, case.advisor_id)
    sealed = records.seal(db, f"case_record|closing|{reference}", dict(closing))
    _set(db, reference, status="closed", closed_at=at, closing=sealed, satisfaction=satisfaction)
    end_alert(db, reference, by, at)
    stop_clocks(db, reference, at)
    start_clocks(db, reference, following("closed", case.priority, at, db.settings), at, again=True)
    records.event(db, reference, "status", at, by, {"from": case.status, "to": "closed"})


def change_label(db: Db, reference: str, label: str, value: str, by: str, at: datetime, reason: str) -> None:
    """An advisor changes a label that triage gave; the reason stays in the timeline.

    What becomes hate, urgent or an emergency takes at least the priority of the landlord's floors, with its clocks;
    nothing but an advisor's own word on the priority lowers it. Raises ``NotAllowed``, ``NoCase``.
    """
    case = _case(db, reference)
    if value not in _MAY_CHANGE.get(label, ()):
        raise NotAllowed(f"{label} cannot become {value}.")
    if not reason.strip():
        raise NotAllowed("A changed label needs a reason.")
    before = getattr(case, label)
    values: dict[str, Any] = {label: value}
    if label == "category":
        values |= {"labels_confirmed_by": by} | _with_category(case, value)
    priority = (
        value if label == "priority" else higher(case.priority, _FLOORS.get((label, value), "review"), PRIORITIES)
    )
    _set(db, reference, **values | {"priority": priority})
    records.event(db, reference, "label_changed", at, by, {"label": label, "from": before, "to": value}, reason)
    start_clocks(db, reference, starting(priority, case.risk_flags, at, db.settings, case.under_18), at)


def confirm_labels(db: Db, reference: str, by: str, at: datetime) -> None:
    """An advisor has looked: the labels are no longer provisional."""
    _case(db, reference)
    _set(db, reference, labels_confirmed_by=by)
    records.event(db, reference, "labels_confirmed", at, by)


def confirm_consent(db: Db, reference: str, by: str, at: datetime) -> None:
    """An advisor has checked that the affected person agrees: from now on whoever reported for them may learn
    how the case stands (HP 2.9, AP 2.4)."""
    if _case(db, reference).reporter_role != "on_behalf":
        raise NotAllowed("This report was not made for somebody else.")
    _set(db, reference, consent_confirmed_by=by)
    records.event(db, reference, "consent_confirmed", at, by)


def hand_over(db: Db, reference: str, advisor_id: str, by: str, at: datetime, reason: str, override: str = "") -> None:
    """Give the case to another advisor who fits, or with ``override``, the reason why to them all the same (see
    ``casework.advisors.transfer``). Raises ``NotAllowed``, ``NoCase``."""
    from casework.advisors.transfer import NotTransferred, transfer

    try:
        transfer(db, reference, advisor_id, by, at, reason, override)
    except NotTransferred as refused:
        raise NotAllowed(str(refused)) from None


def _with_category(case: Any, category: str) -> dict[str, Any]:
    if category == "hate":
        return {"hate_kind": case.hate_kind or "incident"}
    return {"hate_kind": None, "strands": [], "regulator_hate": False}


def _case(db: Db, reference: str) -> Any:
    found = db.execute(sa.select(case_record).where(case_record.c.reference == reference)).first()
    if found is None:
        raise NoCase(reference)
    return found


def _set(db: Db, reference: str, **values: Any) -> None:
    db.execute(case_record.update().where(case_record.c.reference == reference).values(**values))
