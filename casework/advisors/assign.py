"""Choosing the advisor who answers for a case (HP 2.10, AP 2.4; case-record.md, "A named advisor, always").

Never anybody absent, never anybody whom the report names, nobody untrained for hate, domestic abuse and
safeguarding. Among those who fit: who covers the area, who speaks the language, who has the fewest open
cases. Where nobody fits, the duty manager; no case is ever without an owner.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.advisors.naming import Spoken, names_advisor
from casework.clocks.working import LONDON
from casework.store.tables import advisor

if TYPE_CHECKING:
    from casework.store.store import Db

_ACTIVE = sa.select(
    advisor.c.id, advisor.c.name, advisor.c.email, advisor.c.trained, advisor.c.duty_manager, advisor.c.areas,
    advisor.c.languages, advisor.c.absences, advisor.c.open_cases, advisor.c.assigned_at,
).where(advisor.c.active)  # fmt: skip
_TAKE = (
    advisor.update()
    .where(advisor.c.id == sa.bindparam("key"))
    .values(open_cases=advisor.c.open_cases + 1, assigned_at=sa.bindparam("at"))
)
_GIVE_BACK = (
    advisor.update()
    .where(advisor.c.id == sa.bindparam("key"), advisor.c.open_cases > 0)
    .values(open_cases=advisor.c.open_cases - 1)
)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a case needs of its advisor. ``texts`` are all words of the report, to see whom it names."""

    trained: bool = False
    district: str | None = None
    language: str | None = None
    texts: Sequence[str] = field(default=(), repr=False)
    about_staff: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a case."""

    id: str
    name: str
    email: str


def assign(db: Db, needs: Needs, at: datetime, leave_out: Collection[str] = ()) -> Owner:
    """Choose the owner of a case and count it to their load. Never fails to find one."""
    rows = [row for row in db.execute(_ACTIVE) if row.id not in leave_out]
    today = at.astimezone(LONDON).date()
    said = Spoken.of(needs.texts)
    free = [
        row for row in rows
        if not is_absent(row.absences, today)
        and not names_advisor(row.name, row.email, said, needs.about_staff)
    ]  # fmt: skip
    fitting = [row for row in free if not row.duty_manager and (row.trained or not needs.trained)]
    managers = [row for row in free if row.duty_manager]
    chosen = min(fitting or managers, key=lambda row: _rank(row, needs), default=None)
    owner = Owner(chosen.id, chosen.name, chosen.email) if chosen is not None else _duty_manager(db)
    db.execute(_TAKE, {"key": owner.id, "at": at})
    return owner


def release(db: Db, advisor_id: str) -> None:
    """The case was closed, deleted, or given to somebody else: it is no load any more."""
    db.execute(_GIVE_BACK, {"key": advisor_id})


def count_to(db: Db, advisor_id: str, at: datetime) -> None:
    """A case was reopened or given to this advisor by a person."""
    db.execute(_TAKE, {"key": advisor_id, "at": at})


def is_absent(absences: Any, today: date) -> bool:
    """Whether one of the periods (first day, last day, both included; an open end is null) holds this day."""
    day = today.isoformat()
    return any((start or "") <= day and (end is None or day <= end) for start, end in absences or ())


def _rank(row: Any, needs: Needs) -> tuple[bool, bool, bool, int, str, str]:
    own_area = needs.district is not None and needs.district in row.areas
    return (
        needs.language is not None and needs.language not in row.languages,
        not own_area,
        # Without areas an advisor covers all; with others' areas they come last.
        bool(row.areas) and not own_area,
        row.open_cases,
        row.assigned_at.isoformat() if row.assigned_at else "",
        row.id,
    )


def _duty_manager(db: Db) -> Owner:
    """The landlord's duty desk, from the settings: a role, not a person, so nobody can name or miss it."""
    settings = db.settings
    email = settings.duty_manager_email or "duty.manager@reporting.invalid"
    key = uuid.uuid5(uuid.NAMESPACE_DNS, f"duty-desk:{email}").hex
    row = db.execute(sa.select(advisor.c.id, advisor.c.name, advisor.c.email).where(
        (advisor.c.id == key) | (advisor.c.email == email))).first()  # fmt: skip
    if row is not None:
        return Owner(row.id, row.name, row.email)
    db.execute(advisor.insert().values(
        id=key, name=settings.duty_manager_name, email=email, trained=True, duty_manager=True, areas=[],
        languages=[], absences=[], active=False, demo=False, open_cases=0, assigned_at=None))  # fmt: skip
    return Owner(key, settings.duty_manager_name, email)
