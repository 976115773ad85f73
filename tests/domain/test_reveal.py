"""Seeing who somebody is: only for a reason, always recorded, with a second person where it is so configured, and
nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import audit, cases
from casework.privacy import reveal
from casework.privacy.access import accesses
from casework.privacy.reveal import NotApprovable, ReasonNeeded, SecondPersonNeeded
from casework.settings import Settings
from casework.store import Store
from casework.store.guard_tables import identity_request
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, count_rows, make_case

NOW = CHRISTMAS_EVE
MINUTE = timedelta(minutes=1)
ASKER, SECOND = "cli:jo", "cli:kim"


@pytest.fixture
def guarded(any_store: Store, make_settings: Callable[..., Settings]) -> Iterator[Store]:
    """The same database with the setting that asks for a second person."""
    settings = make_settings(reveal_second_person=True, reveal_minutes=30, database_url=any_store.settings.database)
    store = Store(settings, any_store.keys)
    yield store
    store.close()


def named_case(store: Store) -> str:
    return make_case(store, identity="named", answers=dict(NAMED)).reference


def look(store: Store, reference: str, by: str = ASKER, after: timedelta = timedelta(0), **more: Any) -> dict[str, Any]:
    with store.begin() as db:
        return cases.as_json(db, reference, by=by, reveal=True, reason="canary-reason", at=NOW + after, **more)


def ask(store: Store, reference: str, by: str = ASKER) -> str:
    with store.begin() as db:
        return reveal.ask(db, reference, by, "canary-reason", NOW)


def approve(store: Store, key: str, by: str = SECOND, after: timedelta = timedelta(0)) -> str:
    with store.begin() as db:
        return reveal.approve(db, key, by, NOW + after)


def recorded(store: Store) -> list[tuple[str, str, str]]:
    with store.read() as db:
        return [(one["act"], one["who"], one["outcome"]) for one in reversed(audit.entries(db))]


def test_one_person_with_a_reason_is_enough_unless_it_is_set_otherwise(any_store: Store) -> None:
    reference = named_case(any_store)
    assert look(any_store, reference)["identity_details"]["reporter_name"] == "canary-name"
    with any_store.read() as db:
        assert [(one["who"], one["reason"]) for one in accesses(db, reference)] == [(ASKER, "canary-reason")]
    for reason in ("", "  \n"):
        with pytest.raises(ReasonNeeded), any_store.begin() as db:
            cases.as_json(db, reference, by=ASKER, reveal=True, reason=reason)
    assert recorded(any_store) == [("reveal_identity", ASKER, "done")]


def test_without_the_second_person_nothing_is_shown_and_the_attempt_is_kept(guarded: Store) -> None:
    reference = named_case(guarded)
    with pytest.raises(SecondPersonNeeded):
        look(guarded, reference)
    assert recorded(guarded) == [("reveal_identity", ASKER, "failed")]
    with guarded.begin() as db:
        assert "identity_details" not in cases.as_json(db, reference, by=ASKER)


def test_the_approval_is_recorded_and_holds_for_its_time(guarded: Store) -> None:
    reference = named_case(guarded)
    key = ask(guarded, reference)
    with guarded.read() as db:
        assert [(one["id"], one["reason"]) for one in reveal.waiting(db, NOW)] == [(key, "canary-reason")]
    assert approve(guarded, key, after=10 * MINUTE) == reference
    for after in (10 * MINUTE, 40 * MINUTE):
        assert look(guarded, reference, after=after)["identity_details"]["reporter_name"] == "canary-name"
    for after in (9 * MINUTE, 40 * MINUTE + timedelta(seconds=1)):
        with pytest.raises(SecondPersonNeeded):
            look(guarded, reference, after=after)
    assert recorded(guarded) == [
        ("ask_identity", ASKER, "done"),
        ("approve_identity", SECOND, "done"),
        ("reveal_identity", ASKER, "done"),
        ("reveal_identity", ASKER, "done"),
        ("reveal_identity", ASKER, "failed"),
        ("reveal_identity", ASKER, "failed"),
    ]
    with guarded.read() as db:
        assert reveal.waiting(db, NOW) == []


def test_an_approval_is_for_one_person_and_one_case(guarded: Store) -> None:
    reference, other = named_case(guarded), named_case(guarded)
    approve(guarded, ask(guarded, reference))
    for by, case in ((SECOND, reference), ("cli:someone", reference), (ASKER, other)):
        with pytest.raises(SecondPersonNeeded):
            look(guarded, case, by=by)


@pytest.mark.parametrize(
    ("by", "after", "said"),
    [
        (ASKER, timedelta(0), "Somebody else"),
        (ASKER.upper(), timedelta(0), "Somebody else"),
        (SECOND, 31 * MINUTE, "too old"),
    ],
)
def test_who_may_not_approve(guarded: Store, by: str, after: timedelta, said: str) -> None:
    key = ask(guarded, named_case(guarded))
    with pytest.raises(NotApprovable, match=said):
        approve(guarded, key, by, after)
    assert recorded(guarded)[-1] == ("approve_identity", by, "failed")
    with pytest.raises(NotApprovable, match="no such"):
        approve(guarded, "nothing")


def test_a_request_is_approved_once(guarded: Store) -> None:
    reference = named_case(guarded)
    key = ask(guarded, reference)
    approve(guarded, key)
    with pytest.raises(NotApprovable, match="already"):
        approve(guarded, key, "cli:third", 29 * MINUTE)
    with pytest.raises(SecondPersonNeeded):
        look(guarded, reference, after=31 * MINUTE)


def test_asking_needs_a_reason_and_a_case(any_store: Store) -> None:
    reference = named_case(any_store)
    with pytest.raises(ReasonNeeded), any_store.begin() as db:
        reveal.ask(db, reference, ASKER, " ", NOW)
    with pytest.raises(cases.NoCase), any_store.begin() as db:
        reveal.ask(db, "LR-0000-0000", ASKER, "why", NOW)


def test_requests_go_with_their_case(guarded: Store) -> None:
    reference = named_case(guarded)
    ask(guarded, reference)
    with guarded.begin() as db:
        db.execute(sa.text("DELETE FROM case_record WHERE reference = :r"), {"r": reference})
    assert count_rows(guarded, identity_request) == 0


def test_identity_is_in_no_list_log_message_or_raw_database(
    staffed: Store, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    from casework.figures import kpis

    reference = named_case(staffed)
    look(staffed, reference)
    with staffed.read() as db:
        shown = str([cases.listed(db), audit.entries(db), kpis(db, NOW)])
        shown += str(db.execute(sa.text("SELECT * FROM outbox")).all())
        shown += str(db.execute(sa.text("SELECT * FROM audit_entry")).all())
    assert "canary" not in shown + caplog.text
    staffed.close()
    for path in settings.home.rglob("*"):
        assert path.is_dir() or b"canary" not in path.read_bytes(), path.name


def test_an_anonymous_case_has_nobody_to_reveal(any_store: Store) -> None:
    reference = make_case(any_store).reference
    assert look(any_store, reference)["identity_details"] == {}
