"""Connections to the database, opened on first use; one write transaction at a time on SQLite."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection, CursorResult, Engine

if TYPE_CHECKING:
    from casework.audit.acts import Entry
    from casework.audit.chain import Head
    from casework.privacy import Keys
    from casework.settings import Settings

log = logging.getLogger(__name__)
BUSY_SECONDS = 2.0
_TRIES = 3
_WRITE = "reporting_write"
_POSTGRES = "-c statement_timeout=15000 -c lock_timeout=5000"
_PRAGMAS = (
    "PRAGMA busy_timeout=2000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
)


class StoreUnavailable(RuntimeError):
    """The database cannot be reached, is locked too long, or is not migrated. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Db:
    """One open transaction, with what is needed to seal and to tell the time in it."""

    connection: Connection
    keys: Keys
    settings: Settings
    # What is done in this transaction and has to be in the audit: see ``casework.audit.note``.
    acts: list[Entry] = field(default_factory=list, repr=False)

    @property
    def writes_beside_others(self) -> bool:
        """Whether this transaction may write while others do (PostgreSQL; SQLite has one writer)."""
        options = self.connection.get_execution_options()
        return bool(options.get(_WRITE)) and self.connection.dialect.name == "postgresql"

    def execute(
        self, statement: sa.Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        result: Any = self.connection.execute(statement, values)
        return result

    def scalar(self, statement: sa.Executable, values: Mapping[str, Any] | None = None) -> Any:
        return self.connection.execute(statement, values).scalar()


class Store:
    """The database of one installation. Making a Store opens nothing."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self.settings = settings
        self.keys = keys
        self._engine: Engine | None = None
        self._guard = threading.Lock()
        # SQLite has one writer. Waiting here is first come first served and costs nothing;
        # waiting inside SQLite is sleeping in growing steps.
        self._writer = threading.Lock()
        self._file: Path | None = None
        self._inode: tuple[int, int] | None = None

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            with self._guard:
                if self._engine is None:
                    self._engine = self._make()
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        return self.settings.database.startswith("sqlite")

    @contextlib.contextmanager
    def begin(self) -> Iterator[Db]:
        """A write transaction: committed at the end of the block, rolled back on any error.

        Acts that were noted in it are in the audit either way. Raises ``StoreUnavailable`` where the database
        cannot be reached or stays locked for two seconds.
        """
        acts: list[Entry] = []
        head: Head | None = None
        try:
            with self._write() as db:
                acts = db.acts
                yield db
                if acts:
                    head = self._append(db)
        except BaseException:
            if acts:
                self._keep_failed(acts)
            raise
        self._advance(head)

    def keep_acts(self, acts: Sequence[Entry]) -> Head:
        """Put entries into the audit in a transaction of their own. Raises ``StoreUnavailable``."""
        with self._write() as db:
            db.acts.extend(acts)
            head = self._append(db)
        self._advance(head)
        return head

    def _append(self, db: Db) -> Head:
        from casework.audit.chain import append

        return append(db, db.acts)

    def _advance(self, head: Head | None) -> None:
        if head is not None:
            from casework.audit.head import advance

            advance(self.settings.home, self.keys, head)

    def _keep_failed(self, acts: Sequence[Entry]) -> None:
        """What was rolled back was tried all the same."""
        from casework.audit.acts import Outcome

        problem = ""
        for _ in range(_TRIES):
            try:
                self.keep_acts([replace(act, outcome=Outcome.FAILED) for act in acts])
                return
            except StoreUnavailable as error:
                # Perhaps only busy: each try waits for the others.
                problem = type(error).__name__
            except Exception as error:
                problem = type(error).__name__
                break
        # The caller's own error matters more; which acts they were may be known, what they were about not.
        names = ",".join(sorted({act.act for act in acts}))
        log.error("failed acts could not be kept in the audit: acts=%s error=%s", names, problem)

    @contextlib.contextmanager
    def _write(self) -> Iterator[Db]:
        if not self.is_sqlite:
            with self._transaction(write=True) as db:
                yield db
            return
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise StoreUnavailable("the database is busy")
        try:
            with self._transaction(write=True) as db:
                yield db
        finally:
            self._writer.release()

    @contextlib.contextmanager
    def read(self) -> Iterator[Db]:
        """A consistent view for reading. Raises ``StoreUnavailable``."""
        acts: list[Entry] = []
        try:
            with self._transaction(write=False) as db:
                acts = db.acts
                yield db
        except BaseException:
            if acts:
                self._keep_failed(acts)
            raise
        if acts:
            self.keep_acts(acts)

    @contextlib.contextmanager
    def _transaction(self, write: bool) -> Iterator[Db]:
        try:
            engine = self.engine
            self._same_file()
            with engine.connect() as connection:
                connection.execution_options(**{_WRITE: write})
                with connection.begin():
                    yield Db(connection, self.keys, self.settings)
        except (exc.IntegrityError, exc.DataError):
            raise
        except (exc.DBAPIError, exc.TimeoutError, sqlite3.Error) as error:
            raise StoreUnavailable("the database cannot be used now") from error

    def upgrade(self) -> None:
        """Bring the database to the newest migration. Raises ``StoreUnavailable``."""
        from casework.store.migrate import upgrade

        upgrade(self)

    def at_head(self) -> bool:
        """Whether the database has the newest migration. False too where it cannot be reached."""
        from casework.store.migrate import at_head

        return at_head(self)

    def close(self) -> None:
        with self._guard:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None
            self._inode = None

    def _same_file(self) -> None:
        """A file that was moved or removed must not be written through an old handle: that would be lost."""
        if self._file is None:
            return
        try:
            found = os.stat(self._file)
        except OSError as error:
            self._forget()
            raise StoreUnavailable("the database file is not there") from error
        inode = (found.st_dev, found.st_ino)
        if self._inode is not None and self._inode != inode:
            self._forget()
        self._inode = inode

    def _forget(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
        self._inode = None

    def _make(self) -> Engine:
        url = self.settings.database
        if not self.is_sqlite:
            return sa.create_engine(
                url, pool_pre_ping=True, pool_size=10, max_overflow=10, pool_timeout=BUSY_SECONDS,
                connect_args={"connect_timeout": 2, "options": _POSTGRES},
            )  # fmt: skip
        self._file = Path(url.removeprefix("sqlite:///"))
        engine = sa.create_engine(
            "sqlite://", creator=_sqlite(self._file), poolclass=sa.QueuePool, pool_size=8, max_overflow=32,
            pool_timeout=BUSY_SECONDS, pool_reset_on_return="rollback",
        )  # fmt: skip
        sa.event.listen(engine, "begin", _begin)
        return engine


def _sqlite(path: Path) -> Callable[[], sqlite3.Connection]:
    # mode=rw: only the migration makes the file; a process never starts an empty database by mistake.
    address = f"file:{quote(str(path))}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address, uri=True, check_same_thread=False, timeout=BUSY_SECONDS, isolation_level=None
        )
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        return connection

    return connect


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
