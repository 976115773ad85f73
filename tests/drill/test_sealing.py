"""Stored values that were damaged, or moved to another row or column, are refused: each is changed in the database and
read back from it.

`make drill` does it 8,000 times; the seed is in every failure.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases
from casework.privacy import SealError
from casework.privacy.places import Place, places
from casework.store import Store
from casework.store.store import Db
from tests.domain.test_rotation import NOT_FILLED, fill
from tests.drill import counts

REPORTS = 12


def name_of(place: Place) -> str:
    return f"{place.table.name}.{place.column.name}"


def opened(db: Db, place: Place, row: Any) -> bool:
    """Whether the value that the database holds for this row opens."""
    found = db.execute(sa.select(place.table).where(*_same(place, row))).mappings().one()
    try:
        db.keys.open(found[place.column.name], context=place.context(dict(found)))
    except SealError:
        return False
    return True


def put(db: Db, place: Place, row: Any, value: bytes) -> None:
    db.execute(place.table.update().where(*_same(place, row)).values({place.column: value}))


def _same(place: Place, row: Any) -> list[sa.ColumnElement[bool]]:
    return [column == row[column.name] for column in place.key]


def flipped(value: bytes, chance: random.Random) -> bytes:
    changed = bytearray(value)
    bit = chance.randrange(len(changed) * 8)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_damaged_and_swapped_values_are_refused(staffed: Store) -> None:
    fill(staffed, REPORTS)
    chance = random.Random(counts.SEED)
    done: Counter[str] = Counter()
    opening: list[str] = []
    with staffed.begin() as db:
        held: dict[str, tuple[Place, list[Any]]] = {}
        for place in places():
            rows = db.execute(sa.select(place.table).where(place.column.is_not(None))).mappings().all()
            if rows:
                held[name_of(place)] = (place, list(rows))
        assert {name_of(place) for place in places()} - set(held) <= NOT_FILLED
        names = sorted(held)
        for number in range(counts.FLIPS):
            place, rows = held[names[number % len(names)]]
            row = chance.choice(rows)
            value: bytes = row[place.column.name]
            assert opened(db, place, row), "each starts whole, so that refusing it says something"
            other_place, other_rows = (place, rows) if number % 4 == 1 else held[chance.choice(names)]
            other = chance.choice(other_rows)
            # One in two is a flipped bit, the others are values of other rows of the column, or of any place.
            kind = "flipped" if number // len(names) % 2 else "swapped"
            if kind == "swapped" and (other_place, other) == (place, row):
                kind = "flipped"
            put(db, place, row, flipped(value, chance) if kind == "flipped" else other[other_place.column.name])
            if opened(db, place, row):
                opening.append(f"{kind} {name_of(place)}")
            put(db, place, row, value)
            done[kind] += 1
    print(f"\n{done['flipped']} flipped bits and {done['swapped']} swapped values over {len(names)} columns refused")
    assert opening == [], counts.SEED
    assert sum(done.values()) == counts.FLIPS and min(done.values()) > counts.FLIPS // 4


def test_a_case_whose_account_was_swapped_is_not_shown(staffed: Store) -> None:
    """As an advisor would meet it: neither of the two is read as the other's."""
    from casework.store.tables import report

    first, second = fill(staffed, 2)
    with staffed.begin() as db:
        sealed = {row.case_reference: row.answers for row in db.execute(sa.select(report))}
        for reference, other in ((first, second), (second, first)):
            db.execute(report.update().where(report.c.case_reference == reference).values(answers=sealed[other]))
    for reference in (first, second):
        with pytest.raises(SealError), staffed.begin() as db:
            cases.as_json(db, reference, by="cli:test")
