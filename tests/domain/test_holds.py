"""Holds, joined reports and the proof of a purge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases, retention
from casework.cases import progress
from casework.cases.progress import NotAllowed
from casework.related.joining import join_report
from casework.retention import proof
from casework.store import Store, tables
from tests.domain.conftest import CHRISTMAS_EVE, labels, make_case, show_case
from tests.domain.test_retention import CLOSING, closed

NOW = CHRISTMAS_EVE
BY = "a@example.org"
LONG_AGO = NOW + timedelta(days=366 * 7)


def hold(store: Store, reference: str, **values: Any) -> None:
    chosen: dict[str, Any] = {"until": NOW + timedelta(days=366 * 8), "reason": "canary-appeal", **values}
    with store.begin() as db:
        retention.hold_case(db, reference, chosen["until"], BY, NOW, chosen["reason"])


def test_a_held_case_stays_until_its_day_and_says_why(any_store: Store) -> None:
    reference = closed(any_store, NOW)
    hold(any_store, reference)
    assert retention.run(any_store, LONG_AGO).cases == 0
    with any_store.read() as db:
        (found,) = retention.holds(db, NOW)
        assert b"canary" not in db.scalar(sa.select(tables.timeline.c.reason).where(
            tables.timeline.c.event == "held"))  # fmt: skip
    assert (found["reference"], found["by"], found["reason"], found["over"]) == (reference, BY, "canary-appeal", False)
    assert retention.run(any_store, NOW + timedelta(days=366 * 8)).cases == 1
    with any_store.read() as db:
        assert retention.holds(db, NOW) == []


def test_a_released_case_is_kept_as_its_class_says(any_store: Store) -> None:
    reference = closed(any_store, NOW)
    hold(any_store, reference)
    with any_store.begin() as db:
        retention.release_hold(db, reference, BY, NOW, "the appeal is over")
    assert [line["event"] for line in show_case(any_store, reference)["timeline"]][-2:] == ["held", "hold_released"]
    assert retention.run(any_store, LONG_AGO).cases == 1


def test_a_hold_needs_a_reason_and_a_day_to_come(staffed: Store) -> None:
    reference = closed(staffed, NOW)
    for wrong in ({"reason": " "}, {"until": NOW}):
        with pytest.raises(NotAllowed):
            hold(staffed, reference, **wrong)
    with pytest.raises(cases.NoCase):
        hold(staffed, "LR-0000-0000")
    with pytest.raises(NotAllowed, match="not held"), staffed.begin() as db:
        retention.release_hold(db, reference, BY, NOW, "x")


def test_classes_are_counted_apart(any_store: Store) -> None:
    closed(any_store, NOW, "other")
    closed(any_store, NOW, "hate")
    done = retention.run(any_store, LONG_AGO)
    assert (done.cases, done.short_cases, done.rows_left, done.files_left) == (2, 1, 0, 0)


def joined(store: Store) -> tuple[str, str]:
    """A closed case, and a report that was joined to it."""
    first = make_case(store, NOW).reference
    second = make_case(store, NOW + timedelta(days=1), labels=labels("other")).reference
    with store.begin() as db:
        join_report(db, second, first, BY, NOW + timedelta(days=2))
        progress.close(db, first, BY, NOW + timedelta(days=3), CLOSING)
    return first, second


def test_a_joined_report_goes_with_its_case_and_not_before(any_store: Store) -> None:
    joined(any_store)
    assert retention.run(any_store, NOW + timedelta(days=366 * 2)).cases == 0
    done = retention.run(any_store, LONG_AGO)
    assert (done.cases, done.joined) == (1, 1)
    with any_store.read() as db:
        assert cases.listed(db) == []


@pytest.mark.parametrize("which", [0, 1])
def test_a_hold_on_either_keeps_both(staffed: Store, which: int) -> None:
    hold(staffed, joined(staffed)[which])
    assert retention.run(staffed, LONG_AGO).cases == 0
    with staffed.read() as db:
        assert len(cases.listed(db)) == 2


def test_nothing_of_a_purged_case_is_left_in_rows_or_files(staffed: Store) -> None:
    reference = closed(staffed, NOW)
    with staffed.read() as db:
        ids = proof.ids_of(db, reference)
        sealed = list(db.execute(sa.select(tables.report.c.answers)).scalars())
    files = list(staffed.settings.home.glob("reporting.db*"))
    assert len(ids) >= 3 and any(sealed[0] in path.read_bytes() for path in files)
    assert retention.run(staffed, LONG_AGO).cases == 1
    for path in staffed.settings.home.glob("reporting.db*"):
        content = path.read_bytes()
        assert not any(key.encode() in content for key in ids) and sealed[0] not in content


@pytest.mark.parametrize("few", [0, 20])
def test_traces_in_a_file_are_an_error(staffed: Store, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """An id that stands there still is found, wherever the pieces that are read end."""
    reference = closed(staffed, NOW)
    monkeypatch.setattr(proof, "_CHUNK", 100)
    monkeypatch.setattr(proof, "_TRIES", 1)
    monkeypatch.setattr(proof, "_FEW", few)
    with staffed.read() as db:
        ids = proof.ids_of(db, reference)
    for key in ids:
        with pytest.raises(retention.RetentionError, match=r"reporting\.db"):
            proof.prove_files(staffed, {key})
    proof.prove_files(staffed, {"0" * 32})
