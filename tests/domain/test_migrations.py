"""From every released revision with data in it: what was kept before an upgrade is read whole after it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from casework import audit, cases, receipts
from casework.advisors.duty import on_duty
from casework.cases import progress, records
from casework.cases.findings import record_finding
from casework.cases.respondents import add_respondent, change_respondent, confirm_respondent
from casework.outbox.overview import status
from casework.privacy import reveal
from casework.privacy.access import accesses
from casework.related.declining import decline_join
from casework.related.indexes import rebuild_indexes
from casework.related.joining import join_report
from casework.retention import hold_case, holds
from casework.rights.correction import correct, corrections_of
from casework.store import Store, drafts, fair_tables, tables
from casework.store.migrate import _config, _create_file
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, labels, make_case, raise_stub
from tests.domain.test_retention import CLOSING

NOW = CHRISTMAS_EVE
LATER = NOW + timedelta(hours=3)
BY = "a@example.org"
RELEASED = sorted(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())
Rows = dict[str, list[dict[str, Any]]]
Adapt = Callable[[str, dict[str, Any]], dict[str, Any] | None]


def fill(store: Store, revision: str) -> dict[str, str]:
    """Something of everything that this version had a place for; the codes and ids that lead to it."""
    with store.begin() as db:
        somebody = db.scalar(sa.select(tables.advisor.c.id).limit(1))
        shift = {"id": "5" * 32, "advisor_id": somebody, "starts_at": NOW, "ends_at": NOW + timedelta(days=1)}
        db.execute(tables.duty_shift.insert(), shift)
    first, second, done = (
        make_case(store, NOW + timedelta(minutes=number), identity="named", answers=NAMED).reference
        for number in range(3)
    )
    stub = raise_stub(store, "b" * 32, words="he has a knife").reference
    sent, paused = receipts.make_code(store.keys), receipts.make_code(store.keys)
    with store.begin() as db:
        receipts.issue(db, NOW, sent, case_reference=first)
        cases.add_words(db, first, "canary-added", None, NOW)
        cases.add_message(db, first, "canary-answer", BY, NOW)
        cases.as_json(db, first, by=BY, reveal=True, reason="canary-reason", at=NOW)
        reveal.ask(db, first, BY, "canary-asked", NOW)
        if revision >= "0005":
            hold_case(db, first, NOW + timedelta(days=400), BY, NOW, "canary-hold")
            correct(db, first, "happened_when", "on Monday", BY, NOW, "canary-correction")
            join_report(db, second, first, BY, NOW, "canary-join")
        if revision >= "0012":
            respondent = add_respondent(db, first, "canary-respondent", BY, NOW)
            change_respondent(db, first, respondent, "account", "canary-their-account", BY, NOW)
            confirm_respondent(db, first, respondent, BY, NOW, "canary-how")
            record_finding(db, first, "staff_safety", "risk", "canary-dog", BY, NOW)
            decline_join(db, first, done, BY, NOW, "canary-apart")
        progress.close(db, done, BY, NOW, CLOSING)
        told = {"answers": {"account": "canary-draft"}}
        draft = drafts.create(db, session_mac=secrets.token_bytes(32), now=NOW, state=told)
        drafts.put_turn(db, draft.id, "m1", at=NOW, body_mac=b"m" * 32, said="canary-said", outcome={"say": []})
        receipts.issue(db, NOW, paused, "paused", draft_id=draft.id, expires_at=NOW + timedelta(hours=24))
    return {"first": first, "second": second, "done": done, "stub": stub, "sent": sent.text, "paused": paused.text,
            "draft": draft.id}  # fmt: skip


def seen(store: Store, made: dict[str, str]) -> dict[str, Any]:
    """All that is kept, as a person would be shown it."""
    with store.begin() as db:
        done = None
        while done is None or done.after is not None:
            done = rebuild_indexes(db, after=done.after or "" if done else "")
    with store.begin() as db:
        shown: dict[str, Any] = {
            name: cases.as_json(db, made[name], by="cli:test", reveal=True, reason="looking", at=LATER)
            for name in ("first", "second", "done", "stub")
        }
    with store.read() as db:
        shown |= {name: receipts.find(db, made[name], LATER) for name in ("sent", "paused")}
        shown["draft"], shown["turns"] = drafts.get(db, made["draft"]), drafts.turns(db, made["draft"])
        shown["holds"], shown["corrections"] = holds(db, LATER), corrections_of(db, made["first"])
        shown["accesses"] = [one for one in accesses(db, made["first"]) if one["who"] == BY]
        shown["requests"] = reveal.waiting(db, NOW)
        shown["duty"] = sorted(on_duty(db, LATER))
        shown["list"] = cases.listed(db)
    shown["outbox"] = status(store, LATER)["by_kind"]
    return shown


def rows_of(store: Store) -> Rows:
    """Every row, as the database has it."""
    found = sa.MetaData()
    with store.engine.connect() as connection:
        found.reflect(connection)
        ordered = [table for table in found.sorted_tables if table.name != "alembic_version"]
        return {
            table.name: [
                dict(row) for row in connection.execute(table.select().order_by(*table.primary_key.columns)).mappings()
            ]
            for table in ordered
        }


def begin_anew(store: Store, revision: str) -> None:
    """An empty database of an earlier version in its place."""
    if store.is_sqlite:
        store.close()
        for file in store.settings.home.glob("reporting.db*"):
            file.unlink()
        _create_file(Path(store.settings.database.removeprefix("sqlite:///")))
    else:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    with store.begin() as db:
        config = _config()
        config.attributes["connection"] = db.connection
        command.upgrade(config, revision)


def put_back(store: Store, rows: Rows, adapt: Adapt) -> None:
    """The rows as far as this version has tables and columns for them."""
    found = sa.MetaData()
    with store.engine.begin() as connection:
        found.reflect(connection)
        for table in found.sorted_tables:
            for row in rows.get(table.name, ()):
                if (kept := adapt(table.name, row)) is not None:
                    known = {name: value for name, value in kept.items() if name in table.c}
                    connection.execute(table.insert(), known)


def as_it_was(revision: str, made: dict[str, str]) -> Adapt:
    """What a version wrote otherwise than today's."""

    def adapt(table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        if table in ("timeline", "access_log"):
            # The database numbers these; the order stays.
            row = {name: value for name, value in row.items() if name != "id"}
        if revision < "0002" and table == "message" and row["kind"] == "addition":
            return {**row, "kind": "words"}
        if revision < "0006" and table == "clock" and row["case_reference"] == made["second"] and row["stopped_at"]:
            # The clocks of a joined report were deleted then.
            return None
        return row

    return adapt


@pytest.mark.parametrize("revision", RELEASED)
def test_what_was_kept_is_read_whole_after_the_upgrade(any_store: Store, revision: str) -> None:
    made = fill(any_store, revision)
    before = seen(any_store, made)
    rows = rows_of(any_store)
    begin_anew(any_store, revision)
    put_back(any_store, rows, as_it_was(revision, made))
    any_store.upgrade()
    assert any_store.at_head()
    after = seen(any_store, made)
    if revision < "0006":
        before["second"]["clocks"] = [one for one in before["second"]["clocks"] if not one.get("stopped_at")]
    for part in _not_yet(revision):
        _without(before, part), _without(after, part)
    assert after == before
    assert "canary-account" in str(after) and "canary-answer" in str(after) and "canary-name" in str(after)
    if revision >= "0003":
        found = audit.verify(any_store)
        assert found.whole, found.problems


def _not_yet(revision: str) -> list[tuple[str, ...]]:
    """What a version had no place for yet, so that nothing of it can come back."""
    parts: list[tuple[str, ...]] = []
    if revision < "0002":
        parts += [("messages", "new"), ("consent_confirmed_by",)]
    if revision < "0003":
        parts.append(("requests",))
    if revision < "0006":
        parts.append(("duty",))
    return parts


def _without(value: Any, part: tuple[str, ...]) -> None:
    """Take a part out of whatever holds it."""
    if isinstance(value, dict):
        if len(part) == 1:
            value.pop(part[0], None)
        elif part[0] in value:
            _without(value[part[0]], part[1:])
        for one in value.values():
            _without(one, part)
    elif isinstance(value, list):
        for one in value:
            _without(one, part)


def test_what_was_said_of_safeguarding_at_closing_becomes_the_decision(any_store: Store) -> None:
    """Cases that were closed before decisions were kept, one of them reopened since; and back again."""
    closed, again = (make_case(any_store, NOW, labels=labels("asb", "child_at_risk")).reference for _ in range(2))
    with any_store.begin() as db:
        for reference in (closed, again):
            record_finding(db, reference, "safeguarding", "taken_up", "gone below", BY, NOW, "MASH")
            progress.close(db, reference, BY, LATER, CLOSING)
            words = {**CLOSING, "safeguarding": "canary: MASH said no"}
            sealed = records.seal(db, f"case_record|closing|{reference}", words)
            mine = tables.case_record.c.reference == reference
            db.execute(tables.case_record.update().where(mine).values(closing=sealed))
        progress.reopen(db, again, BY, LATER + timedelta(hours=1), "it began again")
        db.execute(fair_tables.finding.delete())
    rows = rows_of(any_store)
    begin_anew(any_store, "0011")
    put_back(any_store, rows, as_it_was("0011", {"second": ""}))
    any_store.upgrade()
    with any_store.begin() as db:
        case = cases.as_json(db, closed, by=BY, at=LATER)
        assert case["closing"]["safeguarding"] == "as_closed" and "canary" not in str(case["closing"])
        assert case["safeguarding"] == {"value": "as_closed", "why": "canary: MASH said no", "decided_by": "",
                                        "flags": ["child_at_risk"], "at": LATER.isoformat(), "by": BY}  # fmt: skip
        assert cases.as_json(db, again, by=BY, at=LATER)["safeguarding"]["value"] == "as_closed"
        with pytest.raises(progress.NotClosed):
            progress.close(db, again, BY, LATER + timedelta(days=1), CLOSING)
    with any_store.begin() as db:
        config = _config()
        config.attributes.update(connection=db.connection, keys=any_store.keys)
        command.downgrade(config, "0011")
        closing = db.scalar(sa.select(tables.case_record.c.closing).where(tables.case_record.c.reference == closed))
        found = records.unseal(db, f"case_record|closing|{closed}", closing)
    assert found["safeguarding"] == "canary: MASH said no"
