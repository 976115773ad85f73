"""Nothing is kept longer than was said, and a purge proves that it left nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases, receipts, retention
from casework.cases import progress, relabel
from casework.privacy.access import accesses
from casework.retention.periods import months_before
from casework.settings import Settings
from casework.store import Store, drafts, tables
from tests.domain.conftest import CHRISTMAS_EVE, a_submission, labels

NOW = CHRISTMAS_EVE
CLOSING = {
    "review_with_reporter": "x",
    "support_signposted": "x",
    "learning": "x",
    "satisfaction_not_asked": "x",
}


def draft(store: Store, **told: Any) -> drafts.Draft:
    key = secrets.token_hex(16)
    with store.begin() as db:
        made = drafts.create(db, session_mac=secrets.token_bytes(32), now=NOW, draft_id=key, state={"id": key, **told})
        drafts.put_turn(db, made.id, "m1", at=NOW, body_mac=b"", said="canary", outcome={"say": "canary"})
        code = receipts.make_code(db.keys)
        receipts.issue(db, NOW, code, kind="paused", draft_id=made.id, expires_at=NOW + timedelta(hours=24))
    return made


def closed(store: Store, at: datetime, category: str = "asb") -> str:
    with store.begin() as db:
        made = cases.create_case(db, a_submission(labels=labels(category), answers={"account": "canary"}), NOW)
        receipts.issue(db, NOW, receipts.make_code(db.keys), case_reference=made.reference)
        cases.add_words(db, made.reference, "canary", None, NOW)
        cases.as_json(db, made.reference, by="test", reveal=True, reason="canary")
        progress.close(db, made.reference, "a@example.org", at, CLOSING)
        return made.reference


def rows(store: Store) -> dict[str, int]:
    with store.read() as db:
        return {
            table.name: found
            for table in tables.metadata.sorted_tables
            if (found := db.scalar(sa.select(sa.func.count()).select_from(table)))
        }


def test_an_unsent_draft_is_kept_a_day_and_then_gone(any_store: Store) -> None:
    draft(any_store)
    assert retention.run(any_store, NOW + timedelta(hours=23, minutes=59)) == retention.Purged()
    done = retention.run(any_store, NOW + timedelta(hours=24))
    assert (done.drafts, done.told) == (1, 0)
    assert set(rows(any_store)) == {"advisor", "audit_entry"}


def test_no_byte_of_a_purged_draft_is_left_in_the_files(staffed: Store, settings: Settings) -> None:
    made = draft(staffed)
    with staffed.read() as db:
        sealed = db.scalar(sa.select(tables.draft.c.state))
    assert any(sealed in path.read_bytes() for path in settings.home.glob("reporting.db*"))
    retention.run(staffed, NOW + timedelta(days=2))
    for path in settings.home.glob("reporting.db*"):
        content = path.read_bytes()
        assert sealed not in content and made.id.encode() not in content, path.name


def test_a_touched_draft_lives_on(staffed: Store) -> None:
    made = draft(staffed)
    with staffed.begin() as db:
        drafts.save(db, made, NOW + timedelta(hours=20))
    assert retention.run(staffed, NOW + timedelta(hours=30)).drafts == 0


def test_an_advisor_is_told_before_a_draft_of_serious_danger_goes(staffed: Store) -> None:
    draft(staffed, raised=["child_at_risk"], urgency="urgent", answers={"account": "the child next door"})
    done = retention.run(staffed, NOW + timedelta(days=2))
    assert (done.drafts, done.told) == (1, 1)
    with staffed.begin() as db:
        (found,) = cases.listed(db)
        case = cases.as_json(db, found["reference"], by="test")
    assert (case["complete"], case["answers"]) == (False, {"account": "the child next door"})


def test_a_chat_about_serious_danger_that_breaks_off_is_told_once(staffed: Store) -> None:
    draft(staffed, raised=["adult_at_risk"], urgency="urgent")
    draft(staffed, raised=["weapon"], urgency="urgent")
    seen: set[tuple[str, int]] = set()
    assert retention.tell_broken_off(staffed, NOW + timedelta(minutes=59), seen) == 0
    moments = [NOW + timedelta(minutes=61), NOW + timedelta(minutes=90), NOW + timedelta(minutes=99)]
    assert [retention.tell_broken_off(staffed, moment, seen) for moment in moments] == [1, 0, 0]
    with staffed.read() as db:
        assert len(cases.listed(db)) == 1


def test_a_stub_outlives_its_draft(staffed: Store) -> None:
    made = draft(staffed)
    with staffed.begin() as db:
        raised = cases.raise_stub(db, made.id, NOW, flags=("weapon",), words="he has a knife", message_id="m1")
    retention.run(staffed, NOW + timedelta(days=2))
    with staffed.read() as db:
        assert [case["reference"] for case in cases.listed(db)] == [raised.reference]
        assert drafts.get(db, made.id) is None


def test_the_last_turn_of_a_sent_report_goes_after_an_hour(staffed: Store) -> None:
    made = draft(staffed)
    with staffed.begin() as db:
        cases.create_case(db, a_submission(submission_id=made.id), NOW)
        drafts.put_turn(db, made.id, "m2", at=NOW, body_mac=b"", said=None, outcome={"code": "1234"})
    assert retention.run(staffed, NOW + timedelta(minutes=59)).transcripts == 0
    assert retention.run(staffed, NOW + timedelta(minutes=60)).transcripts == 1
    assert "turn" not in rows(staffed)


YEARS = timedelta(days=366)


@pytest.mark.parametrize(
    ("category", "confirmed", "kept", "gone"),
    [
        ("asb", False, 5.9, 6.1), ("hate", True, 5.9, 6.1), ("other", False, 0.9, 1.1),
        ("not_asb", True, 0.9, 1.1), ("not_asb", False, 5.9, 6.1),
    ],
)  # fmt: skip
def test_cases_are_kept_by_their_class(
    any_store: Store, category: str, confirmed: bool, kept: float, gone: float
) -> None:
    reference = closed(any_store, NOW, category)
    if confirmed:
        with any_store.begin() as db:
            relabel.confirm_labels(db, reference, "a@example.org", NOW)
    assert retention.run(any_store, NOW + timedelta(days=365.25 * kept)).cases == 0
    assert retention.run(any_store, NOW + timedelta(days=365.25 * gone)).cases == 1
    assert set(rows(any_store)) == {"advisor", "access_log", "audit_entry"}
    with any_store.read() as db:
        assert {entry["reason"] for entry in accesses(db, reference)} == {None}


def test_open_and_held_cases_stay(staffed: Store) -> None:
    with staffed.begin() as db:
        cases.create_case(db, a_submission(), NOW)
    held = closed(staffed, NOW)
    with staffed.begin() as db:
        db.execute(tables.case_record.update().where(tables.case_record.c.reference == held).values(held=True))
    assert retention.run(staffed, NOW + timedelta(days=365 * 50)).cases == 0


def test_periods_are_settings(make_settings: Callable[..., Settings], staffed: Store) -> None:
    closed(staffed, NOW)
    short = Store(make_settings(case_years=1), staffed.keys)
    assert retention.run(short, NOW + YEARS).cases == 1
    short.close()


def test_a_purge_that_leaves_something_is_an_error_and_undone(staffed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = closed(staffed, NOW)
    monkeypatch.setattr("casework.retention.proof.rows_of", lambda db, table, ref: table.name == "report")
    with pytest.raises(retention.RetentionError, match="report"):
        retention.run(staffed, NOW + timedelta(days=365 * 7))
    with staffed.read() as db:
        assert [case["reference"] for case in cases.listed(db)] == [reference]


def test_progress_is_reported(staffed: Store) -> None:
    for _ in range(3):
        draft(staffed)
    steps: list[tuple[int, int]] = []
    retention.run(staffed, NOW + timedelta(days=2), lambda done, total: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [
        ((2028, 2, 29), 12, (2027, 2, 28)),
        ((2026, 3, 31), 1, (2026, 2, 28)),
        ((2026, 12, 24), 72, (2020, 12, 24)),
        ((2026, 1, 15), 1, (2025, 12, 15)),
    ],
)
def test_months_before(moment: tuple[int, int, int], months: int, before: tuple[int, int, int]) -> None:
    assert months_before(datetime(*moment, 9, tzinfo=UTC), months) == datetime(*before, 9, tzinfo=UTC)
