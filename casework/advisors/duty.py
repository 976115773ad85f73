"""Who is on duty, at any hour: the shifts of the roster, and the duty managers behind them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.advisors.fitting import Needs, desk_id, is_desk, is_named, unfit
from casework.advisors.naming import names_advisor
from casework.advisors.pattern import is_absent
from casework.clocks.working import LONDON
from casework.store.tables import advisor, duty_shift

if TYPE_CHECKING:
    from casework.store.store import Db

# Of a duty desk for which the settings name none: it stands in the lists.
NO_ADDRESS = "duty.manager@reporting.invalid"
_ON_DUTY = (
    sa.select(duty_shift.c.advisor_id)
    .where(duty_shift.c.starts_at <= sa.bindparam("at"), duty_shift.c.ends_at > sa.bindparam("at"))
)  # fmt: skip
_MANAGERS = (
    sa.select(advisor).where(advisor.c.active, advisor.c.duty_manager)
    .order_by(advisor.c.open_cases, advisor.c.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a case."""

    id: str
    name: str
    email: str
    # False for the duty desk, which is a role.
    person: bool = True


def on_duty(db: Db, at: datetime) -> frozenset[str]:
    """The ids of those whom the roster has on duty at this moment."""
    return frozenset(db.execute(_ON_DUTY, {"at": at}).scalars())


def on_duty_for(db: Db, needs: Needs, at: datetime) -> list[str]:
    """The ids of those on duty at this moment who may have this case. A shift counts whatever the working pattern
    says."""
    shifts = sorted(on_duty(db, at))
    if not shifts:
        return []
    said = needs.spoken()
    rows = db.execute(sa.select(advisor).where(advisor.c.id.in_(shifts)).order_by(advisor.c.id))
    return [row.id for row in rows if not {*unfit(row, needs, said, at, db.settings)} - {"away"}]


def duty_managers(db: Db, needs: Needs, at: datetime, leave_out: Collection[str] = ()) -> list[Owner]:
    """Who is told when a promise was missed: every duty manager who is not absent and whom the report does not
    name, at least the duty desk, unless that is left out."""
    said, today = needs.spoken(), at.astimezone(LONDON).date()
    found = [
        Owner(row.id, row.name, row.email) for row in db.execute(_MANAGERS)
        if not is_absent(row.absences, today) and not is_named(row, needs, said)
    ]  # fmt: skip
    if not found:
        desk = duty_desk(db)
        named = desk.person and names_advisor(desk.name, desk.email, said, needs.about_staff)
        found = [duty_desk(db, nobody=True) if named else desk]
    return [one for one in found if one.id not in leave_out]


def duty_desk(db: Db, nobody: bool = False) -> Owner:
    """The landlord's duty desk, from the settings: a role that nobody can miss. With ``nobody`` the role alone,
    where the address of the settings is a person's who must not have the case: it stands in the lists."""
    name, email = db.settings.duty_manager_name, db.settings.duty_manager_email.casefold()
    if nobody or not email:
        name, email = "Duty desk" if nobody else name, NO_ADDRESS
    key = desk_id(email)
    row = db.execute(sa.select(advisor).where(
        (advisor.c.id == key) | (advisor.c.email == email))).first()  # fmt: skip
    if row is not None:
        # Somebody may have been imported under the address of the role.
        person = not is_desk(row)
        return Owner(row.id, row.name, row.email, person)
    db.execute(advisor.insert().values(
        id=key, name=name, email=email, trained=True, duty_manager=True, areas=[], languages=[], absences=[],
        active=False, demo=False, open_cases=0, assigned_at=None))  # fmt: skip
    return Owner(key, name, email, person=False)
