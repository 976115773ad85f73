"""The database: migrations agree with the tables, drafts keep and lose what they should, faults are named."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import stat
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from casework.privacy import Keys, SealError
from casework.settings import Settings
from casework.store import Store, StoreUnavailable, drafts, tables
from casework.store.drafts import DraftConflict
from tests.domain.conftest import CHRISTMAS_EVE

NOW = CHRISTMAS_EVE


def new_draft(store: Store, **values: Any) -> drafts.Draft:
    with store.begin() as db:
        return drafts.create(db, session_mac=secrets.token_bytes(32), now=NOW, **values)


def read(store: Store, draft_id: str) -> drafts.Draft | None:
    with store.read() as db:
        return drafts.get(db, draft_id)


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


# -- drafts ------------------------------------------------------------------------------------------------


def test_a_draft_is_found_by_its_session_and_by_its_id(any_store: Store) -> None:
    draft = new_draft(any_store, state={"answers": {"account": "Café ☕ \u2028"}}, open_question="danger_now")
    with any_store.read() as db:
        assert drafts.by_session(db, draft.session_mac) == drafts.get(db, draft.id) == draft
        assert drafts.by_session(db, bytes(32)) is None


def test_a_turn_is_one_read_and_one_commit(any_store: Store) -> None:
    draft = new_draft(any_store)
    with any_store.begin() as db:
        found, known = drafts.open_turn(db, draft.session_mac, "m1")
        assert found is not None and known is None
        found.state["answers"] = {"reporter_role": "self"}
        drafts.save(db, found, NOW + timedelta(minutes=5))
        drafts.put_turn(db, found.id, "m1", at=NOW, body_mac=b"m" * 32, said={"text": "me"}, outcome={"say": []})
    with any_store.read() as db:
        again, known = drafts.open_turn(db, draft.id, "m1")
        assert known is not None and again is not None
        assert (known.seq, known.said, known.outcome) == (1, {"text": "me"}, {"say": []})
        assert again.revision == 2
        assert again.expires_at == NOW + timedelta(hours=24, minutes=5)
        assert drafts.stored_turn(db, draft.id, "m1") == known
        assert drafts.stored_turn(db, draft.id, "m2") is None


def test_a_message_has_one_turn(any_store: Store) -> None:
    draft = new_draft(any_store)
    turn: dict[str, Any] = {"at": NOW, "body_mac": b"m" * 32, "said": None, "outcome": {}}
    with any_store.begin() as db:
        drafts.put_turn(db, draft.id, "m1", **turn)
    with pytest.raises(sa.exc.IntegrityError), any_store.begin() as db:
        drafts.put_turn(db, draft.id, "m1", **turn)


def test_turns_keep_their_order(any_store: Store) -> None:
    draft = new_draft(any_store)
    for name in ("b", "a", "c"):
        with any_store.begin() as db:
            drafts.put_turn(db, draft.id, name, at=NOW, body_mac=b"", said=name, outcome={"n": name})
    with any_store.begin() as db:
        drafts.amend_turn(db, draft.id, "a", {"n": "changed"})
        drafts.forget_said(db, draft.id, "b")
        found = drafts.turns(db, draft.id)
    assert [(turn.message_id, turn.seq, turn.said) for turn in found] == [
        ("b", 1, None),
        ("a", 2, "a"),
        ("c", 3, "c"),
    ]
    assert found[1].outcome == {"n": "changed"}


def test_an_older_copy_cannot_overwrite_a_newer_one(any_store: Store) -> None:
    draft = new_draft(any_store)
    late = read(any_store, draft.id)
    assert late is not None
    with any_store.begin() as db:
        drafts.save(db, draft, NOW)
    with pytest.raises(DraftConflict), any_store.begin() as db:
        drafts.save(db, late, NOW)


def test_an_ended_draft_forgets_what_was_told(any_store: Store) -> None:
    draft = new_draft(any_store, state={"answers": {"account": "secret"}}, open_question="review")
    with any_store.begin() as db:
        drafts.put_turn(db, draft.id, "m1", at=NOW, body_mac=b"", said="secret", outcome={})
        drafts.end(db, draft.id, "LR-2222-2222", NOW)
        found = drafts.get(db, draft.id)
        assert found is not None
        assert (found.ended, found.case_reference, found.open_question) == (True, "LR-2222-2222", None)
        assert "secret" not in str(found.state)
        assert drafts.turns(db, draft.id) == []


def test_deleting_a_draft_takes_its_turns(any_store: Store) -> None:
    draft = new_draft(any_store)
    with any_store.begin() as db:
        drafts.put_turn(db, draft.id, "m1", at=NOW, body_mac=b"", said="x", outcome={})
        assert drafts.delete(db, draft.id)
        assert not drafts.delete(db, draft.id)
        assert db.scalar(sa.select(sa.func.count()).select_from(tables.turn)) == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=40),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4),
    max_leaves=12,
)


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(state=st.dictionaries(st.text(max_size=10), JSON, max_size=5))
def test_any_state_comes_back_as_it_was(store: Store, state: dict[str, Any]) -> None:
    draft = new_draft(store, state=state)
    found = read(store, draft.id)
    assert found is not None and found.state == state


def test_nothing_told_is_readable_in_the_files(store: Store, settings: Settings) -> None:
    canary = "canary-7d1f-words"
    draft = new_draft(store, state={"answers": {"account": canary}})
    with store.begin() as db:
        drafts.put_turn(db, draft.id, "m1", at=NOW, body_mac=b"", said=canary, outcome={"say": canary})
    for path in settings.home.glob("reporting.db*"):
        assert canary.encode() not in path.read_bytes(), path.name


def test_a_state_copied_to_another_draft_does_not_open(store: Store) -> None:
    first, second = new_draft(store, state={"a": 1}), new_draft(store, state={"a": 2})
    with store.begin() as db:
        state = db.scalar(sa.select(tables.draft.c.state).where(tables.draft.c.id == first.id))
        db.execute(tables.draft.update().where(tables.draft.c.id == second.id).values(state=state))
    with pytest.raises(SealError):
        read(store, second.id)


# -- faults ------------------------------------------------------------------------------------------------


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


def test_many_writers_lose_nothing(any_store: Store) -> None:
    draft = new_draft(any_store, state={"n": 0})

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
