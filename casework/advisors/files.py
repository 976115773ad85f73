"""Advisors from a CSV file: one row a person, found again by e-mail address.

Columns: ``name`` and ``email``; the others may be missing, and then leave what is known as it is: ``trained``,
``duty_manager``, ``areas``, ``languages``, ``works``, ``absent_from``, ``absent_until``, ``active``. Several areas or
languages stand in one cell, separated by spaces, commas or semicolons. ``works`` is the pattern of weekdays, with hours
or without ("mon-wed fri", "Mon 9-17, Thu 12-20"; empty: Monday to Friday). Dates are ISO (2026-12-24) or as Excel
writes them here (24/12/2026); an absence without an end has an empty ``absent_until``.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TextIO

import sqlalchemy as sa

from casework.advisors.csvfile import BadCell, BadFile, Problem, Row, read_rows
from casework.advisors.pattern import BadPattern, read_pattern
from casework.store.tables import advisor

if TYPE_CHECKING:
    from casework.store.store import Db

__all__ = ["BadFile", "Imported", "import_advisors", "listed", "read_advisors"]

COLUMNS = (
    "name", "email", "trained", "duty_manager", "areas", "languages", "works", "absent_from", "absent_until",
    "active",
)  # fmt: skip
_NEW: Row = {
    "trained": False, "duty_manager": False, "areas": [], "languages": [], "works": None, "absences": [],
    "active": True,
}  # fmt: skip
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0", ""})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DISTRICT = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. Advisors that are not in the file stay as they are; demo advisors are retired.

    ``left_with_cases`` counts those who take no new cases now and still have open ones: hand these over.
    """

    added: int
    changed: int
    demo_retired: int
    left_with_cases: int = 0


def read_advisors(file: TextIO | str) -> list[dict[str, Any]]:
    """All rows, checked; only the columns that the file has. Raises ``BadFile`` with every problem."""
    text = file if isinstance(file, str) else file.read()
    rows = read_rows(text, COLUMNS, ("name", "email"), _row)
    if not rows:
        raise BadFile(Problem(0, "There are no advisors in the file."))
    first: dict[str, int] = {}
    twice = [
        Problem(line, f"this e-mail address is there twice; it stands in line {first[row['email']]} too.")
        for line, row in rows if first.setdefault(row["email"], line) != line
    ]  # fmt: skip
    if twice:
        raise BadFile(*twice)
    return [row for _, row in rows]


def import_advisors(db: Db, rows: Iterable[dict[str, Any]], progress: Callable[[], None] | None = None) -> Imported:
    """Add and change advisors; demo advisors take no new cases from then on."""
    added = changed = 0
    for row in rows:
        known = db.scalar(sa.select(advisor.c.id).where(advisor.c.email == row["email"]))
        if known is None:
            key = uuid.uuid4().hex
            db.execute(advisor.insert().values(id=key, demo=False, open_cases=0, assigned_at=None, **{**_NEW, **row}))
            added += 1
        else:
            db.execute(advisor.update().where(advisor.c.id == known).values(demo=False, **row))
            changed += 1
        if progress:
            progress()
    retired = db.execute(
        advisor.update().where(advisor.c.demo, advisor.c.active).values(active=False, duty_manager=False)
    ).rowcount
    left: int = db.scalar(
        sa.select(sa.func.count()).select_from(advisor)
        .where(~advisor.c.active, ~advisor.c.duty_manager, advisor.c.open_cases > 0)
    )  # fmt: skip
    return Imported(added, changed, retired, left)


def listed(db: Db) -> list[dict[str, Any]]:
    """All advisors with their load, by name."""
    rows = db.execute(sa.select(advisor).order_by(advisor.c.active.desc(), advisor.c.name))
    return [
        {
            "id": row.id, "name": row.name, "email": row.email, "trained": row.trained,
            "duty_manager": row.duty_manager, "areas": row.areas, "languages": row.languages,
            "works": row.works, "absences": row.absences, "active": row.active, "demo": row.demo,
            "open_cases": row.open_cases,
        }
        for row in rows
    ]  # fmt: skip


def id_of(db: Db, email: str) -> str | None:
    """The advisor of this e-mail address, whatever its case; None where there is none."""
    found: str | None = db.scalar(sa.select(advisor.c.id).where(advisor.c.email == email.strip().lower()))
    return found


def read_day(text: str) -> date:
    """A day as ISO or as the United Kingdom writes it. Raises ``BadCell``."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise BadCell("dates are written 2026-12-24 or 24/12/2026.")


def read_email(text: str) -> str:
    """An e-mail address, in small letters. Raises ``BadCell``."""
    if not _EMAIL.fullmatch(text) or len(text) > 320:
        raise BadCell("that is no e-mail address.")
    return text.casefold()


def _row(cells: Row) -> Row:
    if not cells["name"] or len(cells["name"]) > 200:
        raise BadCell("the name is missing or too long.")
    found: Row = {"name": cells["name"], "email": read_email(cells["email"])}
    for column in ("trained", "duty_manager", "active"):
        if column in cells:
            found[column] = _flag(column, cells[column] or ("yes" if column == "active" else "no"))
    if "areas" in cells:
        found["areas"] = [area.upper() for area in _several(cells["areas"])]
        if not all(_DISTRICT.fullmatch(area) for area in found["areas"]):
            raise BadCell("areas are postcode districts, such as L36.")
    if "languages" in cells:
        found["languages"] = [language.casefold() for language in _several(cells["languages"])]
    if "works" in cells:
        found["works"] = _works(cells["works"])
    if "absent_from" in cells or "absent_until" in cells:
        found["absences"] = _absences(cells.get("absent_from", ""), cells.get("absent_until", ""))
    return found


def _several(text: str) -> list[str]:
    return [part for part in re.split(r"[\s;,|]+", text) if part]


def _flag(column: str, text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise BadCell(f"{column} is yes or no.")


def _works(text: str) -> list[str] | None:
    try:
        return read_pattern(text) or None
    except BadPattern as problem:
        raise BadCell(str(problem)) from None


def _absences(start: str, end: str) -> list[list[str | None]]:
    if not start and not end:
        return []
    days = [read_day(text).isoformat() if text else None for text in (start, end)]
    if days[0] and days[1] and days[1] < days[0]:
        raise BadCell("the absence ends before it begins.")
    return [days]
