"""What an advisor does to a case: moving it on, closing it, its labels, notes and enforcement, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from casework import audit
from casework.advisors.load import drifted, recount
from casework.cases import NoCase, progress, relabel
from casework.cases.enforcement import record_enforcement
from casework.figures import kpis
from casework.store import Db, Store, tables
from tests.domain.conftest import CHRISTMAS_EVE, labels, make_case, show_case

LATER = CHRISTMAS_EVE + timedelta(days=1)
BY = "cli:jo"
CLOSING = {
    "review_with_reporter": "rang them", "support_signposted": "the law centre", "learning": "none",
    "satisfaction_not_asked": "moved away",
}  # fmt: skip


def acts(store: Store, reference: str) -> list[tuple[str, dict[str, object]]]:
    with store.read() as db:
        newest_first = audit.entries(db)
    return [(one["act"], one["detail"]) for one in reversed(newest_first) if one["reference"] == reference]


def test_a_case_is_closed_shown_and_opened_again(any_store: Store) -> None:
    reference = make_case(any_store).reference
    with any_store.begin() as db:
        progress.change_status(db, reference, "closing_review", BY, LATER, "all done")
        progress.close(db, reference, BY, LATER, CLOSING)
    case = show_case(any_store, reference)
    assert case["closing"] == {"closed_at": LATER.isoformat(), "satisfaction": None, **CLOSING}
    with any_store.begin() as db:
        progress.reopen(db, reference, BY, LATER, "it began again")
    case = show_case(any_store, reference)
    assert (case["status"], case["closing"]["closed_at"]) == ("in_progress", None)
    assert [one.get("reason") for one in case["timeline"] if one["event"] == "status"] == [
        "all done", None, "it began again",
    ]  # fmt: skip
    moves = [detail["to"] for act, detail in acts(any_store, reference) if act == "change_status"]
    assert moves == ["closing_review", "closed", "in_progress"]


def test_a_note_is_kept_sealed_and_not_for_the_reporter(any_store: Store) -> None:
    reference = make_case(any_store).reference
    with any_store.begin() as db:
        progress.add_note(db, reference, " canary-note \n", BY, LATER, "referral")
    case = show_case(any_store, reference)
    line = case["timeline"][-1]
    assert (line["event"], line["detail"], line["reason"]) == ("note", {"about": "referral"}, "canary-note")
    assert case["messages"] == []


def test_enforcement_counts_in_the_figures(any_store: Store) -> None:
    reference = make_case(any_store, labels=labels("hate", strands=("age",))).reference
    with any_store.begin() as db:
        for kind in ("warning", "injunction"):
            record_enforcement(db, reference, kind, BY, LATER, "canary-why")
    with any_store.read() as db:
        found = kpis(db, LATER + timedelta(days=1))
    assert found["hate_enforcement_actions"] == {"injunction": 1, "warning": 1}
    assert found["legal_cases_this_year"] == 1
    assert ("enforce", {"kind": "warning"}) in acts(any_store, reference)


def test_strands_types_and_flags_are_changed_and_flags_only_added(any_store: Store) -> None:
    reference = make_case(any_store, labels=labels("asb", "repeat_or_escalating")).reference
    with any_store.begin() as db:
        for label, value in {
            "category": "hate", "strands": "disability, race_ethnicity", "asb_types": "noise",
            "risk_flags": "child_at_risk",
        }.items():  # fmt: skip
            relabel.change_label(db, reference, label, value, BY, LATER, "what they told me")
    case = show_case(any_store, reference)
    assert (case["strands"], case["regulator_hate"]) == (["race_ethnicity", "disability"], True)
    assert (case["asb_types"], case["risk_flags"]) == (["noise"], ["child_at_risk", "repeat_or_escalating"])
    assert "duty_contact" in {clock["name"] for clock in case["clocks"]}, "a child at risk is contacted the same day"


def test_a_flag_raises_the_priority_by_its_own_floor_alone(any_store: Store) -> None:
    reference = make_case(any_store, labels=labels("hate", strands=("age",))).reference
    with any_store.begin() as db:
        relabel.change_label(db, reference, "priority", "standard", BY, LATER, "mine to say")
        relabel.change_label(db, reference, "risk_flags", "repeat_or_escalating", BY, LATER, "each week")
        assert db.scalar(sa.select(tables.case_record.c.priority)) == "standard"
        relabel.change_label(db, reference, "risk_flags", "weapon", BY, LATER, "a stick")
    assert show_case(any_store, reference)["priority"] == "urgent"
    other = make_case(any_store).reference
    with any_store.begin() as db:
        relabel.change_label(db, other, "risk_flags", "domestic_abuse", BY, LATER, "her partner")
    assert show_case(any_store, other)["priority"] == "urgent"


REFUSED: dict[str, Callable[[Db, str], object]] = {
    "withdrawn by moving it": lambda db, key: progress.change_status(db, key, "withdrawn", BY, LATER),
    "opened although it is open": lambda db, key: progress.reopen(db, key, BY, LATER, "why"),
    "satisfaction of 6": lambda db, key: progress.close(db, key, BY, LATER, CLOSING, 6),
    "an empty note": lambda db, key: progress.add_note(db, key, " ", BY, LATER),
    "a note about nothing known": lambda db, key: progress.add_note(db, key, "x", BY, LATER, "cats"),
    "unknown enforcement": lambda db, key: record_enforcement(db, key, "stocks", BY, LATER, "why"),
    "enforcement without a reason": lambda db, key: record_enforcement(db, key, "warning", BY, LATER, ""),
    "a strand without hate": lambda db, key: relabel.change_label(db, key, "strands", "age", BY, LATER, "why"),
    "a hate crime without hate": lambda db, key: relabel.change_label(db, key, "hate_kind", "crime", BY, LATER, "why"),
    "an unknown type": lambda db, key: relabel.change_label(db, key, "asb_types", "noise,cats", BY, LATER, "why"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_and_nothing_is_changed(what: str, staffed: Store) -> None:
    reference = make_case(staffed).reference
    before = show_case(staffed, reference)
    with pytest.raises(progress.NotAllowed), staffed.begin() as db:
        REFUSED[what](db, reference)
    assert show_case(staffed, reference) == before


def test_what_had_ended_is_opened_with_a_reason_alone(staffed: Store) -> None:
    reference = make_case(staffed).reference
    with staffed.begin() as db:
        progress.close(db, reference, BY, LATER, CLOSING)
    with pytest.raises(progress.NotAllowed, match="reason"), staffed.begin() as db:
        progress.reopen(db, reference, BY, LATER, " ")
    for act in (
        lambda db: progress.add_note(db, "LR-0000-0000", "x", BY, LATER),
        lambda db: record_enforcement(db, "LR-0000-0000", "warning", BY, LATER, "why"),
        lambda db: relabel.confirm_labels(db, "LR-0000-0000", BY, LATER),
    ):
        with pytest.raises(NoCase), staffed.begin() as db:
            act(db)


def test_a_count_that_drifted_is_put_right_and_audited(any_store: Store) -> None:
    make_case(any_store)
    owner = sa.select(tables.case_record.c.advisor_id).scalar_subquery()
    with any_store.begin() as db:
        assert recount(db, BY, LATER) == []
        db.execute(tables.advisor.update().where(tables.advisor.c.id == owner).values(open_cases=7, active=False))
    with any_store.begin() as db:
        (found,) = recount(db, BY, LATER)
    assert (found["counted"], found["cases"]) == (7, 1), "inactive advisors too"
    with any_store.read() as db:
        assert drifted(db) == []
        (entry,) = [one for one in audit.entries(db) if one["act"] == "recount_load"]
    assert entry["detail"] == {"advisor": found["id"], "from": 7, "to": 1}
