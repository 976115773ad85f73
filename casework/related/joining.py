"""Joining a report to the case it belongs to, which is an advisor's act alone, and taking that back.

The joined report keeps its reference, its words, its thread and its receipt code: whoever sent it reads only what is
theirs. What was promised about it is promised by the case from now on, which takes the higher of all labels.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.advisors.assign import count_to, release
from casework.advisors.load import counts
from casework.advisors.transfer import owner_after_words
from casework.cases import records
from casework.cases.codes import ENDED_STATUSES, PRIORITIES, higher
from casework.cases.labels import Settled, of_row, raised
from casework.cases.progress import NotAllowed, begin_again
from casework.cases.thread import NoCase
from casework.cases.withdrawal import go_on, in_need
from casework.clocks.keeping import start_clocks, stop_clocks
from casework.clocks.promises import Deadline, starting
from casework.outbox.rows import put
from casework.related.finding import agreements_of, are_reversed
from casework.related.links import joined_reports, joined_to
from casework.store import drafts
from casework.store.relation_tables import joined_report
from casework.store.tables import case_record, clock

if TYPE_CHECKING:
    from casework.store.store import Db

# Somebody has to answer these for the report itself, whatever it is joined to.
_STAY = ("alert", "duty_contact")
# How fast somebody is heard first, by what the priority calls it.
_FIRST = ("acknowledge", "contact", "confirm")


def join_report(db: Db, reference: str, to: str, by: str, at: datetime, reason: str = "") -> None:
    """The report of case ``reference`` belongs to the open case ``to``. That case starts ``acknowledge`` and
    ``risk_assess`` again. Raises ``NoCase``, ``NotAllowed``."""
    first, second = sorted((reference, to))
    held = {key: records.locked(db, key) for key in dict.fromkeys((first, second))}
    report, case = held[reference], held[to]
    if report is None or case is None:
        raise NoCase(reference if report is None else to)
    _check(db, report, case)
    running = _running(db, reference)
    if counts(db, report):
        release(db, report.advisor_id)
    db.execute(joined_report.insert(), {"case_reference": reference, "joined_to": to, "at": at, "by": by})
    if ended := [name for name in running if name not in _STAY]:
        stop_clocks(db, reference, at, ended)
    level = _raise(db, case, report)
    start_clocks(db, to, _again(db, level, report, running, at), at, again=True)
    raised_to = starting(level, case.risk_flags, at, db.settings)
    start_clocks(db, to, [one for one in raised_to if one.name not in (*_STAY, *_FIRST)], at)
    records.event(db, reference, "joined", at, by, {"to": to}, reason.strip() or None)
    records.event(db, to, "report_joined", at, by, {"from": reference}, reason.strip() or None)
    if level != case.priority:
        records.event(db, to, "raised", at, detail={"from": case.priority, "to": level})
    put(db, "report_joined", to, at, advisor_id=owner_after_words(db, to, at), key=reference)


def part_report(db: Db, reference: str, by: str, at: datetime, reason: str) -> None:
    """The report is a case of its own after all: its clocks start again, and what it raised stays raised. Raises
    ``NoCase``, ``NotAllowed``."""
    report = records.locked(db, reference)
    if report is None:
        raise NoCase(reference)
    to = joined_to(db, reference)
    if to is None:
        raise NotAllowed("This report is not joined to a case.")
    if not reason.strip():
        raise NotAllowed("Parting a report needs a reason.")
    db.execute(joined_report.delete().where(joined_report.c.case_reference == reference))
    if counts(db, report):
        count_to(db, report.advisor_id, at)
    if report.status not in ENDED_STATUSES:
        deadlines = starting(report.priority, report.risk_flags, at, db.settings, report.under_18)
        start_clocks(db, reference, [one for one in deadlines if one.name not in _STAY], at, again=True)
    records.event(db, reference, "parted", at, by, {"from": to}, reason)
    records.event(db, to, "report_parted", at, by, {"from": reference}, reason)


def carry_words(db: Db, reference: str, to: str, said: Settled, at: datetime, look_again: bool) -> str:
    """What its reporter adds to a joined report raises the case as the report itself did. ``look_again``: a closed case
    is new again by it. Returns the id of the case's owner, who is told."""
    report, case = records.locked(db, reference), records.locked(db, to)
    records.event(db, to, "words_added", at, "reporter", {"from": reference})
    # Small talk raises nothing, also where an advisor has lowered the case since.
    if said.category == "other" and not said.risk_flags and said.urgency == "standard":
        return owner_after_words(db, to, at)
    danger = in_need(said.risk_flags, said.urgency)
    if danger:
        go_on(db, case, at, records.PROGRAM)
    again = look_again and case.status == "closed"
    if again:
        begin_again(db, case, at)
    level = _raise(db, case, report)
    if level != case.priority:
        records.event(db, to, "raised", at, detail={"from": case.priority, "to": level})
    if again or case.status != "closed":
        flags = [*case.risk_flags, *report.risk_flags]
        deadlines = starting(level, flags, at, db.settings, bool(case.under_18 or report.under_18))
        kept = ("contact", "confirm") if danger or again else (*_STAY, "contact", "confirm")
        start_clocks(db, to, [one for one in deadlines if one.name not in kept], at, again=again)
    return owner_after_words(db, to, at)


