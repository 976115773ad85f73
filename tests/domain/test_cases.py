"""Cases are made whole or not at all, once, and with an owner."""

from __future__ import annotations

import json
import re
import secrets
import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from casework import cases
from casework.cases.references import ALPHABET, new_reference, tidy_reference
from casework.privacy import Keys
from casework.store import Store, drafts, tables
from tests.domain.conftest import (
    CHRISTMAS_EVE,
    NAMED,
    a_submission,
    count_rows,
    labels,
    make_case,
    show_case,
)

NOW = CHRISTMAS_EVE
LATER = NOW + timedelta(hours=2)
FIELDS = [
    "reference",
    "complete",
    "status",
    "created_at",
    "channel",
    "category",
    "hate_kind",
    "strands",
    "regulator_hate",
    "asb_types",
    "risk_flags",
    "urgency",
    "priority",
    "reasons",
    "reporter_role",
    "identity",
    "affected_consent",
    "safeguarding_basis",
    "wants_person",
    "needs_interpreter",
    "answers",
    "contact",
    "advisor",
    "clocks",
    "related",
    "timeline",
]


def test_a_case_in_the_shape_of_the_record(any_store: Store) -> None:
    made = make_case(
        any_store, identity="named", affected_consent="not_safe_to_ask", reporter_role="on_behalf",
        safeguarding_basis=True, answers={**NAMED, "motive": ["race_ethnicity"]},
        labels=labels("asb", "threat_of_harm", asb_types=("vandalism_damage",), urgency="urgent"),
        notes={"contact_safety": "canary-note"},
    )  # fmt: skip
    case = show_case(any_store, made.reference)
    assert list(case)[: len(FIELDS)] == FIELDS
    assert "identity_details" not in case
    assert (case["complete"], case["status"], case["created_at"]) == (
        True,
        "new",
        "2026-12-24T16:59:00+00:00",
    )
    assert (case["category"], case["regulator_hate"], case["priority"]) == ("hate", True, "urgent")
    assert case["contact"] == {"method": "phone", "safe": ["voicemail_ok"]}
    promised = {"name": "acknowledge", "due_at": "2026-12-29T17:00:00+00:00", "met_at": None, "met_by": None}
    assert promised.items() <= case["clocks"][0].items()
    assert case["timeline"] == [{"at": "2026-12-24T16:59:00+00:00", "by": "program", "event": "created"}]
    shown = json.dumps(case)
    for hidden in ("canary-name", "canary-contact", "canary-affected", "canary-note"):
        assert hidden not in shown
    assert case["answers"]["person_responsible"] == "canary-person"


def test_the_reporter_is_told_who_and_when(any_store: Store) -> None:
    made = make_case(any_store, labels=labels("hate"))
    assert made.advisor.endswith("(demo)")
    assert [clock.name for clock in made.clocks] == ["acknowledge", "risk_assess", "interview", "update"]
    assert made.case_review_in_full and not made.no_duty and not made.may_be_everyday


def test_the_reporter_is_told_where_nobody_is_on_duty(store: Store) -> None:
    assert make_case(store, labels=labels("asb", "child_at_risk", urgency="urgent")).no_duty
    assert not make_case(store).no_duty


def test_everyday_living_is_said_kindly_to_maybe_be_that(store: Store) -> None:
    everyday = {"motive": ["none"], "still_happening": "stopped", "account": "Children play"}
    assert make_case(store, labels=labels("not_asb"), answers=everyday).may_be_everyday
    assert not make_case(store, labels=labels("other")).may_be_everyday


def test_the_case_review_is_told_in_full_at_the_second_report(store: Store) -> None:
    def again(contact: str, name: str) -> bool:
        told = {**NAMED, "contact_value": contact, "reporter_name": name, "affected_name": ""}
        return make_case(store, identity="named", answers=told).case_review_in_full

    asked = [("07700 900123", "Sam"), ("0770 0900123", "S. Sample"), ("07700 900999", "Ann Other")]
    assert [again(*one) for one in asked] == [False, True, False]


