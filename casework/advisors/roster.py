"""The duty roster from a CSV file: one row a shift, in London time, weekends and nights too.

Columns: ``email``, ``from`` and ``until`` (2026-12-24 17:00 or 24/12/2026 17:00). A file replaces the shifts between
its first start and its last end, so the roster of a month can be sent again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.advisors.csvfile import BadCell, BadFile, Problem, Row, read_rows
from casework.advisors.files import read_email
from casework.clocks.working import LONDON
from casework.store.tables import advisor, duty_shift

if TYPE_CHECKING:
    from casework.store.store import Db

COLUMNS = ("email", "from", "until")
LONGEST_SHIFT = timedelta(days=7)
# How far ahead gaps are shown.
LOOK_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody is on duty, in UTC."""

    starts_at: datetime
    ends_at: datetime


def read_roster(text: str) -> list[tuple[int, Row]]:
    """Each shift with its line: ``email``, ``starts_at``, ``ends_at`` in UTC. Raises ``BadFile``."""
    rows = read_rows(text, COLUMNS, COLUMNS, _row)
    if not rows:
        raise BadFile(Problem(0, "There are no shifts in the file."))
    return rows


def import_roster(db: Db, rows: list[tuple[int, Row]]) -> int:
    """Put these shifts in place of those that begin in the same time; returns how many there are now.

    Raises ``BadFile`` where an address is nobody's who takes cases, or somebody's who is not trained: emergencies
    go to whoever is on duty, whatever they are about (HP 2.10).
    """
    known = {row.email: row for row in db.execute(sa.select(advisor).where(advisor.c.active))}
    problems = []
    for line, row in rows:
        person = known.get(row["email"])
        if person is None:
            problems.append(Problem(line, "no active advisor has this e-mail address."))
        elif not person.trained:
            problems.append(Problem(line, "this advisor is not trained; whoever is on duty has to be."))
    if problems:
        raise BadFile(*problems)
    begins, ends = min(row["starts_at"] for _, row in rows), max(row["ends_at"] for _, row in rows)
    db.execute(duty_shift.delete().where(duty_shift.c.starts_at >= begins, duty_shift.c.starts_at < ends))
    db.execute(duty_shift.insert(), [
        {"id": secrets.token_hex(16), "advisor_id": known[row["email"]].id, "starts_at": row["starts_at"],
         "ends_at": row["ends_at"]}
        for _, row in rows
    ])  # fmt: skip
    return len(rows)


def shifts(db: Db, now: datetime) -> list[dict[str, Any]]:
    """The shifts that are not over, by their start: name, email, from, until."""
    rows = db.execute(
        sa.select(advisor.c.name, advisor.c.email, duty_shift.c.starts_at, duty_shift.c.ends_at)
        .join(advisor, advisor.c.id == duty_shift.c.advisor_id)
        .where(duty_shift.c.ends_at > now).order_by(duty_shift.c.starts_at, advisor.c.name)
    )  # fmt: skip
    return [
        {"name": row.name, "email": row.email, "from": row.starts_at, "until": row.ends_at} for row in rows
    ]  # fmt: skip


def gaps(db: Db, now: datetime, ahead: timedelta = LOOK_AHEAD) -> list[Gap]:
    """When nobody is on duty in the time ahead: then an emergency out of hours goes to a duty manager."""
    found: list[Gap] = []
    covered, end = now, now + ahead
    for shift in shifts(db, now):
        if covered < shift["from"] and covered < end:
            found.append(Gap(covered, min(shift["from"], end)))
        covered = max(covered, shift["until"])
    return found if covered >= end else [*found, Gap(covered, end)]


def _row(cells: Row) -> Row:
    # In the hour that comes twice in October a shift begins with the first and ends with the second.
    starts_at, ends_at = _moment(cells["from"], fold=0), _moment(cells["until"], fold=1)
    if ends_at <= starts_at:
        raise BadCell("the shift ends before it begins.")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise BadCell("a shift is seven days long at most.")
    return {"email": read_email(cells["email"]), "starts_at": starts_at, "ends_at": ends_at}


def _moment(text: str, fold: int) -> datetime:
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=LONDON, fold=fold).astimezone(UTC)
        except ValueError:
            continue
    raise BadCell("times are written 2026-12-24 17:00 or 24/12/2026 17:00.")
