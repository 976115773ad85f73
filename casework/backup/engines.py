"""A consistent copy of the database in one plain file, and back; values in it stay sealed as they are.

SQLite is copied through its online backup, PostgreSQL through ``pg_dump`` and ``pg_restore``. Both go on serving
meanwhile, and putting a copy back is one transaction: it happens whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.backup.sealed import BackupError
from casework.store.tables import metadata

if TYPE_CHECKING:
    from casework.store import Store

_BUSY_SECONDS = 30.0
_DEBIAN = Path("/usr/lib/postgresql")


def dump(store: Store, target: Path) -> None:
    """Copy the database into ``target``, which is there, empty and private. Raises ``BackupError``."""
    if not store.is_sqlite:
        _run(store, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", _place(store))
        return
    with _sqlite(_file_of(store)) as source, _sqlite(target) as copy:
        _copy(source, copy)
        # One file that can be carried away: no log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


def check(store: Store, copy: Path) -> None:
    """Look whether the copy is whole. Raises ``BackupError``."""
    if not store.is_sqlite:
        _run(store, "pg_restore", "--list", str(copy))
        return
    with _sqlite(copy) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupError("The copy of the database is damaged.")


def load(store: Store, source: Path) -> None:
    """Put the copy in the place of the database. Raises ``BackupError``: then the database is as it was."""
    store.close()
    if store.is_sqlite:
        with _sqlite(source) as copy, _sqlite(_file_of(store)) as target:
            target.execute("PRAGMA secure_delete=ON")
            _copy(copy, target)
            target.execute("PRAGMA journal_mode=WAL")
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    script = source.with_suffix(".sql")
    try:
        script.touch(0o600)
        _run(store, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source))
        # All our tables go first, also those that are younger than the backup and hold on to older ones.
        tables = ", ".join([*(table.name for table in metadata.sorted_tables), "alembic_version"])
        drop = f"DROP TABLE IF EXISTS {tables} CASCADE; DROP FUNCTION IF EXISTS audit_entry_stays() CASCADE"
        _run(store, "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
             "--output=/dev/null", f"--command={drop}", f"--file={script}", f"--dbname={_place(store)}")  # fmt: skip
    finally:
        script.unlink(missing_ok=True)


def _file_of(store: Store) -> Path:
    return Path(store.settings.database.removeprefix("sqlite:///"))


@contextlib.contextmanager
def _sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.exists():
        raise BackupError("The database file is not there.")
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise BackupError("The database cannot be copied now.") from error


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """All pages in one step, so that writers cannot make it start again; waiting for a lock has an end."""
    deadline = time.monotonic() + _BUSY_SECONDS

    def waited(status: int, remaining: int, total: int) -> None:
        if remaining and time.monotonic() > deadline:
            raise BackupError("The database stayed locked for too long.")

    source.backup(target, pages=-1, progress=waited, sleep=0.1)


def _place(store: Store) -> str:
    """The database's address without its password: a command line can be read by everybody on the machine."""
    url = sa.make_url(store.settings.database)
    plain = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return plain.render_as_string()


def _run(store: Store, tool: str, *arguments: str) -> None:
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10", "PGOPTIONS": "-c lock_timeout=30s"}
    if password := sa.make_url(store.settings.database).password:
        environment["PGPASSWORD"] = password
    done = subprocess.run(
        [_tool(tool), *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        # What the tool says may hold a row.
        raise BackupError(f"{tool} failed (exit status {done.returncode}); the database is as it was.")


def _tool(name: str) -> str:
    """The newest one that is installed: an older pg_dump refuses a newer server."""
    versions: Sequence[Path] = sorted(
        (path for path in _DEBIAN.glob(f"*/bin/{name}") if path.parts[-3].isdigit()),
        key=lambda path: int(path.parts[-3]),
    )
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise BackupError(f"{name} is not installed; PostgreSQL's client tools bring it.")
    return found
