"""Rotating keys: all values get the new key, at any moment all are readable, and a killed rotation is finished."""

from __future__ import annotations

import secrets
import signal
import threading
from typing import Any

import pytest
import sqlalchemy as sa

from casework import audit, cases
from casework.cases import progress, relabel
from casework.cases.findings import record_finding
from casework.cases.respondents import add_respondent, change_respondent
from casework.intake.alarm import Alarm
from casework.intake.spool import read_spool, spooled, write_spool
from casework.privacy import Keys, KeysError, SealError, reveal, rotation
from casework.privacy.access import accesses
from casework.privacy.places import places
from casework.privacy.sources import fresh_configuration
from casework.related.indexes import left_with_key, rebuild_indexes
from casework.store import Store, drafts
from casework.store.relation_tables import indexed_report
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, make_case, show_case
from tests.rotating import rotated

NOW = CHRISTMAS_EVE
CLOSING = dict.fromkeys((*progress.CLOSING_FIELDS, "satisfaction_not_asked"), "canary-closing")


def fill(store: Store, reports: int = 1) -> list[str]:
    """Something in every sealed column; the references of the cases."""
    found = []
    for number in range(reports):
        made = make_case(store, identity="named", answers={**NAMED, "account": f"canary-account-{number}"})
        found.append(made.reference)
        with store.begin() as db:
            draft = drafts.create(db, session_mac=secrets.token_bytes(32), now=NOW, state={"a": "canary"})
            drafts.put_turn(db, draft.id, "m1", at=NOW, body_mac=b"", said="canary", outcome={"say": []})
            cases.add_message(db, made.reference, "canary-message", "jo", NOW)
            relabel.change_label(db, made.reference, "priority", "urgent", "jo", NOW, "canary-why")
            reveal.ask(db, made.reference, "jo", "canary-need", NOW)
            key = add_respondent(db, made.reference, "canary-respondent", "jo", NOW)
            change_respondent(db, made.reference, key, "account", "canary-their-account", "jo", NOW)
            record_finding(db, made.reference, "staff_safety", "risk", "canary-dog", "jo", NOW)
            progress.close(db, made.reference, "jo", NOW, CLOSING)
        show_case(store, made.reference, reveal=True, reason="canary-reason")
    return found


def readable(store: Store, reference: str) -> None:
    """Everything that the product reads of a case opens."""
    shown = show_case(store, reference, reveal=True, reason="check")
    assert shown["answers"]["account"].startswith("canary-account")
    assert shown["identity_details"]["reporter_name"] == "canary-name"
    assert shown["respondents"][0]["identity_details"] == {"name": "canary-respondent"}
    assert shown["respondents"][0]["account"] == "canary-their-account"
    assert shown["staff_safety"]["why"] == "canary-dog"
    assert [line["reason"] for line in shown["timeline"] if "reason" in line] == ["canary-why"]
    with store.read() as db:
        assert [one["text"] for one in cases.thread(db, reference)] == ["canary-message"]
        assert accesses(db, reference)[0]["reason"] == "canary-reason"
        assert "canary-need" in {one["reason"] for one in reveal.waiting(db, NOW)}


def sealed_with(store: Store) -> dict[str, set[int]]:
    """Which keys each column's values were sealed with."""
    found = {}
    with store.read() as db:
        for place in places():
            values = db.execute(sa.select(place.column).where(place.column.is_not(None))).scalars()
            found[f"{place.table.name}.{place.column.name}"] = {value[0] for value in values}
    return found


# What a connector is sending, and what somebody had corrected: sealed in the same way, made by no test here.
NOT_FILLED = {"outbox.body", "correction.body"}