def test_everything_or_nothing(staffed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    submission_id = secrets.token_hex(16)
    with staffed.begin() as db:
        drafts.create(db, session_mac=bytes(32), now=NOW, draft_id=submission_id, state={"told": 1})

    def broken(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr("casework.cases.create.announce", broken)
    with pytest.raises(OSError), staffed.begin() as db:
        cases.create_case(db, a_submission(submission_id=submission_id), NOW)
    for table in (tables.case_record, tables.report, tables.clock, tables.outbox, tables.timeline):
        assert count_rows(staffed, table) == 0, table.name
    with staffed.read() as db:
        draft = drafts.get(db, submission_id)
        assert draft is not None and not draft.ended and draft.state == {"told": 1}
        assert db.scalar(sa.select(sa.func.max(tables.advisor.c.open_cases))) == 0


def test_the_draft_ends_with_the_case(any_store: Store) -> None:
    submission_id = secrets.token_hex(16)
    with any_store.begin() as db:
        drafts.create(db, session_mac=bytes(32), now=NOW, draft_id=submission_id, state={"told": 1})
        drafts.put_turn(db, submission_id, "m", at=NOW, body_mac=b"", said="x", outcome={})
        made = cases.create_case(db, a_submission(submission_id=submission_id), NOW)
        draft = drafts.get(db, submission_id)
        assert draft is not None and draft.ended and draft.case_reference == made.reference
        assert drafts.turns(db, submission_id) == []


@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(st.sampled_from(["send", "stub", "same stub", "words"]), min_size=1, max_size=6))
def test_one_submission_is_one_case_however_often_and_in_whatever_order(staffed: Store, steps: list[str]) -> None:
    submission_id = secrets.token_hex(16)
    references = set()
    before = count_rows(staffed, tables.case_record)
    for number, step in enumerate(steps):
        with staffed.begin() as db:
            if step == "send":
                made = cases.create_case(db, a_submission(submission_id=submission_id), NOW)
                references.add(made.reference)
            else:
                message = "m1" if step == "same stub" else f"m{number}x"
                words = "more" if step == "words" else "he has a knife"
                raised = cases.raise_stub(db, submission_id, NOW, flags=("weapon",), words=words, message_id=message)
                references.add(raised.reference)
    assert len(references) == 1
    assert count_rows(staffed, tables.case_record) == before + 1
    with staffed.begin() as db:
        reference = references.pop()
        case = cases.as_json(db, reference, by="test")
        alerts = db.scalar(sa.select(sa.func.count()).where(
            tables.outbox.c.case_reference == reference, tables.outbox.c.kind == "new_case"))  # fmt: skip
    assert case["complete"] == ("send" in steps)
    assert alerts == 1


def test_sending_at_once_from_two_processes_makes_one_case(postgres_store: Store, keys: Keys) -> None:
    submission = a_submission()
    references: list[str] = []

    def send() -> None:
        with postgres_store.begin() as db:
            references.append(cases.create_case(db, submission, NOW).reference)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(references) == 6 and len(set(references)) == 1
    assert count_rows(postgres_store, tables.case_record) == 1


def test_references_are_easy_to_read_out_and_never_twice(staffed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with staffed.read() as db:
        found = [new_reference(db) for _ in range(2000)]
    # Drawn by chance, so that two of them may be one: a reference is taken once it is a case's.
    assert len(set(found)) > 1990
    known = make_case(staffed).reference
    drawn = iter(known.removeprefix("LR-").replace("-", "") + "2345679C")
    monkeypatch.setattr("casework.cases.references.secrets", SimpleNamespace(choice=lambda _: next(drawn)))
    with staffed.read() as db:
        assert new_reference(db) == "LR-2345-679C"
    assert all(re.fullmatch(rf"LR-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", one) for one in found)
    assert not set("01OILSB8UGZAE") & set(ALPHABET)


@pytest.mark.parametrize("typed", ["LR-7F3K-29QD", "lr-7f3k-29qd", "7f3k 29qd", " LR7F3K29QD "])
def test_a_reference_is_understood_as_people_type_it(typed: str) -> None:
    assert tidy_reference(typed) == "LR-7F3K-29QD"