def _check(db: Db, report: Any, case: Any) -> None:
    draft = None if report.complete else drafts.get(db, report.submission_id)
    if draft is not None and not draft.ended:
        raise NotAllowed("This report is still being written: it can be joined when it was sent, or given up.")
    if report.reference == case.reference:
        raise NotAllowed("A report cannot be joined to itself.")
    if joined_to(db, report.reference) is not None:
        raise NotAllowed("This report is joined to a case already.")
    if further := joined_to(db, case.reference):
        raise NotAllowed(f"{case.reference} is itself joined to {further}: join the report to that case.")
    if joined_reports(db, report.reference):
        raise NotAllowed("Other reports were joined to this one: it is a case, and stays one.")
    if case.status in ENDED_STATUSES:
        raise NotAllowed(f"{case.reference} is {case.status}: a report after that makes a case of its own.")
    if (report.created_at, report.reference) < (case.created_at, case.reference):
        raise NotAllowed("The later report is joined to the earlier case.")
    whole = [case.reference, *(one["reference"] for one in joined_reports(db, case.reference))]
    if any(are_reversed(agreements_of(db, report.reference, one)) for one in whole):
        raise NotAllowed(
            "Who complains in the one is complained about in the other: these stay separate cases, always."
        )


def _running(db: Db, reference: str) -> dict[str, datetime]:
    """The clocks of the report that were not met, with when they end."""
    rows = db.execute(
        sa.select(clock.c.name, clock.c.due_at).where(
            clock.c.case_reference == reference, clock.c.met_at.is_(None), clock.c.stopped_at.is_(None)
        )
    )
    return {row.name: row.due_at for row in rows}


def _again(db: Db, level: str, report: Any, running: dict[str, datetime], at: datetime) -> list[Deadline]:
    """``acknowledge`` and ``risk_assess``, by when the report itself was promised them; from now on where somebody
    has kept that promise already."""
    own = {one.name: one.due_at for one in starting(level, report.risk_flags, at, db.settings)}
    first = next(own[name] for name in _FIRST if name in own)
    heard = next((running[name] for name in _FIRST if name in running), first)
    assessed = running.get("risk_assess", own.get("risk_assess", first))
    return [Deadline("acknowledge", heard), Deadline("risk_assess", assessed)]


def _raise(db: Db, case: Any, report: Any) -> str:
    """The case takes what the report is labelled, wherever that is more; its priority then."""
    settled = raised(of_row(case), of_row(report))
    reasons = [
        reason if reason in case.reasons else {**reason, "report": report.reference} for reason in settled.reasons
    ]
    level = higher(case.priority, report.priority, PRIORITIES)
    db.execute(case_record.update().where(case_record.c.reference == case.reference).values(
        category=settled.category, hate_kind=settled.hate_kind, strands=settled.strands,
        regulator_hate=settled.regulator_hate, asb_types=settled.asb_types, risk_flags=settled.risk_flags,
        urgency=settled.urgency, priority=level, reasons=reasons,
        under_18=bool(case.under_18 or report.under_18), needs_interpreter=bool(
            case.needs_interpreter or report.needs_interpreter),
        safeguarding_basis=bool(case.safeguarding_basis or report.safeguarding_basis)))  # fmt: skip
    return level
