"""Which clocks a case has: the table of case-record.md, "Priority and clocks", as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casework.clocks.working import after_days, same_day, within_working_days

if TYPE_CHECKING:
    from casework.settings import Settings

# Flags behind which somebody may need protecting today (AP 2.6, HP 2.11: safeguarding and MASH).
SAFEGUARDING_FLAGS = frozenset(
    {"suicide_self_harm", "child_at_risk", "adult_at_risk", "sexual_offence", "exploitation"}
)

Due = Callable[[datetime, "Settings"], datetime]


@dataclass(frozen=True, slots=True)
class Promise:
    """A clock of a case. ``after`` is the clock whose meeting starts it; empty: it starts with the case."""

    name: str
    due: Due
    after: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock that starts now, and when it ends."""

    name: str
    due_at: datetime


def _working(days: int) -> Due:
    return lambda start, settings: within_working_days(start, days, settings)


ALERT = Promise("alert", lambda start, settings: start)
DUTY_CONTACT = Promise("duty_contact", same_day)
INTERVIEW = Promise("interview", _working(5))
ACTION_PLAN = Promise("action_plan", lambda start, settings: start + timedelta(hours=72), after="interview")
UPDATE = Promise("update", lambda start, settings: after_days(start, settings.update_days, settings))
# Each update met starts the next: every 14 days until the case is closed.
NEXT_UPDATE = Promise("update", UPDATE.due, after="update")
FOLLOW_UP = Promise(
    "follow_up", lambda start, settings: after_days(start, settings.follow_up_days, settings), after="closed"
)

# A withdrawn case is kept from its closure on, so somebody has to close it, or go on with it; as often as an update.
CLOSE_WITHDRAWN = Promise("close_withdrawn", UPDATE.due, after="withdrawn")
_WITHDRAWN = (CLOSE_WITHDRAWN, Promise("close_withdrawn", UPDATE.due, after="close_withdrawn"))
_FROM_INTERVIEW_ON = (INTERVIEW, ACTION_PLAN, UPDATE, NEXT_UPDATE, FOLLOW_UP, *_WITHDRAWN)
_URGENT = (
    Promise("acknowledge", _working(1)), Promise("risk_assess", _working(1)), DUTY_CONTACT,
    *_FROM_INTERVIEW_ON,
)  # fmt: skip
PROMISES: dict[str, tuple[Promise, ...]] = {
    "emergency": (ALERT, *_URGENT),
    "urgent": _URGENT,
    "standard": (Promise("contact", _working(3)), Promise("risk_assess", _working(3)), *_FROM_INTERVIEW_ON),
    "review": (Promise("confirm", _working(3)), *_WITHDRAWN),
}
# Nothing else ends these: once they have run out, they are told of again and again until a person acts.
TOLD_AGAIN = frozenset({CLOSE_WITHDRAWN.name})


def promises_of(priority: str, flags: Iterable[str], under_18: bool = False) -> tuple[Promise, ...]:
    """The clocks of a case. ``duty_contact`` is for safeguarding flags and domestic abuse."""
    same_day_contact = under_18 or bool({*SAFEGUARDING_FLAGS, "domestic_abuse"} & set(flags))
    return tuple(promise for promise in PROMISES[priority] if promise is not DUTY_CONTACT or same_day_contact)


def starting(
    priority: str, flags: Iterable[str], start: datetime, settings: Settings, under_18: bool = False
) -> list[Deadline]:
    """The clocks that start when a case of this priority comes in, in the order of the table."""
    return [
        Deadline(promise.name, promise.due(start, settings))
        for promise in promises_of(priority, flags, under_18) if not promise.after
    ]  # fmt: skip


def following(met: str, priority: str, at: datetime, settings: Settings) -> list[Deadline]:
    """The clocks that start because ``met`` was met (or because the case was closed)."""
    return [Deadline(promise.name, promise.due(at, settings)) for promise in PROMISES[priority] if promise.after == met]
