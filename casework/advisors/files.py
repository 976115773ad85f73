"""Advisors from a CSV file: one row a person, found again by e-mail address.

Columns: ``name``, ``email``, ``trained``, ``duty_manager``, ``areas``, ``languages``, ``absent_from``,
``absent_until``; all but the first two may be missing. Several areas or languages stand in one cell,
separated by spaces or semicolons. Dates are ISO (2026-12-24), an absence without an end has an empty
``absent_until``.
"""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TextIO

import sqlalchemy as sa

from casework.store.tables import advisor

if TYPE_CHECKING:
    from casework.store.store import Db

COLUMNS = (
    "name", "email", "trained", "duty_manager", "areas", "languages", "absent_from", "absent_until", "active",
)  # fmt: skip
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0", ""})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DISTRICT = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")


class BadFile(ValueError):
    """The file cannot be used; the message is a sentence that names line and column. Nothing was imported."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. Advisors that are not in the file stay as they are; demo advisors are retired."""

    added: int
    changed: int
    demo_retired: int


def read_advisors(file: TextIO) -> list[dict[str, Any]]:
    """All rows, checked. Raises ``BadFile``."""
    reader = csv.DictReader(file)
    names = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
    if missing := [name for name in ("name", "email") if name not in names]:
        raise BadFile(f"The first line must name the columns; missing: {', '.join(missing)}.")
    if unknown := [name for name in names if name not in COLUMNS]:
        raise BadFile(f"Unknown column: {', '.join(unknown)}. Known: {', '.join(COLUMNS)}.")
    reader.fieldnames = names
    rows = [_row(reader.line_num, row) for row in reader if any((value or "").strip() for value in _cells(row))]
    emails = [row["email"] for row in rows]
    if twice := {email for email in emails if emails.count(email) > 1}:
        raise BadFile(f"{len(twice)} e-mail address{'es are' if len(twice) > 1 else ' is'} there twice.")
    if not rows:
        raise BadFile("There are no advisors in the file.")
    return rows


def import_advisors(db: Db, rows: Iterable[dict[str, Any]], progress: Callable[[], None] | None = None) -> Imported:
    """Add and change advisors; demo advisors take no new cases from then on."""
    added = changed = 0
    for row in rows:
        known = db.scalar(sa.select(advisor.c.id).where(advisor.c.email == row["email"]))
        if known is None:
            key = uuid.uuid4().hex
            db.execute(advisor.insert().values(id=key, demo=False, open_cases=0, assigned_at=None, **row))
            added += 1
        else:
            db.execute(advisor.update().where(advisor.c.id == known).values(demo=False, **row))
            changed += 1
        if progress:
            progress()
    retired = db.execute(
        advisor.update().where(advisor.c.demo, advisor.c.active).values(active=False, duty_manager=False)
    ).rowcount
    return Imported(added, changed, retired)


def listed(db: Db) -> list[dict[str, Any]]:
    """All advisors with their load, by name."""
    rows = db.execute(sa.select(advisor).order_by(advisor.c.active.desc(), advisor.c.name))
    return [
        {
            "id": row.id, "name": row.name, "email": row.email, "trained": row.trained,
            "duty_manager": row.duty_manager, "areas": row.areas, "languages": row.languages,
            "absences": row.absences, "active": row.active, "demo": row.demo, "open_cases": row.open_cases,
        }
        for row in rows
    ]  # fmt: skip


def _cells(row: dict[str, Any]) -> list[str]:
    return [value for value in row.values() if isinstance(value, str)]


def _row(line: int, row: dict[str, Any]) -> dict[str, Any]:
    def cell(name: str) -> str:
        return (row.get(name) or "").strip()

    if None in row:
        raise BadFile(f"Line {line} has more cells than the first line.")
    name, email = cell("name"), cell("email").casefold()
    if not name or len(name) > 200:
        raise BadFile(f"Line {line}: the name is missing or too long.")
    if not _EMAIL.fullmatch(email) or len(email) > 320:
        raise BadFile(f"Line {line}: that is no e-mail address.")
    areas = [area.upper() for area in _several(cell("areas"))]
    if not all(_DISTRICT.fullmatch(area) for area in areas):
        raise BadFile(f"Line {line}: areas are postcode districts, such as L36.")
    return {
        "name": name, "email": email, "trained": _flag(line, "trained", cell("trained")),
        "duty_manager": _flag(line, "duty_manager", cell("duty_manager")), "areas": areas,
        "languages": [language.casefold() for language in _several(cell("languages"))],
        "absences": _absences(line, cell("absent_from"), cell("absent_until")),
        "active": _flag(line, "active", cell("active") or "yes"),
    }  # fmt: skip


def _several(text: str) -> list[str]:
    return [part for part in re.split(r"[\s;,|]+", text) if part]


def _flag(line: int, column: str, text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise BadFile(f"Line {line}: {column} is yes or no.")


def _absences(line: int, start: str, end: str) -> list[list[str | None]]:
    if not start and not end:
        return []
    try:
        for text in (start, end):
            if text:
                date.fromisoformat(text)
    except ValueError:
        raise BadFile(f"Line {line}: dates are written 2026-12-24.") from None
    if start and end and end < start:
        raise BadFile(f"Line {line}: the absence ends before it begins.")
    return [[start or None, end or None]]
