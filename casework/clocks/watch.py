"""Watching the clocks: the owner is reminded before one runs out, the duty manager told after.

Few are told of again and again: a withdrawn case that nobody closes would be kept without end.

All are rows in the outbox, written together with the mark on the clock, so each is told once however often the
worker is killed. An alert has no reminder: the outbox repeats it until somebody acknowledges.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.clocks.promises import TOLD_AGAIN
from casework.clocks.working import LONDON, at_start, is_working_day
from casework.outbox.rows import put
from casework.store.tables import case_record, clock

if TYPE_CHECKING:
    from casework.settings import Settings
    from casework.store import Db, Store

# When the owner is reminded: so many working days before the day it ends, at the start of that day (0: on the last
# working day itself), or so much elapsed time before.
REMINDERS: dict[str, int | timedelta] = {
    "acknowledge": 0, "risk_assess": 0, "contact": 1, "confirm": 1, "interview": 1, "update": 1, "follow_up": 1,
    "close_withdrawn": 1,
    "action_plan": timedelta(hours=24), "duty_contact": timedelta(hours=1),
}  # fmt: skip
# No reminder comes earlier than this before the end: a long bank-holiday weekend and a working day before it.
_HORIZON = timedelta(days=8)
_RUNNING = (
    clock.c.met_at.is_(None), clock.c.stopped_at.is_(None), clock.c.missed_at.is_(None), clock.c.name != "alert",
)  # fmt: skip
_LOOK = (
    sa.select(clock.c.id, clock.c.name, clock.c.started_at, clock.c.due_at, clock.c.reminded_at)
    .where(*_RUNNING, clock.c.due_at <= sa.bindparam("horizon"))
    .order_by(clock.c.due_at, clock.c.id)
)  # fmt: skip
_NOT_ENDED = (
    clock.c.met_at.is_(None), clock.c.stopped_at.is_(None), clock.c.missed_at <= sa.bindparam("before"),
    sa.or_(clock.c.reminded_at.is_(None), clock.c.reminded_at <= sa.bindparam("before")),
    clock.c.name.in_(sorted(TOLD_AGAIN)),
)  # fmt: skip
_OVERDUE = sa.select(clock.c.id).where(*_NOT_ENDED).order_by(clock.c.due_at, clock.c.id)


@dataclass(frozen=True, slots=True)
class Watched:
    """What one round did: reminders (before, or again after), and promises found missed."""

    reminded: int = 0
    missed: int = 0


def remind_at(name: str, started_at: datetime, due_at: datetime, settings: Settings) -> datetime | None:
    """When the owner is reminded of this clock, in UTC; None where it began after that: they have just heard."""
    before = REMINDERS.get(name)
    if before is None:
        return None
    if isinstance(before, timedelta):
        moment = due_at - before
    else:
        day = _last_working_day(due_at.astimezone(LONDON).date(), settings)
        for _ in range(before):
            day = _last_working_day(day - timedelta(days=1), settings)
        moment = at_start(day, settings)
    return moment if started_at < moment < due_at else None


def watch(store: Store, now: datetime) -> Watched:
    """Remind and escalate whatever is due now, each in a transaction of its own. Raises ``StoreUnavailable``."""
    from casework.cases.withdrawal import await_closing, not_awaited

    again = {"before": now - timedelta(days=store.settings.update_days)}
    with store.read() as db:
        forgotten = not_awaited(db)
        rows = db.execute(_LOOK, {"horizon": now + _HORIZON}).all()
        overdue = db.execute(_OVERDUE, again).scalars().all()
    for reference in forgotten:
        with store.begin() as db:
            await_closing(db, reference, now)
    reminded = missed = 0
    for row in rows:
        if row.due_at < now:
            missed += _in_own(store, row.id, now, _miss)
            continue
        moment = remind_at(row.name, row.started_at, row.due_at, store.settings)
        if row.reminded_at is None and moment is not None and moment <= now:
            reminded += _in_own(store, row.id, now, _remind)
    for clock_id in overdue:
        reminded += _in_own(store, clock_id, now, _tell_again, _NOT_ENDED, again)
    return Watched(reminded, missed)


def _in_own(
    store: Store, clock_id: str, now: datetime, act: Any, still: tuple[Any, ...] = _RUNNING,
    values: dict[str, datetime] | None = None,
) -> bool:  # fmt: skip
    with store.begin() as db:
        row = db.execute(
            sa.select(clock, case_record.c.advisor_id)
            .join(case_record, case_record.c.reference == clock.c.case_reference)
            .where(clock.c.id == clock_id, *still).with_for_update(of=clock), values or {}
        ).first()  # fmt: skip
        # Somebody may have met it a moment ago, or another worker have told of it.
        return row is not None and bool(act(db, row, now))


def _remind(db: Db, row: Any, now: datetime) -> bool:
    if row.reminded_at is not None:
        return False
    db.execute(clock.update().where(clock.c.id == row.id).values(reminded_at=now))
    # A deadline that was brought forward is reminded of anew.
    put(db, "clock_reminder", row.case_reference, now, advisor_id=row.advisor_id, key=f"{row.id}:{row.due_at:%y%m%d}")
    return True


def _miss(db: Db, row: Any, now: datetime) -> bool:
    from casework.cases import records

    db.execute(clock.update().where(clock.c.id == row.id).values(missed_at=now))
    records.event(db, row.case_reference, "clock_missed", now, detail={"clock": row.name, "number": row.seq})
    return _escalate(db, row, now)


def _tell_again(db: Db, row: Any, now: datetime) -> bool:
    db.execute(clock.update().where(clock.c.id == row.id).values(reminded_at=now))
    return _escalate(db, row, now, f":{now:%y%m%d}")


def _escalate(db: Db, row: Any, now: datetime, again: str = "") -> bool:
    from casework.advisors.duty import duty_managers
    from casework.advisors.transfer import needs_of_case
    from casework.cases import records

    case = records.locked(db, row.case_reference)
    managers = duty_managers(db, needs_of_case(db, case), now, leave_out={row.advisor_id})
    for to in dict.fromkeys([row.advisor_id, *(one.id for one in managers)]):
        put(db, "clock_missed", row.case_reference, now, advisor_id=to, key=f"{row.id}:{to}{again}")
    return True


def _last_working_day(day: date, settings: Settings) -> date:
    """This day, or the working day before it."""
    while not is_working_day(day, settings.extra_holidays):
        day -= timedelta(days=1)
    return day
