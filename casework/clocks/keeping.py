"""Clocks of a case in the database: started with it or by what went before, met only by a person's act."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.clocks.promises import Deadline, following
from casework.store.tables import case_record, clock, outbox, timeline

if TYPE_CHECKING:
    from casework.store.store import Db

_ADD = clock.insert()
_OF_CASE = (
    sa.select(clock.c.seq, clock.c.name, clock.c.due_at, clock.c.met_at, clock.c.met_by)
    .where(clock.c.case_reference == sa.bindparam("reference"))
    .order_by(clock.c.seq)
)
_EVENT = timeline.insert()
# Whoever acknowledges also ends the alert: somebody has seen it.
_ENDS_ALERT = frozenset({"alert", "acknowledge", "duty_contact"})
_STATUS_OF = {"acknowledge": "acknowledged", "contact": "acknowledged", "risk_assess": "risk_assessed",
              "action_plan": "action_plan"}  # fmt: skip


class ClockError(ValueError):
    """There is no such clock running on the case."""


def clocks_of(db: Db, reference: str) -> list[dict[str, Any]]:
    """The clocks of a case, in their order: name, due_at, met_at, met_by."""
    return [
        {"name": row.name, "due_at": row.due_at, "met_at": row.met_at, "met_by": row.met_by}
        for row in db.execute(_OF_CASE, {"reference": reference})
    ]


def start_clocks(db: Db, reference: str, deadlines: Iterable[Deadline], at: datetime, again: bool = False) -> list[str]:
    """Start these clocks. One that is running already keeps its earlier deadline; one that was met starts
    again only with ``again`` (a joined report). Returns the names that were started."""
    rows = list(db.execute(_OF_CASE, {"reference": reference}))
    running = {row.name for row in rows if row.met_at is None}
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


def meet_clock(db: Db, reference: str, name: str, by: str, at: datetime) -> list[str]:
    """A person did what the clock ``name`` promises. Returns the clocks that this starts.

    ``action_plan`` starts with the interview, the next ``update`` with an update. Raises ``ClockError``
    where no such clock is running.
    """
    earliest = (
        sa.select(clock.c.id)
        .where(clock.c.case_reference == reference, clock.c.name == name, clock.c.met_at.is_(None))
        .order_by(clock.c.seq)
        .limit(1)
        .scalar_subquery()
    )
    if not db.execute(clock.update().where(clock.c.id == earliest).values(met_at=at, met_by=by)).rowcount:
        raise ClockError(f"no clock {name} is running on {reference}")
    db.execute(_EVENT, {"case_reference": reference, "at": at, "by": by, "event": "clock_met",
                        "detail": {"clock": name}, "reason": None})  # fmt: skip
    if name in _ENDS_ALERT:
        end_alert(db, reference, by, at)
    case = db.execute(
        sa.select(case_record.c.priority, case_record.c.status).where(case_record.c.reference == reference)
    ).one()
    _move_on(db, reference, case.status, name, by, at)
    if case.status == "closed":
        return []
    return start_clocks(db, reference, following(name, case.priority, at, db.settings), at, again=True)


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
