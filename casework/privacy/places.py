"""Where sealed values stand, and what each is bound to.

A column of bytes without a length holds sealed values; one of 32 bytes holds hashes. A value is bound to
``table|column|key``, with the parts of a key joined by ``/``. Lines that are numbered by the database are bound to
what else they say, because their number is not known when they are sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from casework.store import guard_tables  # noqa: F401 (its tables hold sealed values too)
from casework.store.tables import metadata


@dataclass(frozen=True, slots=True)
class Place:
    """A sealed column, the columns its context is made of, and how."""

    table: sa.Table
    column: sa.Column[Any]
    needs: tuple[str, ...]
    context: Callable[[Mapping[str, Any]], str]

    @property
    def key(self) -> tuple[sa.Column[Any], ...]:
        return tuple(self.table.primary_key.columns)


def places() -> list[Place]:
    """All sealed columns of the database."""
    return [
        _place(table, column)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary) and column.type.length is None
    ]


def _place(table: sa.Table, column: sa.Column[Any]) -> Place:
    from casework.cases import records
    from casework.privacy import access

    if table.name == "timeline":
        return Place(table, column, ("case_reference", "at", "by", "event"), lambda row: records.reason_place(
            row["case_reference"], row["at"], row["by"], row["event"]))  # fmt: skip
    if table.name == "access_log":
        return Place(table, column, ("case_reference", "at", "who", "act"), lambda row: access.reason_place(
            row["case_reference"], row["at"], row["who"], row["act"]))  # fmt: skip
    key = tuple(one.name for one in table.primary_key.columns)
    start = f"{table.name}|{column.name}|"
    return Place(table, column, key, lambda row: start + "/".join(str(row[name]) for name in key))
