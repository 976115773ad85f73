"""Writing a backup, and proving that it opens before anybody relies on it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework import clocks
from casework.audit import Act, acting
from casework.backup import engines
from casework.backup.sealed import BackupError, open_sealed, write_sealed
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store import Store

__all__ = ["BackedUp", "BackupError", "back_up", "engine_of", "private_file", "prove"]


@dataclass(frozen=True, slots=True)
class BackedUp:
    """``size`` in bytes; ``cases`` were in it when it began. ``spooled`` alarms wait outside of it."""

    file: str
    size: int
    cases: int
    spooled: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def back_up(store: Store, path: Path, by: str) -> BackedUp:
    """Write the database into a new sealed file and open it again. Raises ``BackupError``,
    ``StoreUnavailable``."""
    from casework.audit.chain import last
    from casework.intake.spool import spooled

    if path.exists():
        raise BackupError(f"{path} is there already; a backup never replaces a file.")
    if not path.absolute().parent.is_dir():
        raise BackupError(f"There is no folder {path.absolute().parent}.")
    with acting(store, Act.BACK_UP, by) as found, private_file(store) as plain:
        with store.read() as db:
            cases = int(db.scalar(sa.select(sa.func.count()).select_from(case_record)))
            revision = db.scalar(sa.text("SELECT version_num FROM alembic_version"))
            head = last(db)
        about = {
            "engine": engine_of(store), "at": clocks.now(store.settings).isoformat(), "revision": revision,
            "cases": cases, "audit": head.seq,
        }  # fmt: skip
        engines.dump(store, plain)
        write_sealed(path, store.keys, about, plain)
        try:
            with private_file(store) as opened:
                open_sealed(path, store.keys, opened)
                prove(store, opened)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        size = path.stat().st_size
        found |= {"cases": cases, "bytes": size}
    return BackedUp(str(path), size, cases, len(spooled(store.settings.spool)))


def prove(store: Store, copy: Path) -> None:
    """The copy is whole; where it can be opened by itself (SQLite), a value of each sealed column opens."""
    engines.check(store, copy)
    if not store.is_sqlite:
        return
    from casework.privacy import SealError
    from casework.privacy.places import places
    from casework.store import Store as AnyStore

    settings = store.settings.model_copy(update={"database_url": f"sqlite:///{copy}"})
    opened = AnyStore(settings, store.keys)
    try:
        with opened.read() as db:
            there = set(sa.inspect(db.connection).get_table_names())
            for place in places():
                if place.table.name not in there or place.column.name not in _columns(db.connection, place.table.name):
                    continue
                columns = {place.column.name, *place.needs}
                statement = sa.select(*(place.table.c[name] for name in columns)).where(place.column.is_not(None))
                row = db.execute(statement.limit(1)).mappings().first()
                if row is not None:
                    store.keys.open(row[place.column.name], context=place.context(dict(row)))
    except SealError:
        raise BackupError("A value in the backup does not open with the keys that are here.") from None
    finally:
        opened.close()


def engine_of(store: Store) -> str:
    return "sqlite" if store.is_sqlite else "postgresql"


@contextlib.contextmanager
def private_file(store: Store) -> Iterator[Path]:
    """A file of our own below the home, gone afterwards."""
    handle, name = tempfile.mkstemp(prefix=".backup-", dir=store.settings.home)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{name}{end}").unlink(missing_ok=True)


def _columns(connection: sa.Connection, table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(connection).get_columns(table)}
