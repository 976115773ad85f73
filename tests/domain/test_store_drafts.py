"""Drafts in the database: kept and lost as they should be, and never readable in its files."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from casework.privacy import SealError
from casework.settings import Settings
from casework.store import Store, drafts, tables
from casework.store.drafts import DraftConflict
from tests.domain.conftest import CHRISTMAS_EVE

NOW = CHRISTMAS_EVE


def new_draft(store: Store, **values: Any) -> drafts.Draft:
    with store.begin() as db:
        return drafts.create(db, session_mac=secrets.token_bytes(32), now=NOW, **values)


def read(store: Store, draft_id: str) -> drafts.Draft | None:
    with store.read() as db:
        return drafts.get(db, draft_id)


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
