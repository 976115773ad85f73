"""Backups: sealed, proven, put back whole or not at all, and never over cases unless somebody says so."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from casework import audit, backup, cases
from casework.backup import BackupError, engines, sealed
from casework.privacy import Keys, rotation
from casework.settings import Settings
from casework.store import Store
from casework.store.tables import case_record, report
from tests.domain.conftest import NAMED, count_rows, make_case, show_case

BY = "cli:jo"


def named_case(store: Store) -> str:
    return make_case(store, identity="named", answers=dict(NAMED)).reference


def lose_everything(store: Store) -> None:
    """A new, empty database in the place of the old one."""
    store.close()
    if store.is_sqlite:
        for end in ("", "-wal", "-shm"):
            Path(f"{store.settings.database.removeprefix('sqlite:///')}{end}").unlink(missing_ok=True)
    else:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        store.close()


def test_a_restored_case_reads_as_it_was(any_store: Store, tmp_path: Path) -> None:
    reference = named_case(any_store)
    before = show_case(any_store, reference, reveal=True, reason="check")
    done = backup.back_up(any_store, tmp_path / "b", BY)
    assert (done.cases, done.size, done.spooled) == (1, (tmp_path / "b").stat().st_size, 0)
    lose_everything(any_store)
    restored = backup.restore(any_store, tmp_path / "b", BY)
    assert (restored.cases, restored.replaced) == (1, 0)
    after = show_case(any_store, reference, reveal=True, reason="check")
    assert after == before and after["identity_details"]["reporter_name"] == "canary-name"
    assert any_store.at_head()
    found = audit.verify(any_store)
    assert found.problems == ()
    with any_store.read() as db:
        acts = [(one["act"], one["outcome"]) for one in reversed(audit.entries(db))]
    # The copy was taken between intent and outcome of its own backup.
    assert acts == [
        ("reveal_identity", "done"), ("back_up", "intent"), ("restore", "done"), ("reveal_identity", "done"),
    ]  # fmt: skip
    make_case(any_store)
    assert {path.name for path in any_store.settings.home.iterdir()} <= {
        "keys", "spool", "audit.head", ".audit.head.lock", "reporting.db", "reporting.db-wal", "reporting.db-shm",
    }, "nothing is left lying about"  # fmt: skip


def test_cases_are_replaced_only_when_told(any_store: Store, tmp_path: Path) -> None:
    kept = named_case(any_store)
    backup.back_up(any_store, tmp_path / "b", BY)
    later = named_case(any_store)
    with pytest.raises(BackupError, match="holds 2 cases"):
        backup.restore(any_store, tmp_path / "b", BY)
    assert count_rows(any_store, case_record) == 2
    other = Store(any_store.settings, Keys.load(any_store.settings.home))
    with other.read() as db:
        assert len(cases.listed(db)) == 2
    done = backup.restore(any_store, tmp_path / "b", BY, overwrite=True)
    assert (done.cases, done.replaced) == (1, 2)
    show_case(other, kept)
    with pytest.raises(cases.NoCase):
        show_case(other, later)
    assert audit.verify(other).whole
    with other.read() as db:
        entry = audit.entries(db, act="restore")[0]
    assert entry["detail"]["replaced"] == 2 and entry["detail"]["head_before"] > entry["detail"]["head"]
    other.close()


def test_no_word_and_no_structure_is_readable_in_the_file(any_store: Store, tmp_path: Path) -> None:
    reference = named_case(any_store)
    backup.back_up(any_store, tmp_path / "b", BY)
    raw = (tmp_path / "b").read_bytes()
    # No needle is so short that random bytes hold it now and then.
    plain = (b"canary", reference.encode(), b"case_record", b"risk_assess", b"@demo.invalid", b"SQLite")
    assert [word for word in plain if word in raw] == []
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600


def test_a_backup_never_replaces_a_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    with pytest.raises(BackupError, match="already"):
        backup.back_up(store, tmp_path / "b", BY)
    assert (tmp_path / "b").read_text() == "mine"
    with pytest.raises(BackupError, match="no folder"):
        backup.back_up(store, tmp_path / "none" / "b", BY)


def changed(whole: bytes) -> dict[str, bytes]:
    """Ways of spoiling a backup of several blocks."""
    places, at = [], len(sealed.MAGIC) + 16
    while at < len(whole):
        size = 4 + int.from_bytes(whole[at : at + 4])
        places.append((at, at + size))
        at += size
    assert len(places) > 3
    blocks = [whole[start:end] for start, end in places]
    start = whole[: places[0][0]]
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    return {
        "empty": b"", "another file": b"SQLite format 3\0" * 10, "only its name": start,
        "cut off between blocks": start + b"".join(blocks[:-1]), "cut off in a block": whole[:-5],
        "only the first block": start + blocks[0],
        "blocks swapped": start + b"".join([blocks[0], blocks[2], blocks[1], *blocks[3:]]),
        "a block left out": start + b"".join([blocks[0], *blocks[2:]]),
        "a block twice": start + b"".join([*blocks, blocks[-1]]), "one bit": bytes(flipped),
        "another name": sealed.MAGIC + bytes(16) + b"".join(blocks), "more at its end": whole + b"x",
        "a great length": start + b"\xff" * 40,
    }  # fmt: skip


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "BLOCK_BYTES", 16_384)


def test_a_spoilt_backup_changes_nothing(any_store: Store, tmp_path: Path, small_blocks: None) -> None:
    reference = named_case(any_store)
    backup.back_up(any_store, tmp_path / "b", BY)
    for name, content in changed((tmp_path / "b").read_bytes()).items():
        (tmp_path / "spoilt").write_bytes(content)
        with pytest.raises(BackupError, match=r"no backup|damaged|altered"):
            backup.restore(any_store, tmp_path / "spoilt", BY, overwrite=True)
        assert count_rows(any_store, case_record) == 1, name
    with pytest.raises(BackupError, match="cannot be read"):
        backup.restore(any_store, tmp_path / "none", BY)
    show_case(any_store, reference)


def test_other_keys_do_not_open_it(store: Store, make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    backup.back_up(store, tmp_path / "b", BY)
    other = Store(make_settings(home=tmp_path / "other"), Keys.load(tmp_path / "other", create=True))
    with pytest.raises(BackupError, match="altered or cut off, or its key is gone"):
        backup.restore(other, tmp_path / "b", BY)
    other.close()


def test_a_backup_of_before_a_rotation_is_restored_and_rotated_again(any_store: Store, tmp_path: Path) -> None:
    reference = named_case(any_store)
    backup.back_up(any_store, tmp_path / "b", BY)
    rotation.rotate(any_store, BY)
    backup.restore(any_store, tmp_path / "b", BY, overwrite=True)
    assert rotation.pending(any_store), "the old values are back, so the rotation is open again"
    assert rotation.rotate(any_store, BY).number == 2
    assert rotation.counts(any_store)[1] == 0
    show_case(any_store, reference)


def test_a_restore_that_fails_leaves_the_database(
    any_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = named_case(any_store)
    backup.back_up(any_store, tmp_path / "b", BY)

    def fail(*_: Any) -> None:
        raise BackupError("The database stayed locked for too long.")

    monkeypatch.setattr(engines, "load", fail)
    with pytest.raises(BackupError, match="locked"):
        backup.restore(any_store, tmp_path / "b", BY, overwrite=True)
    show_case(any_store, reference)
    with any_store.read() as db:
        assert [one["outcome"] for one in audit.entries(db, act="restore")] == ["failed", "intent"]
    assert audit.verify(any_store).whole


def test_a_backup_that_does_not_open_is_not_kept(staffed: Store, tmp_path: Path) -> None:
    """On SQLite alone: a PostgreSQL archive can be listed, and opened only by restoring it."""
    named_case(staffed)
    with staffed.begin() as db:
        db.execute(report.update().values(answers=b"\x01" + bytes(40)))
    with pytest.raises(BackupError, match="does not open"):
        backup.back_up(staffed, tmp_path / "b", BY)
    assert not (tmp_path / "b").exists()


def test_the_engines_are_not_mixed(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changing:
        changing.setattr("casework.backup.backing.engine_of", lambda _: "postgresql")
        backup.back_up(store, tmp_path / "b", BY)
    with pytest.raises(BackupError, match="backup of postgresql"):
        backup.restore(store, tmp_path / "b", BY)


def test_a_backup_of_a_newer_program_is_refused(store: Store, tmp_path: Path) -> None:
    store.engine.dispose()
    with store.begin() as db:
        newest = db.scalar(sa.text("SELECT version_num FROM alembic_version"))
        db.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    backup.back_up(store, tmp_path / "b", BY)
    with store.begin() as db:
        db.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": newest})
    with pytest.raises(BackupError, match="newer version"):
        backup.restore(store, tmp_path / "b", BY)


@pytest.mark.postgres
def test_a_missing_tool_and_a_failing_one_are_sentences(
    postgres_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not installed"):
        backup.back_up(postgres_store, tmp_path / "b", BY)
    fake = tmp_path / "pg_dump"
    fake.write_text("#!/bin/sh\necho canary >&2\nexit 3\n")
    fake.chmod(0o700)
    with pytest.raises(BackupError, match="exit status 3") as failed:
        backup.back_up(postgres_store, tmp_path / "b", BY)
    assert "canary" not in str(failed.value)


def test_the_password_of_the_database_is_on_no_command_line(
    make_settings: Callable[..., Settings], keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def record(command: list[str], **more: Any) -> subprocess.CompletedProcess[bytes]:
        seen.append((command, more["env"]["PGPASSWORD"]))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(engines.subprocess, "run", record)
    monkeypatch.setattr(engines, "_tool", lambda name: name)
    settings = make_settings(database_url="postgresql://livv:s3cr%40t@db.example/reporting?sslmode=require")
    engines.dump(Store(settings, keys), tmp_path / "x")
    assert "s3cr" not in " ".join(seen[0][0]) and seen[0][1] == "s3cr@t"
    assert seen[0][0][-1] == "postgresql://livv@db.example/reporting?sslmode=require"
    assert os.environ.get("PGPASSWORD") is None
