"""Alarms: a case at once, or a sealed file that becomes one; never twice, never lost, never readable."""

from __future__ import annotations

import os
import secrets
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casework import cases, intake
from casework.intake.alarm import Alarm
from casework.intake.spool import damaged, read_spool, spooled, write_spool
from casework.privacy import Keys, SealError
from casework.settings import Settings
from casework.store import Store, StoreUnavailable
from tests.domain.conftest import CHRISTMAS_EVE, a_submission

NOW = CHRISTMAS_EVE
WORDS = "he is outside my door with a knife canary"


def an_alarm(**values: Any) -> Alarm:
    chosen: dict[str, Any] = {
        "submission_id": secrets.token_hex(16), "message_id": "m1", "words": WORDS, "question": "motive",
        "flags": ("immediate_danger",), **values,
    }  # fmt: skip
    return Alarm(**chosen)


def down(store: Store) -> None:
    """Take the database away."""
    (store.settings.home / "reporting.db").rename(store.settings.home / "away.db")


def up(store: Store) -> None:
    (store.settings.home / "away.db").rename(store.settings.home / "reporting.db")


def all_cases(store: Store) -> list[dict[str, Any]]:
    with store.begin() as db:
        return [cases.as_json(db, found["reference"], by="test") for found in cases.listed(db)]


def test_an_alarm_is_a_case_at_once(any_store: Store) -> None:
    alarm = an_alarm()
    raised = intake.raise_alarm(any_store, alarm, NOW)
    again = intake.raise_alarm(any_store, alarm, NOW + timedelta(seconds=5))
    assert raised.reference == again.reference and raised.advisor and not raised.spooled
    (case,) = all_cases(any_store)
    assert (case["complete"], case["priority"]) == (False, "emergency")
    assert case["answers"]["also_said"] == [{"question": "motive", "text": WORDS}]
    assert {"immediate_danger", "weapon"} <= set(case["risk_flags"])


def test_with_the_database_down_the_words_are_sealed_on_disk(staffed: Store, settings: Settings, keys: Keys) -> None:
    down(staffed)
    alarm = an_alarm()
    raised = intake.raise_alarm(staffed, alarm, NOW)
    assert raised.spooled and raised.reference is None
    (path,) = spooled(settings.spool)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"canary" not in path.read_bytes() and alarm.submission_id not in path.name
    assert read_spool(path, keys) == (alarm, NOW)
    assert [entry.name for entry in settings.spool.iterdir()] == [path.name], "nothing unfinished is left"


def test_a_retry_with_the_database_down_is_the_same_file(staffed: Store, settings: Settings) -> None:
    down(staffed)
    alarm = an_alarm()
    for _ in range(3):
        intake.raise_alarm(staffed, alarm, NOW)
    assert len(spooled(settings.spool)) == 1


def test_the_spool_is_taken_in_when_the_database_is_back(staffed: Store, settings: Settings) -> None:
    down(staffed)
    key = secrets.token_hex(16)
    for number in (1, 2):
        intake.raise_alarm(staffed, an_alarm(submission_id=key, message_id=f"m{number}", words=f"help {number}"), NOW)
    with pytest.raises(StoreUnavailable):
        intake.take_in_spool(staffed)
    assert len(spooled(settings.spool)) == 2
    up(staffed)
    assert intake.take_in_spool(staffed) == 2
    assert spooled(settings.spool) == []
    (case,) = all_cases(staffed)
    assert sorted(entry["text"] for entry in case["answers"]["also_said"]) == ["help 1", "help 2"]
    assert case["created_at"] == NOW.isoformat(), "as it was written, not when it was taken in"


def test_a_crash_between_commit_and_removal_adds_nothing(staffed: Store, settings: Settings, keys: Keys) -> None:
    alarm = an_alarm()
    path = write_spool(settings.spool, keys, alarm, NOW)
    kept = path.read_bytes()
    intake.take_in_spool(staffed)
    before = all_cases(staffed)
    path.write_bytes(kept)
    assert intake.take_in_spool(staffed) == 1
    after = all_cases(staffed)
    assert [case["answers"] for case in after] == [case["answers"] for case in before]
    assert len(after) == 1


def test_a_spooled_alarm_of_a_report_that_was_sent_meanwhile(staffed: Store, settings: Settings, keys: Keys) -> None:
    alarm = an_alarm()
    write_spool(settings.spool, keys, alarm, NOW)
    with staffed.begin() as db:
        made = cases.create_case(db, a_submission(submission_id=alarm.submission_id), NOW)
    for _ in range(2):
        intake.take_in_spool(staffed)
        write_spool(settings.spool, keys, alarm, NOW)
    (case,) = all_cases(staffed)
    assert (case["reference"], case["complete"], case["priority"]) == (made.reference, True, "emergency")
    with staffed.read() as db:
        assert [one["text"] for one in cases.thread(db, made.reference)] == [WORDS]


def test_a_damaged_file_does_not_stop_the_others(staffed: Store, settings: Settings, keys: Keys) -> None:
    bad = write_spool(settings.spool, keys, an_alarm(), NOW)
    whole = bad.read_bytes()
    bad.write_bytes(whole[:-1] + bytes((whole[-1] ^ 1,)))
    os.utime(bad, (1, 1))
    write_spool(settings.spool, keys, an_alarm(), NOW)
    assert intake.take_in_spool(staffed) == 1
    assert len(all_cases(staffed)) == 1
    assert (damaged(settings.spool), spooled(settings.spool)) == (1, [])


def test_a_renamed_file_does_not_open(settings: Settings, keys: Keys) -> None:
    path = write_spool(settings.spool, keys, an_alarm(), NOW)
    other = path.rename(path.with_name("0" * 32 + ".sealed"))
    with pytest.raises(SealError):
        read_spool(other, keys)


def test_a_full_disk_is_said_and_leaves_nothing(
    settings: Settings, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        write_spool(settings.spool, keys, an_alarm(), NOW)
    assert list(settings.spool.iterdir()) == []


def test_an_empty_or_missing_spool_is_nothing(tmp_path: Path) -> None:
    assert spooled(tmp_path / "none") == [] and damaged(tmp_path / "none") == 0


def test_words_of_any_kind_survive_the_spool(settings: Settings, keys: Keys) -> None:
    alarm = an_alarm(words='Ünïcode "quotes" \n\u2028 🚨 \ud800')
    assert read_spool(write_spool(settings.spool, keys, alarm, NOW), keys)[0] == alarm
