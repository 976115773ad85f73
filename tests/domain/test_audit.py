"""The audit: every act on a record leaves one entry, whatever becomes of it, and no later change stays unseen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from casework import audit, cases, retention
from casework.audit import Act, Entry
from casework.audit.head import NAME, read_head
from casework.cases import progress, relabel
from casework.settings import Settings
from casework.store import Store, StoreUnavailable
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, make_case, show_case

NOW = CHRISTMAS_EVE
REPOSITORY = Path(__file__).parents[2]


def acts(store: Store, **wanted: Any) -> list[tuple[str, str]]:
    """Acts and outcomes, oldest first."""
    with store.read() as db:
        return [(entry["act"], entry["outcome"]) for entry in reversed(audit.entries(db, **wanted))]


def some_entries(store: Store, count: int = 5) -> None:
    for number in range(count):
        store.keep_acts([Entry(Act.EXPORT, "cli:test", NOW, "LR-AAAA-AAAA", detail={"n": number})])


def problems(store: Store, expected: str = "") -> str:
    return " ".join(audit.verify(store, expected).problems)


def tamper(store: Store, *statements: str) -> None:
    """What somebody with full rights on the database can do: take the triggers away, then change rows."""
    with store.engine.begin() as connection:
        if store.is_sqlite:
            for act in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_entry_no_{act}")
        else:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_entry_stays ON audit_entry")
        for statement in statements:
            connection.exec_driver_sql(statement)


# -- what leaves an entry ----------------------------------------------------------------------------------


def test_each_reading_reveal_label_change_and_transfer_is_one_entry(any_store: Store) -> None:
    made = make_case(any_store, identity="named", answers=dict(NAMED))
    other = _another_advisor(any_store, made.reference)
    show_case(any_store, made.reference)
    show_case(any_store, made.reference, reveal=True, reason="canary-reason")
    with any_store.begin() as db:
        relabel.change_label(db, made.reference, "category", "hate", "jo", NOW, "canary-reason")
        relabel.confirm_labels(db, made.reference, "jo", NOW)
        progress.hand_over(db, made.reference, other, "jo", NOW, "canary-reason")
    assert acts(any_store, reference=made.reference) == [
        ("read_account", "done"),
        ("reveal_identity", "done"),
        ("change_label", "done"),
        ("confirm_labels", "done"),
        ("transfer", "done"),
    ]
    with any_store.read() as db:
        found = audit.entries(db)
        raw = db.execute(sa.text("SELECT * FROM audit_entry")).all()
    assert found[2]["detail"] == {"label": "category", "from": "asb", "to": "hate"}
    assert "canary" not in str(found) + str(raw)


def test_lists_leave_none(any_store: Store) -> None:
    make_case(any_store)
    with any_store.read() as db:
        cases.listed(db)
    assert acts(any_store) == []


def test_a_reading_that_is_rolled_back_is_kept_as_failed(any_store: Store) -> None:
    made = make_case(any_store)
    with pytest.raises(ZeroDivisionError), any_store.begin() as db:
        cases.as_json(db, made.reference, by="jo")
        raise ZeroDivisionError
    assert acts(any_store) == [("read_account", "failed")]
    assert audit.verify(any_store).whole


def test_a_reading_without_a_write_transaction_is_kept_too(any_store: Store) -> None:
    with any_store.read() as db:
        audit.note(db, Act.READ_ACCOUNT, "jo", NOW, "LR-AAAA-AAAA")
    assert acts(any_store) == [("read_account", "done")]


def test_a_purge_is_in_it_and_does_not_reach_it(any_store: Store) -> None:
    made = make_case(any_store)
    show_case(any_store, made.reference)
    with any_store.begin() as db:
        closing = dict.fromkeys((*progress.CLOSING_FIELDS, "satisfaction_not_asked"), "x")
        progress.close(db, made.reference, "jo", NOW, closing)
    retention.run(any_store, NOW + timedelta(days=366 * 7))
    assert acts(any_store, reference=made.reference) == [
        ("read_account", "done"),
        ("change_status", "done"),
        ("purge", "done"),
    ]
    assert audit.verify(any_store).whole


def test_an_act_of_many_transactions_has_an_intent_and_an_outcome(any_store: Store) -> None:
    with audit.acting(any_store, Act.EXPORT, "jo") as found:
        assert acts(any_store) == [("export", "intent")]
        found["cases"] = 3
    with pytest.raises(KeyError), audit.acting(any_store, Act.EXPORT, "jo"):
        raise KeyError("canary")
    assert acts(any_store) == [("export", "intent"), ("export", "done"), ("export", "intent"), ("export", "failed")]
    with any_store.read() as db:
        newest = audit.entries(db)
    assert newest[0]["detail"] == {"because": "KeyError"} and newest[0]["intent"] == newest[1]["seq"]
    assert newest[2]["detail"] == {"cases": 3} and newest[2]["intent"] == newest[3]["seq"]


def test_what_cannot_be_recorded_is_not_begun(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(_: Any) -> None:
        raise StoreUnavailable("the database is busy")

    monkeypatch.setattr(any_store, "keep_acts", unavailable)
    begun = False
    with pytest.raises(StoreUnavailable), audit.acting(any_store, Act.EXPORT, "jo"):
        begun = True
    assert not begun


@pytest.mark.parametrize("detail", [{"note": "He shouted"}, {"a b": 1}, {"x": "y" * 65}, {"x": ["y"]}, {"x": 1.5}])
def test_an_entry_takes_no_words(detail: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="codes"):
        Entry(Act.EXPORT, "jo", NOW, detail=detail)


def test_words_in_the_detail_of_a_timeline_stop_no_act_and_reach_no_entry(any_store: Store) -> None:
    from casework.cases import records

    made = make_case(any_store)
    with any_store.begin() as db:
        detail = {"because": "canary words of a person", "to": "jo", "against": ["canary"]}
        records.event(db, made.reference, "reassigned", NOW, "jo", detail)
    with any_store.read() as db:
        assert [one["detail"] for one in audit.entries(db)] == [{"to": "jo"}]


# -- what shows ---------------------------------------------------------------------------------------------


def test_the_database_itself_refuses_changes(any_store: Store) -> None:
    some_entries(any_store)
    for statement in ("UPDATE audit_entry SET who = 'x' WHERE seq = 2", "DELETE FROM audit_entry WHERE seq = 5"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), any_store.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert audit.verify(any_store).whole


INSERTED = (
    "INSERT INTO audit_entry (seq, at, who, act, reference, outcome, intent, detail, hash) "
    "SELECT {seq}, at, 'mallory', act, reference, outcome, intent, detail, hash FROM audit_entry WHERE seq = 3"
)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["UPDATE audit_entry SET who = 'mallory' WHERE seq = 3"], "Entry 3 was altered"),
        (["UPDATE audit_entry SET at = (SELECT at FROM audit_entry WHERE seq = 6) WHERE seq = 3"], "Entry 3 was"),
        (["UPDATE audit_entry SET act = 'purge' WHERE seq = 1"], "Entry 1 was altered"),
        (["UPDATE audit_entry SET reference = NULL WHERE seq = 5"], "Entry 5 was altered"),
        (["UPDATE audit_entry SET outcome = 'failed' WHERE seq = 2"], "Entry 2 was altered"),
        (["UPDATE audit_entry SET intent = 1 WHERE seq = 2"], "Entry 2 was altered"),
        (["UPDATE audit_entry SET detail = '{}' WHERE seq = 4"], "Entry 4 was altered"),
        (["UPDATE audit_entry SET hash = (SELECT hash FROM audit_entry WHERE seq = 1) WHERE seq = 4"], "Entry 4 was"),
        (["DELETE FROM audit_entry WHERE seq = 3"], "Entry 3 is missing"),
        (["DELETE FROM audit_entry WHERE seq <= 2"], "Entries 1 to 2 are missing"),
        (["DELETE FROM audit_entry WHERE seq = 3", "UPDATE audit_entry SET seq = 3 WHERE seq = 4"], "Entry 3 was"),
        ([INSERTED.format(seq=7)], "Entry 7 was altered or inserted"),
        ([INSERTED.format(seq=0)], "Entry 0 was inserted"),
        (["DELETE FROM audit_entry WHERE seq = 6"], "The end was cut off"),
        (["DELETE FROM audit_entry"], "The end was cut off"),
        (["DELETE FROM audit_entry WHERE seq = 6", INSERTED.format(seq=6)], "Entry 6 is not the one"),
    ],
)
def test_every_change_is_found(any_store: Store, statements: list[str], said: str) -> None:
    some_entries(any_store, 5)
    any_store.keep_acts([Entry(Act.EXPORT, "cli:test", NOW + timedelta(hours=1))])
    assert audit.verify(any_store).whole
    tamper(any_store, *statements)
    assert said in problems(any_store)


def test_the_head_that_was_taken_away_altered_or_put_back_shows(store: Store, settings: Settings) -> None:
    assert audit.verify(store).whole, "an empty chain is whole without a head"
    some_entries(store, 3)
    file = settings.home / NAME
    old = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600 and b"cli:test" not in old
    noted = audit.verify(store).head
    some_entries(store, 2)
    assert audit.verify(store, noted).whole
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes((whole[-1] ^ 1,)))
    assert "altered" in problems(store)
    file.unlink()
    assert "missing" in problems(store)
    noted = audit.verify(store).head
    file.write_bytes(old)
    tamper(store, "DELETE FROM audit_entry WHERE seq > 3")
    assert audit.verify(store).whole, "cut back together with its head: only a head kept elsewhere shows it"
    assert "cut off" in problems(store, noted)
    assert "looks like" in problems(store, "nonsense")


def test_a_head_that_stayed_behind_is_no_harm(store: Store, settings: Settings) -> None:
    some_entries(store, 2)
    old = (settings.home / NAME).read_bytes()
    some_entries(store, 2)
    (settings.home / NAME).write_bytes(old)
    assert audit.verify(store).whole
    some_entries(store, 1)
    head = read_head(settings.home, store.keys)
    assert head is not None and head.seq == 5


WRITER = """
import sys
from datetime import UTC, datetime
from casework.audit import Act, Entry, note
from casework.privacy import Keys
from casework.settings import load_settings
from casework.store import store as module
from casework.store import Store, StoreUnavailable
# However slow the disk is, nobody gives up waiting for the others.
module.BUSY_SECONDS = 200.0
module._PRAGMAS = ("PRAGMA busy_timeout=200000", *module._PRAGMAS[1:])
module._POSTGRES = ""
settings = load_settings(_env_file=None)
store = Store(settings, Keys.load(settings.home))
now = datetime.now(UTC)
for number in range(25):
    if number % 5:
        while True:
            try:
                store.keep_acts([Entry(Act.EXPORT, sys.argv[1], now, detail={"n": number})])
                break
            except StoreUnavailable:
                pass  # busy: nothing was written
        continue
    try:
        with store.begin() as db:
            note(db, Act.READ_ACCOUNT, sys.argv[1], now)
            raise KeyError
    except KeyError:
        pass
"""


def test_many_processes_write_one_chain(any_store: Store, settings: Settings) -> None:
    environment = {
        **os.environ, "REPORTING_HOME": str(any_store.settings.home), "PYTHONPATH": str(REPOSITORY),
        "REPORTING_ENV": "test", "REPORTING_DATABASE_URL": any_store.settings.database,
    }  # fmt: skip
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, f"writer-{n}"], env=environment, cwd=settings.home)
        for n in range(4)
    ]
    assert [writer.wait(timeout=280) for writer in writers] == [0, 0, 0, 0]
    found = audit.verify(any_store)
    assert (found.count, found.problems) == (100, ())
    head = read_head(any_store.settings.home, any_store.keys)
    assert head is not None and head.seq == 100
    assert json.dumps(found.to_json())


def _another_advisor(store: Store, reference: str) -> str:
    from casework.store.tables import advisor, case_record

    with store.read() as db:
        owner = db.scalar(sa.select(case_record.c.advisor_id).where(case_record.c.reference == reference))
        found: str = db.scalar(sa.select(advisor.c.id).where(advisor.c.id != owner, advisor.c.active).limit(1))
    return found
