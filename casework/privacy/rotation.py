"""Rotation: a new sealing key, all values sealed and all reports indexed anew with it, while everything goes on
running.

Values are sealed anew in small transactions, each only where it has not been changed meanwhile, so a rotation may be
killed at any point: run again, it goes on with the same key, and every value is readable with the old or the new one
at any moment. Old keys stay where they are, for backups, until ``retire`` removes them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework import clocks
from casework.audit import Act, acting
from casework.intake.spool import spooled
from casework.privacy.keys import KeysError, SealError, add_seal_key, number_of
from casework.privacy.places import Place, places
from casework.privacy.sources import configured, remove_seal_file
from casework.related.indexes import left_with_key, rebuild_indexes
from casework.store.guard_tables import key_rotation

if TYPE_CHECKING:
    from casework.store.store import Db, Store

BATCH = 100
# Between two batches others get their turn: SQLite has one writer, and reporters come first.
_PAUSE_SECONDS = 0.005
_ATTEMPTS = 5
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """``number``: the key that seals now. ``damaged`` values could not be opened and were left as they are.
    ``resumed``: an earlier rotation was finished, no key was made."""

    number: int
    resealed: int
    damaged: int
    resumed: bool

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def rotate(store: Store, by: str, progress: Progress | None = None) -> Rotated:
    """Finish the rotation that was interrupted, or else make a new key and seal everything with it.

    Raises ``StoreUnavailable``; ``KeysError`` where the keys stand in the configuration and no newer one was
    added to it.
    """
    resumed = pending(store)
    with acting(store, Act.ROTATE_KEYS, by, detail={"resumed": resumed}) as found:
        if not resumed:
            add_seal_key(store.settings.home)
        number = store.keys.newest
        found["number"] = number
        with store.begin() as db:
            _start(db, number, clocks.now(store.settings))
        resealed, _ = _reseal(store, number, progress)
        # Once more, for what was under way with the old key when the new one was made.
        late, damaged = _reseal(store, number, None)
        resealed += late
        _index_anew(store)
        found |= {"resealed": resealed, "damaged": damaged}
        with store.begin() as db:
            finished = {"finished_at": clocks.now(store.settings), "resealed": resealed, "damaged": damaged}
            db.execute(key_rotation.update().where(key_rotation.c.number == number).values(**finished))
    return Rotated(number, resealed, damaged, resumed)


def pending(store: Store) -> bool:
    """Whether the newest key is not the first one and not everything has been sealed with it yet."""
    numbers = store.keys.numbers
    if len(numbers) < 2:
        return False
    with store.read() as db:
        done = sa.select(key_rotation.c.finished_at).where(key_rotation.c.number == numbers[-1])
        return db.scalar(done) is None


def counts(store: Store) -> dict[int, int]:
    """How many values each key has sealed, in the database and the spool; all keys are named."""
    found = dict.fromkeys(store.keys.numbers, 0)
    with store.read() as db:
        for place in places():
            first = _first_byte(place)
            statement = sa.select(first.label("first"), sa.func.count().label("values"))
            for row in db.execute(statement.where(place.column.is_not(None)).group_by(first)).mappings():
                number = number_of(bytes(row["first"]))
                found[number] = found.get(number, 0) + int(row["values"])
    for path in spooled(store.settings.spool):
        number = number_of(path.read_bytes()[:1])
        found[number] = found.get(number, 0) + 1
    return dict(sorted(found.items()))


def retire(store: Store, number: int, by: str) -> None:
    """Remove an old key for good. Raises ``KeysError`` where it seals new values or something still needs it.
    Backups that were sealed with it open no more."""
    if configured():
        raise KeysError("The keys stand in REPORTING_KEYS: take the old one out there, once nothing needs it.")
    if number not in store.keys.numbers:
        raise KeysError(f"There is no key {number}.")
    if number == store.keys.newest or pending(store):
        raise KeysError("A key is retired after a finished rotation to a newer one.")
    if needed := counts(store).get(number):
        raise KeysError(f"Values that still need key {number}: {needed}.")
    with store.read() as db:
        if found := left_with_key(db, number):
            raise KeysError(f"Reports that are found by key {number} only: {found}.")
    with acting(store, Act.RETIRE_KEY, by, detail={"number": number}):
        remove_seal_file(store.settings.keys_dir, number)


def _start(db: Db, number: int, now: datetime) -> None:
    known = sa.select(key_rotation.c.number).where(key_rotation.c.number == number).with_for_update()
    if db.scalar(known) is None:
        row = {"number": number, "started_at": now, "finished_at": None, "resealed": 0, "damaged": 0}
        db.execute(key_rotation.insert(), row)


def _reseal(store: Store, number: int, progress: Progress | None) -> tuple[int, int]:
    """How many values were sealed anew, and how many could not be opened."""
    with store.read() as db:
        total = sum(
            db.scalar(sa.select(sa.func.count()).select_from(place.table).where(_is_old(place, number))) or 0
            for place in places()
        )
    done = damaged = 0
    for place in places():
        for resealed, broken in _batches(store, place, number):
            done, damaged = done + resealed, damaged + broken
            if progress:
                progress(done + damaged, max(total, done + damaged))
            time.sleep(_PAUSE_SECONDS)
    return done, damaged


def _index_anew(store: Store) -> None:
    """What reports find each other by is made of the sealing key, so it follows."""
    after: str | None = ""
    while after is not None:
        for attempt in range(_ATTEMPTS):
            try:
                with store.begin() as db:
                    after = rebuild_indexes(db, batch=BATCH, after=after or "").after
                break
            except sa.exc.IntegrityError:
                # A report was changed at the same moment, and is indexed with the newest key by that.
                if attempt == _ATTEMPTS - 1:
                    raise
        time.sleep(_PAUSE_SECONDS)


def _batches(store: Store, place: Place, number: int) -> Iterator[tuple[int, int]]:
    """Seal a column anew in the order of its key, one transaction a batch."""
    key = place.key
    needed = [place.table.c[name] for name in dict.fromkeys([*(one.name for one in key), *place.needs])]
    statement = sa.select(*needed, place.column.label("sealed")).where(_is_old(place, number)).order_by(*key)
    after: tuple[Any, ...] = ()
    while True:
        beyond = statement.where(sa.tuple_(*key) > after) if after else statement
        with store.begin() as db:
            rows = db.execute(beyond.limit(BATCH)).mappings().all()
            damaged = sum(not _reseal_one(db, place, row) for row in rows)
        if not rows:
            return
        after = tuple(rows[-1][one.name] for one in key)
        yield len(rows) - damaged, damaged


def _reseal_one(db: Db, place: Place, row: Any) -> bool:
    """False where the value cannot be opened. One that was changed meanwhile is sealed by whoever changed it."""
    context = place.context(row)
    try:
        plain = db.keys.open(row["sealed"], context=context)
    except SealError:
        return False
    same = [one == row[one.name] for one in place.key]
    db.execute(
        place.table.update()
        .where(*same, place.column == row["sealed"])
        .values({place.column: db.keys.seal(plain, context=context)})
    )
    return True


def _is_old(place: Place, number: int) -> sa.ColumnElement[bool]:
    return place.column.is_not(None) & (_first_byte(place) != bytes((number,)))


def _first_byte(place: Place) -> sa.ColumnElement[bytes]:
    return sa.func.substr(place.column, 1, 1, type_=sa.LargeBinary())
