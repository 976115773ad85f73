"""Clocks of a case in the database: started with it or by what went before, met only by a person's act."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.clocks.promises import Deadline, following
from casework.store.tables import advisor, case_record, clock, outbox, timeline

if TYPE_CHECKING:
    from casework.store.store import Db

_ADD = clock.insert()
_OF_CASE = (
    sa.select(
        clock.c.seq,
        clock.c.name,
        clock.c.due_at,
        clock.c.met_at,
        clock.c.met_by,
        clock.c.missed_at,
        clock.c.stopped_at,
    )
    .where(clock.c.case_reference == sa.bindparam("reference"))
    .order_by(clock.c.seq)
)
_EVENT = timeline.insert()
# Whoever acknowledges also ends the alert: somebody has seen it.
_ENDS_ALERT = frozenset({"alert", "acknowledge", "duty_contact"})
_STATUS_OF = {"acknowledge": "acknowledged", "contact": "acknowledged", "risk_assess": "risk_assessed",
              "action_plan": "action_plan"}  # fmt: skip


class ClockError(ValueError):
    """There is no such clock running on the case, or it cannot be met so."""


class LateWithoutReason(ClockError):
    """A promise was not kept in time and nobody has said why."""


def clocks_of(db: Db, reference: str) -> list[dict[str, Any]]:
    """The clocks of a case, in their order: name, due_at, met_at, met_by; missed_at where the program found that it
    had run out, stopped_at where nobody waits for it any more."""
    return [
        {"name": row.name, "due_at": row.due_at, "met_at": row.met_at, "met_by": row.met_by,
         "missed_at": row.missed_at, "stopped_at": row.stopped_at}
        for row in db.execute(_OF_CASE, {"reference": reference})
    ]  # fmt: skip


def start_clocks(db: Db, reference: str, deadlines: Iterable[Deadline], at: datetime, again: bool = False) -> list[str]:
    """Start these clocks. Of one that is running already the earlier deadline counts; one that was met starts
    again only with ``again`` (a joined report). Returns the names that were started."""
    deadlines = list(deadlines)
    rows = list(db.execute(_OF_CASE, {"reference": reference}))
    running = {row.name: row.due_at for row in rows if row.met_at is None and row.stopped_at is None}
    for deadline in deadlines:
        if deadline.due_at < running.get(deadline.name, deadline.due_at):
            _bring_forward(db, reference, deadline)
    known = {row.name for row in rows}
    seq = max((row.seq for row in rows), default=0)
    new = [d for d in deadlines if d.name not in (running if again else known)]
    values = [
        {"id": secrets.token_hex(16), "case_reference": reference, "seq": seq + place, "name": deadline.name,
         "started_at": at, "due_at": deadline.due_at, "met_at": None, "met_by": None}
        for place, deadline in enumerate(new, 1)
    ]  # fmt: skip
    if values:
        db.execute(_ADD, values)
    return [deadline.name for deadline in new]


def _bring_forward(db: Db, reference: str, deadline: Deadline) -> None:
    """A running clock ends by the earlier of two promises, and the owner is reminded of that one."""
    later = (clock.c.case_reference == reference, clock.c.name == deadline.name, clock.c.due_at > deadline.due_at)
    still = (clock.c.met_at.is_(None), clock.c.stopped_at.is_(None), clock.c.missed_at.is_(None))
    db.execute(clock.update().where(*later, *still).values(due_at=deadline.due_at, reminded_at=None))


def meet_clock(db: Db, reference: str, name: str, by: str, at: datetime, reason: str = "") -> list[str]:
    """A person did what the clock ``name`` promises, ``reason`` being what was done or why it is late. Returns the
    clocks that this starts.

    ``action_plan`` starts with the interview, the next ``update`` with an update. Raises ``ClockError``
    where no such clock is running, or ``by`` is no person; ``LateWithoutReason`` where it has run out and neither
    this reason nor an earlier one says why.
    """
    from casework.cases import records

    if not by.strip() or by == records.PROGRAM:
        raise ClockError("a clock is met by a person's act")
    row = _running(db, reference, name)
    late = at > row.due_at and name != "alert"
    if late and not reason.strip() and not _explained(db, reference, row.seq):
        raise LateWithoutReason(f"{name} has run out on {reference}; it is met with the reason why")
    db.execute(clock.update().where(clock.c.id == row.id).values(met_at=at, met_by=by))
    detail = {"clock": name, "late": True} if late else {"clock": name}
    records.event(db, reference, "clock_met", at, by, detail, reason.strip() or None)
    if name in _ENDS_ALERT:
        end_alert(db, reference, by, at)
    case = db.execute(
        sa.select(case_record.c.priority, case_record.c.status).where(case_record.c.reference == reference)
    ).one()
    _move_on(db, reference, case.status, name, by, at)
    if case.status == "closed":
        return []
    return start_clocks(db, reference, following(name, case.priority, at, db.settings), at, again=True)


def explain(db: Db, reference: str, name: str, by: str, at: datetime, reason: str) -> None:
    """A person says why a promise that has run out was not kept; it is still to be met. Raises ``ClockError``."""
    from casework.cases import records

    row = _running(db, reference, name)
    if at <= row.due_at or not reason.strip():
        raise ClockError(f"{name} has not run out on {reference}" if reason.strip() else "a reason is needed")
    records.event(db, reference, "clock_explained", at, by, {"clock": name, "number": row.seq}, reason)


def stop_clocks(db: Db, reference: str, at: datetime, names: Iterable[str] = ()) -> None:
    """Nobody waits for these clocks of a case any more (all of them without ``names``): it was closed, or opened
    again. Neither met nor missed by it."""
    running = (clock.c.case_reference == reference, clock.c.met_at.is_(None), clock.c.stopped_at.is_(None))
    chosen = (clock.c.name.in_(list(names)),) if names else ()
    db.execute(clock.update().where(*running, *chosen).values(stopped_at=at))


def due(db: Db, until: datetime, advisor_id: str = "", limit: int = 1000) -> list[dict[str, Any]]:
    """The running clocks that end before ``until``, first to end first: reference, name, due_at, missed_at,
    advisor."""
    statement = (
        sa.select(clock.c.case_reference, clock.c.name, clock.c.due_at, clock.c.missed_at,
                  advisor.c.name.label("advisor"))
        .join(case_record, case_record.c.reference == clock.c.case_reference)
        .join(advisor, advisor.c.id == case_record.c.advisor_id)
        .where(clock.c.met_at.is_(None), clock.c.stopped_at.is_(None), clock.c.due_at < until)
        .order_by(clock.c.due_at, clock.c.case_reference, clock.c.seq).limit(limit)
    )  # fmt: skip
    if advisor_id:
        statement = statement.where(case_record.c.advisor_id == advisor_id)
    return [
        {"reference": row.case_reference, "name": row.name, "due_at": row.due_at, "missed_at": row.missed_at,
         "advisor": row.advisor}
        for row in db.execute(statement)
    ]  # fmt: skip


def _running(db: Db, reference: str, name: str) -> Any:
    """The earliest running clock of this name, kept from other writers. Raises ``ClockError``."""
    running = (clock.c.case_reference == reference, clock.c.name == name, clock.c.met_at.is_(None))
    row = db.execute(
        sa.select(clock.c.id, clock.c.seq, clock.c.due_at).where(*running, clock.c.stopped_at.is_(None))
        .order_by(clock.c.seq).limit(1).with_for_update()
    ).first()  # fmt: skip
    if row is None:
        raise ClockError(f"no clock {name} is running on {reference}")
    return row


def _explained(db: Db, reference: str, number: int) -> bool:
    said = sa.select(timeline.c.detail).where(
        timeline.c.case_reference == reference, timeline.c.event == "clock_explained"
    )
    return any((detail or {}).get("number") == number for detail in db.execute(said).scalars())


def end_alert(db: Db, reference: str, by: str, at: datetime) -> None:
    """Somebody acknowledged: the alert is met and is not repeated any more."""
    db.execute(
        clock.update()
        .where(clock.c.case_reference == reference, clock.c.name == "alert", clock.c.met_at.is_(None))
        .values(met_at=at, met_by=by)
    )
    db.execute(
        outbox.update()
        .where(outbox.c.case_reference == reference, outbox.c.kind == "alert", outbox.c.state != "dead")
        .values(state="done")
    )


def _move_on(db: Db, reference: str, status: str, name: str, by: str, at: datetime) -> None:
    """What was done may move the status forward, never back."""
    from casework.cases.codes import STATUSES

    target = _STATUS_OF.get(name)
    if target is None or STATUSES.index(target) <= STATUSES.index(status):
        return
    db.execute(case_record.update().where(case_record.c.reference == reference).values(status=target))
    db.execute(_EVENT, {"case_reference": reference, "at": at, "by": by, "event": "status",
                        "detail": {"from": status, "to": target}, "reason": None})  # fmt: skip
