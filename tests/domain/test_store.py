"""The database itself: migrations agree with the tables, a new one is private and careful."""

from __future__ import annotations

import sqlite3
import stat
import threading
from typing import Any

import pytest

from casework.privacy import Keys
from casework.settings import Settings
from casework.store import Store, tables
from tests.domain.conftest import CHRISTMAS_EVE
from tests.domain.test_store_drafts import new_draft, read

NOW = CHRISTMAS_EVE


def test_the_migrated_schema_is_the_one_of_the_tables(any_store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with any_store.read() as db:
        dialect = db.connection.dialect.name

        def is_here(part: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
            return kind != "index" or reflected or part.info.get("dialect", dialect) == dialect

        opts = {"compare_type": True, "include_object": is_here}
        context = MigrationContext.configure(db.connection, opts=opts)
        assert compare_metadata(context, tables.metadata) == []
    assert any_store.at_head()


def test_upgrading_again_changes_nothing(any_store: Store) -> None:
    draft = new_draft(any_store, state={"answers": {"account": "x"}})
    any_store.upgrade()
    found = read(any_store, draft.id)
    assert found is not None and found.state == draft.state


def test_two_processes_may_upgrade_at_once(settings: Settings, keys: Keys) -> None:
    stores = [Store(settings, keys) for _ in range(4)]
    failures: list[Exception] = []

    def upgrade(store: Store) -> None:
        try:
            store.upgrade()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=upgrade, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert all(store.at_head() for store in stores)


def test_a_new_database_is_private_and_careful(store: Store, settings: Settings) -> None:
    path = settings.home / "reporting.db"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with store.read() as db:
        found = {
            name: db.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 2000,
    }  # fmt: skip


def test_a_write_transaction_takes_the_lock_when_it_begins(store: Store, settings: Settings) -> None:
    """So that none is refused in its middle, after it has read."""
    other = sqlite3.connect(settings.home / "reporting.db", timeout=0, isolation_level=None)
    with store.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_making_a_store_opens_nothing(settings: Settings, keys: Keys) -> None:
    Store(settings, keys)
    assert not (settings.home / "reporting.db").exists()
