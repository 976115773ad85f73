"""Migrations with Alembic, run by ``casework.setup`` and the tests. Heavy, so imported only here."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.store.store import StoreUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

    from casework.store.store import Store

_LOCK = 7_214_003  # any number, the same in all processes: PostgreSQL's advisory lock for migrations


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(store: Store) -> None:
    """Apply all migrations that are missing. Two processes starting at once do it once."""
    from alembic import command

    if store.is_sqlite:
        _create_file(Path(store.settings.database.removeprefix("sqlite:///")))
    with store.begin() as db:
        if not store.is_sqlite:
            db.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        config = _config()
        config.attributes["connection"] = db.connection
        # Some migrations move what is sealed.
        config.attributes["keys"] = store.keys
        command.upgrade(config, "head")


def at_head(store: Store) -> bool:
    """Whether every migration has been applied."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    newest = ScriptDirectory.from_config(_config()).get_current_head()
    try:
        with store.read() as db:
            return MigrationContext.configure(db.connection).get_current_revision() == newest
    except StoreUnavailable:
        return False


def knows(revision: str) -> bool:
    """Whether this program has that migration: a database of a newer one cannot be used."""
    from alembic.script import ScriptDirectory

    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _create_file(path: Path) -> None:
    """The file belongs to its owner alone, from its first moment, and keeps its journal mode from then on."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with contextlib.closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailable(f"the database file {path} cannot be made") from error
