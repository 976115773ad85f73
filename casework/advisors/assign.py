"""Choosing the advisor who answers for a case (HP 2.10, AP 2.4; case-record.md, "A named advisor, always").

Never anybody absent, never anybody whom the report names, nobody untrained for hate, domestic abuse and
safeguarding, nobody who is not there in time. Among those who fit: who speaks the language, who covers the area,
who has the fewest open cases. An emergency goes to whoever is on duty now. Where nobody fits, the duty manager; no
case is ever without an owner.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.advisors.duty import Owner, duty_desk, on_duty
from casework.advisors.fitting import Needs, unfit
from casework.advisors.naming import names_advisor
from casework.advisors.pattern import at_work, is_absent
from casework.store.tables import advisor

if TYPE_CHECKING:
    from casework.store.store import Db

__all__ = ["Needs", "Owner", "assign", "count_to", "is_absent", "release"]

_ACTIVE = sa.select(
    advisor.c.id, advisor.c.name, advisor.c.email, advisor.c.trained, advisor.c.duty_manager, advisor.c.areas,
    advisor.c.languages, advisor.c.absences, advisor.c.works, advisor.c.active, advisor.c.open_cases,
    advisor.c.assigned_at,
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


def assign(db: Db, needs: Needs, at: datetime, leave_out: Collection[str] = ()) -> Owner:
    """Choose the owner of a case and count it to their load. Never fails to find one."""
    said = needs.spoken()
    against = [
        (row, unfit(row, needs, said, at, db.settings)) for row in db.execute(_ACTIVE) if row.id not in leave_out
    ]
    fitting = [row for row, why in against if not why and not row.duty_manager]
    managers = [row for row, why in against if row.duty_manager and not {*why} - {"away", "untrained"}]
    if needs.emergency:
        # A shift counts whatever the working pattern says.
        there, shifts = [row for row, why in against if not {*why} - {"away"}], on_duty(db, at)
        working = [
            row for row in there
            if not row.duty_manager and at_work(row.works, row.absences, at, db.settings)
        ]  # fmt: skip
        fitting = [row for row in there if row.id in shifts] or working
        if not (fitting or managers or db.settings.duty_manager_email):
            # Nobody is on duty and there is nobody behind them: better somebody who reads it late than no one.
            fitting = there
    owner = _best(fitting or managers, needs) or duty_desk(db)
    if owner.person and names_advisor(owner.name, owner.email, said, needs.about_staff):
        # The desk of the settings is a person, and the report names them: anybody else before that.
        others = [row for row, why in against if "named" not in why]
        owner = _best(others, needs) or duty_desk(db, nobody=True)
    db.execute(_TAKE, {"key": owner.id, "at": at})
    return owner


def release(db: Db, advisor_id: str) -> None:
    """The case was closed, deleted, or given to somebody else: it is no load any more."""
    db.execute(_GIVE_BACK, {"key": advisor_id})


def count_to(db: Db, advisor_id: str, at: datetime) -> None:
    """A case was reopened or given to this advisor by a person."""
    db.execute(_TAKE, {"key": advisor_id, "at": at})


def _best(rows: Iterable[Any], needs: Needs) -> Owner | None:
    chosen = min(rows, key=lambda row: _rank(row, needs), default=None)
    return None if chosen is None else Owner(chosen.id, chosen.name, chosen.email)


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