def test_every_sealed_column_is_rotated_and_everything_opens_afterwards(any_store: Store) -> None:
    reference = fill(any_store)[0]
    before = sealed_with(any_store)
    assert {name for name, keys in before.items() if not keys} <= NOT_FILLED
    done = rotation.rotate(any_store, "cli:jo")
    assert (done.number, done.damaged, done.resumed) == (2, 0, False)
    assert {key for keys in sealed_with(any_store).values() for key in keys} == {2}
    assert rotation.counts(any_store)[1] == 0 and rotation.counts(any_store)[2] == done.resealed >= 10
    with any_store.read() as db:
        assert (left_with_key(db, 1), left_with_key(db, 2)) == (0, 1)
    readable(any_store, reference)
    rotated = [one for one in _audited(any_store) if one["act"] == "rotate_keys"]
    assert [one["outcome"] for one in rotated] == ["done", "intent"]
    assert rotated[0]["detail"] == {"number": 2, "resealed": done.resealed, "damaged": 0}
    assert audit.verify(any_store).whole


def test_a_rotation_that_broke_off_is_finished_with_the_same_key(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    references = fill(any_store, 3)
    monkeypatch.setattr(rotation, "BATCH", 1)
    whole = sum(rotation.counts(any_store).values())
    for stop_after in (1, 5, 9):

        def explode(done: int, _: int, limit: int = stop_after) -> None:
            if done == limit:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rotation.rotate(any_store, "cli:jo", explode)
        assert rotation.pending(any_store)
        for reference in references:
            readable(any_store, reference)
    done = rotation.rotate(any_store, "cli:jo")
    assert done.resumed and done.number == 2 and not rotation.pending(any_store)
    assert rotation.counts(any_store)[1] == 0 and rotation.counts(any_store)[2] >= whole
    assert rotation.rotate(any_store, "cli:jo").number == 3
    for reference in references:
        readable(any_store, reference)


def test_a_rotation_that_died_before_its_first_value_is_finished(any_store: Store) -> None:
    fill(any_store)
    from casework.privacy.keys import add_seal_key

    add_seal_key(any_store.settings.home)
    done = rotation.rotate(any_store, "cli:jo")
    assert (done.number, done.resumed) == (2, True)


@pytest.mark.slow
def test_a_killed_rotation_is_finished(any_store: Store) -> None:
    """SIGKILL at several values; in between a running process reads."""
    references = fill(any_store, 2)
    for die_at in (2, 4, 6):
        old = rotation.counts(any_store)[1]
        assert rotated(any_store, die_at=die_at, batch=1) == -signal.SIGKILL
        assert rotation.counts(any_store)[1] == old - (die_at - 1), "all before that value are kept"
        assert rotation.pending(any_store)
        for reference in references:
            readable(any_store, reference)
    assert rotated(any_store, batch=1) == 0
    assert rotation.counts(any_store)[1] == 0 and not rotation.pending(any_store)
    for reference in references:
        readable(any_store, reference)
    outcomes = [one["outcome"] for one in reversed(_audited(any_store)) if one["act"] == "rotate_keys"]
    assert outcomes == ["intent"] * 4 + ["done"] and audit.verify(any_store).whole


def test_writers_go_on_meanwhile_and_nothing_is_lost(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(any_store, 2)
    monkeypatch.setattr(rotation, "BATCH", 2)
    with any_store.begin() as db:
        draft = drafts.create(db, session_mac=secrets.token_bytes(32), now=NOW, state={"n": 0})
    other = Store(any_store.settings, Keys.load(any_store.settings.home))
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(40):
                with other.begin() as db:
                    found = drafts.get(db, draft.id, for_update=True)
                    assert found is not None
                    found.state["n"] += 1
                    drafts.save(db, found, NOW)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    rotation.rotate(any_store, "cli:jo")
    thread.join()
    assert failures == []
    with other.read() as db:
        found = drafts.get(db, draft.id)
        assert found is not None and found.state == {"n": 40}
    assert rotation.counts(other)[1] == 0
    other.close()


def test_a_damaged_value_is_told_and_left(any_store: Store) -> None:
    reference, damaged = fill(any_store, 2)
    with any_store.begin() as db:
        db.execute(sa.text("UPDATE report SET answers = :x WHERE case_reference = :r"),
                   {"x": b"\x01" + bytes(40), "r": damaged})  # fmt: skip
    done = rotation.rotate(any_store, "cli:jo")
    assert done.damaged == 1 and not rotation.pending(any_store)
    readable(any_store, reference)
    assert rotation.counts(any_store)[1] == 1
    with pytest.raises(KeysError, match="still need key 1: 1"):
        rotation.retire(any_store, 1, "cli:jo")


def test_an_old_key_is_retired_only_when_nothing_needs_it(any_store: Store) -> None:
    reference = fill(any_store)[0]
    alarm = write_spool(any_store.settings.spool, any_store.keys, Alarm("s" * 32, "m1", "knife"), NOW)
    with pytest.raises(KeysError, match="finished rotation"):
        rotation.retire(any_store, 1, "cli:jo")
    rotation.rotate(any_store, "cli:jo")
    with pytest.raises(KeysError, match="still need key 1: 1"):
        rotation.retire(any_store, 1, "cli:jo")
    assert read_spool(alarm, any_store.keys)[0].words == "knife"
    for path in spooled(any_store.settings.spool):
        path.unlink()
    with any_store.begin() as db:
        db.execute(indexed_report.update().values(key_number=1))
    with pytest.raises(KeysError, match="found by key 1 only: 1"):
        rotation.retire(any_store, 1, "cli:jo")
    with any_store.begin() as db:
        rebuild_indexes(db)
    with pytest.raises(KeysError, match="no key 7"):
        rotation.retire(any_store, 7, "cli:jo")
    rotation.retire(any_store, 1, "cli:jo")
    fresh = Store(any_store.settings, Keys.load(any_store.settings.home))
    assert fresh.keys.numbers == [2]
    readable(fresh, reference)
    assert audit.verify(fresh).whole, "the chain does not hang on a sealing key"
    assert rotation.rotate(fresh, "cli:jo").number == 3
    fresh.close()


def test_configured_keys_are_rotated_after_a_newer_one_was_added(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    text = fresh_configuration()
    monkeypatch.setenv("REPORTING_KEYS", text)
    first = Store(store.settings, Keys.load(store.settings.home))
    with first.begin() as db:
        draft = drafts.create(db, session_mac=bytes(32), now=NOW, state={"a": 1})
    with pytest.raises(KeysError, match="REPORTING_KEYS"):
        rotation.rotate(first, "cli:jo")
    newer = fresh_configuration().split()[0].replace("seal-1", "seal-2")
    monkeypatch.setenv("REPORTING_KEYS", f"{text} {newer}")
    second = Store(store.settings, Keys.load(store.settings.home))
    done = rotation.rotate(second, "cli:jo")
    assert (done.number, done.resealed) == (2, 1)
    with pytest.raises(KeysError, match="REPORTING_KEYS"):
        rotation.rotate(second, "cli:jo")
    with second.read() as db:
        found = drafts.get(db, draft.id)
    assert found is not None and found.state == {"a": 1}


# -- a value belongs to its place ---------------------------------------------------------------------------


def test_no_sealed_value_opens_anywhere_else(any_store: Store) -> None:
    """Each value against the place of every other: other rows, other columns, other tables."""
    fill(any_store, 2)
    values: list[tuple[str, bytes]] = []
    with any_store.read() as db:
        for place in places():
            for row in db.execute(sa.select(place.table).where(place.column.is_not(None))).mappings():
                values.append((place.context(dict(row)), row[place.column.name]))
    contexts = [context for context, _ in values]
    assert len(set(contexts)) == len(contexts) >= 20
    for number, (_, value) in enumerate(values):
        for other, context in enumerate(contexts):
            if other == number:
                any_store.keys.open(value, context=context)
                continue
            with pytest.raises(SealError):
                any_store.keys.open(value, context=context)


def test_every_flipped_bit_of_a_stored_account_is_refused(store: Store) -> None:
    from casework.advisors.demo import add_demo_advisors
    from casework.store.tables import report

    with store.begin() as db:
        add_demo_advisors(db)
    make_case(store, answers={"account": "x" * 60})
    with store.read() as db:
        row = db.execute(sa.select(report)).one()
    context = f"report|answers|{row.id}"
    store.keys.open(row.answers, context=context)
    for place in range(len(row.answers) * 8):
        changed = bytearray(row.answers)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(SealError):
            store.keys.open(bytes(changed), context=context)


def _audited(store: Store) -> list[dict[str, Any]]:
    with store.read() as db:
        return audit.entries(db)
