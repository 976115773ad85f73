"""A database that is away, locked, moved or written by many at once: faults are named, nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from casework.privacy import Keys
from casework.settings import Settings
from casework.store import Store, StoreUnavailable, drafts
from tests.domain.conftest import CHRISTMAS_EVE
from tests.domain.test_store_drafts import new_draft, read

NOW = CHRISTMAS_EVE


def test_a_failed_block_writes_nothing(any_store: Store) -> None:
    with pytest.raises(ZeroDivisionError), any_store.begin() as db:
        draft = drafts.create(db, session_mac=bytes(32), now=NOW)
        raise ZeroDivisionError
    assert read(any_store, draft.id) is None


def test_without_a_database_the_store_says_so(settings: Settings, keys: Keys) -> None:
    lost = Store(settings, keys)
    with pytest.raises(StoreUnavailable), lost.begin():
        pass
    with pytest.raises(StoreUnavailable), lost.read():
        pass
    assert not lost.at_head()
    assert not (settings.home / "reporting.db").exists(), "no empty database is made by mistake"


def test_a_database_that_is_not_migrated_is_unavailable(settings: Settings, keys: Keys) -> None:
    settings.home.mkdir(exist_ok=True)
    (settings.home / "reporting.db").touch()
    bare = Store(settings, keys)
    with pytest.raises(StoreUnavailable), bare.read() as db:
        drafts.get(db, "x")
    assert not bare.at_head()


def test_a_database_that_was_moved_away_takes_no_writes_and_comes_back(store: Store, settings: Settings) -> None:
    draft = new_draft(store, state={"a": 1})
    path, away = settings.home / "reporting.db", settings.home / "away.db"
    path.rename(away)
    with pytest.raises(StoreUnavailable), store.begin() as db:
        drafts.delete(db, draft.id)
    away.rename(path)
    assert read(store, draft.id) is not None


def test_another_file_in_its_place_is_opened_anew(store: Store, settings: Settings, tmp_path: Any) -> None:
    draft = new_draft(store)
    path = settings.home / "reporting.db"
    store.close()
    backup = tmp_path / "backup.db"
    with sqlite3.connect(path) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    later = new_draft(store)
    for name in ("reporting.db", "reporting.db-wal", "reporting.db-shm"):
        (settings.home / name).unlink(missing_ok=True)
    shutil.copy(backup, path)
    assert read(store, draft.id) is not None
    assert read(store, later.id) is None


def test_a_locked_database_is_unavailable_after_two_seconds(store: Store, settings: Settings) -> None:
    other = sqlite3.connect(settings.home / "reporting.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreUnavailable), store.begin():
            pass
        with store.read() as db:
            assert drafts.get(db, "x") is None
    finally:
        other.execute("ROLLBACK")
        other.close()
    new_draft(store)


def patiently(write: Callable[[Any], None]) -> Callable[[Any], None]:
    """Again where the database was busy for two seconds, which a slow disk can be: nothing was written then."""

    def until_done(given: Any) -> None:
        while True:
            try:
                return write(given)
            except StoreUnavailable:
                pass

    return until_done


def test_many_writers_lose_nothing(any_store: Store) -> None:
    draft = new_draft(any_store, state={"n": 0})

    @patiently
    def write(number: int) -> None:
        with any_store.begin() as db:
            found = drafts.get(db, draft.id, for_update=True)
            assert found is not None
            found.state["n"] += 1
            drafts.save(db, found, NOW)
            drafts.put_turn(db, draft.id, f"m{number}", at=NOW, body_mac=b"", said=None, outcome={})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with any_store.read() as db:
        found = drafts.get(db, draft.id)
        assert found is not None and found.state == {"n": 16}
        assert [turn.seq for turn in drafts.turns(db, draft.id)] == list(range(1, 17))


def test_the_same_message_at_the_same_moment_is_taken_once(any_store: Store) -> None:
    with any_store.begin() as db:
        draft = drafts.create(db, session_mac=bytes(32), now=NOW)
    taken: list[str] = []

    @patiently
    def take(name: str) -> None:
        with any_store.begin() as db:
            _, stored = drafts.open_turn(db, draft.id, "m1")
            if stored is None:
                time.sleep(0.3)
                drafts.put_turn(db, draft.id, "m1", at=NOW, body_mac=b"", said=None, outcome={"by": name})
                taken.append(name)
            else:
                taken.append(f"again {stored.outcome['by']}")

    threads = [threading.Thread(target=take, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [taken[0], f"again {taken[0]}"]
