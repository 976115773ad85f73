"""What advisors do to a case: move it on, close and reopen it, note what was done, hand it over.

Each is a person's act with their name in the timeline and, where it changes the case, in the audit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from casework.advisors.assign import count_to, release
from casework.advisors.load import counts
from casework.audit import Act, note
from casework.cases import records
from casework.cases.codes import ENDED_STATUSES, NOTES, STATUSES
from casework.cases.thread import NoCase
from casework.clocks.keeping import end_alert, start_clocks, stop_clocks
from casework.clocks.promises import CLOSE_WITHDRAWN, SAFEGUARDING_FLAGS, following, starting
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db

# What closing asks for (HP 2.10, case-record.md "Statuses"): satisfaction, or why it could not be asked.
CLOSING_FIELDS = ("review_with_reporter", "support_signposted", "learning")
_SATISFACTION = range(1, 6)


class NotAllowed(ValueError):
    """The case cannot be moved so. The message is a sentence for the advisor."""


class NotClosed(NotAllowed):
    """Closing needs more. ``missing`` names what: of ``CLOSING_FIELDS``, ``satisfaction_not_asked``,
    ``safeguarding`` (the decision of ``casework.cases.findings``)."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"To close the case, these are needed: {', '.join(missing)}.")
        self.missing = missing


def change_status(db: Db, reference: str, status: str, by: str, at: datetime, reason: str = "") -> None:
    """Move a case to a later status, or go on with a closed or withdrawn one as ``in_progress``. Raises
    ``NotAllowed``, ``NoCase``."""
    case = _case(db, reference)
    if status == "closed":
        raise NotAllowed("A case is closed with its closing review.")
    if status == "withdrawn":
        # Never by moving it: a concern about somebody's safety outlives the wish.
        raise NotAllowed("A case is withdrawn by the reporter's wish alone, confirmed in a safe way.")
    if case.status in ENDED_STATUSES and status != "in_progress":
        raise NotAllowed(f"A {case.status} case goes on as in progress.")
    if case.status == "closed":
        stop_clocks(db, reference, at, ["follow_up"])
        deadlines = starting(case.priority, case.risk_flags, at, db.settings, case.under_18)
        start_clocks(db, reference, [d for d in deadlines if d.name == "update"], at, again=True)
    elif case.status == "withdrawn":
        stop_clocks(db, reference, at, [CLOSE_WITHDRAWN.name])
    elif status not in STATUSES or STATUSES.index(status) <= STATUSES.index(case.status):
        raise NotAllowed(f"A case that is {case.status} cannot become {status}.")
    _set(db, reference, status=status, closed_at=None)
    if case.status == "closed" and counts(db, _case(db, reference)):
        count_to(db, case.advisor_id, at)
    _moved(db, case, status, by, at, reason)


def reopen(db: Db, reference: str, by: str, at: datetime, reason: str) -> None:
    """Go on with a closed or withdrawn case as ``in_progress``. Raises ``NotAllowed``, ``NoCase``."""
    if _case(db, reference).status not in ENDED_STATUSES:
        raise NotAllowed("The case is open.")
    if not reason.strip():
        raise NotAllowed("Going on with a case that had ended needs a reason.")
    change_status(db, reference, "in_progress", by, at, reason)


def begin_again(db: Db, case: Any, at: datetime) -> Any:
    """What a reporter sends or tells after the end makes a closed or withdrawn case a new one, by the program: nobody
    has looked at it yet. The row as it stands then; which promises start again is for the caller to say."""
    stop_clocks(db, case.reference, at, ["follow_up", CLOSE_WITHDRAWN.name])
    _set(db, case.reference, status="new", closed_at=None)
    _moved(db, case, "new", records.PROGRAM, at)
    found = _case(db, case.reference)
    if case.status == "closed" and counts(db, found):
        count_to(db, case.advisor_id, at)
    return found


def close(
    db: Db, reference: str, by: str, at: datetime, closing: Mapping[str, str], satisfaction: int | None = None
) -> None:
    """Close a case. ``closing`` holds the review, support and learning, and ``satisfaction_not_asked`` where there is
    no figure (1 to 5). A case with a safeguarding flag needs the decision that was recorded about it, and keeps which
    it was. Raises ``NotClosed``, ``NotAllowed``, ``NoCase``."""
    from casework.cases.findings import decision_to_close

    case = _case(db, reference)
    if case.status == "closed":
        raise NotAllowed("The case is closed already.")
    if "safeguarding" in closing:
        raise NotAllowed("The safeguarding decision is recorded by itself, with who took it and why.")
    if satisfaction is not None and satisfaction not in _SATISFACTION:
        raise NotAllowed("Satisfaction is a figure from 1 to 5.")
    missing = [name for name in CLOSING_FIELDS if not closing.get(name, "").strip()]
    if satisfaction is None and not closing.get("satisfaction_not_asked", "").strip():
        missing.append("satisfaction_not_asked")
    decision = decision_to_close(db, case)
    if SAFEGUARDING_FLAGS & set(case.risk_flags) and decision is None:
        missing.append("safeguarding")
    if missing:
        raise NotClosed(missing)
    if counts(db, case):
        release(db, case.advisor_id)
    words = {**closing, **({"safeguarding": decision} if decision else {})}
    sealed = records.seal(db, f"case_record|closing|{reference}", words)
    _set(db, reference, status="closed", closed_at=at, closing=sealed, satisfaction=satisfaction)
    end_alert(db, reference, by, at)
    stop_clocks(db, reference, at)
    start_clocks(db, reference, following("closed", case.priority, at, db.settings), at, again=True)
    _moved(db, case, "closed", by, at)


def add_note(db: Db, reference: str, text: str, by: str, at: datetime, about: str = "other") -> None:
    """What an advisor did or found out, for whoever works on the case; the reporter never sees it. ``about`` is one of
    ``NOTES``. Raises ``NotAllowed``, ``NoCase``."""
    _case(db, reference)
    if about not in NOTES:
        raise NotAllowed(f"A note is about one of {', '.join(NOTES)}.")
    if not text.strip():
        raise NotAllowed("There is nothing in the note.")
    records.event(db, reference, "note", at, by, {"about": about}, text.strip())


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


def _case(db: Db, reference: str) -> Any:
    """The row of the case, kept from other writers: two people who close it at once close it once."""
    found = records.locked(db, reference)
    if found is None:
        raise NoCase(reference)
    return found


def _moved(db: Db, case: Any, status: str, by: str, at: datetime, reason: str = "") -> None:
    detail = {"from": case.status, "to": status}
    note(db, Act.CHANGE_STATUS, by, at, case.reference, detail)
    records.event(db, case.reference, "status", at, by, detail, reason.strip() or None)


def _set(db: Db, reference: str, **values: Any) -> None:
    db.execute(case_record.update().where(case_record.c.reference == reference).values(**values))
