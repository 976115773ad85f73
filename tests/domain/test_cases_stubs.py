"""Danger reports that were not sent yet, and words that come after sending: raised, never lowered."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases, clocks
from casework.advisors.load import drifted
from casework.cases import progress
from casework.cases.relabel import change_label
from casework.store import Store, drafts, tables
from tests.domain.conftest import (
    CHRISTMAS_EVE,
    a_submission,
    labels,
    make_case,
    raise_stub,
    show_case,
)

NOW = CHRISTMAS_EVE
LATER = NOW + timedelta(hours=2)


def test_a_danger_report_is_a_case_at_once(any_store: Store) -> None:
    submission_id = secrets.token_hex(16)
    with any_store.begin() as db:
        drafts.create(db, session_mac=bytes(32), now=NOW, draft_id=submission_id)
    raised = raise_stub(any_store, submission_id, question="motive")
    case = show_case(any_store, raised.reference)
    assert (case["complete"], case["urgency"], case["priority"]) == (False, "emergency", "emergency")
    assert case["answers"] == {"also_said": [{"question": "motive", "text": "he has a knife"}]}
    assert [clock["name"] for clock in case["clocks"]][0] == "alert"
    assert case["advisor"]["name"]
    with any_store.read() as db:
        draft = drafts.get(db, submission_id)
        assert draft is not None and not draft.ended and draft.case_reference == raised.reference


def test_words_of_the_account_are_the_stubs_account(staffed: Store) -> None:
    submission_id = secrets.token_hex(16)
    for message, words in (
        ("m1", "he has a knife"),
        ("m2", "he is at the door"),
        ("m2", "he is at the door"),
    ):
        raised = raise_stub(staffed, submission_id, words=words, message_id=message, question="account")
    answers = show_case(staffed, raised.reference)["answers"]
    assert answers == {"account": "he has a knife\n\nhe is at the door"}


def test_sending_completes_the_stub_in_place(any_store: Store) -> None:
    submission_id = secrets.token_hex(16)
    raised = raise_stub(any_store, submission_id)
    sent = a_submission(submission_id=submission_id, answers={"account": "All of it: he has a knife"})
    with any_store.begin() as db:
        made = cases.create_case(db, sent, LATER)
    case = show_case(any_store, made.reference)
    assert made.reference == raised.reference
    assert (case["complete"], case["created_at"]) == (True, NOW.isoformat())
    assert case["answers"] == {"account": "All of it: he has a knife"}
    assert "weapon" in case["risk_flags"] and case["urgency"] == "emergency", "typed danger never falls"
    assert [line["event"] for line in case["timeline"]] == ["created", "completed"]
    acknowledge = next(clock for clock in case["clocks"] if clock["name"] == "acknowledge")
    assert acknowledge["due_at"] == "2026-12-29T17:00:00+00:00", "the earlier promise stands"


def test_words_of_danger_that_the_chat_never_took_are_in_the_sent_report(any_store: Store) -> None:
    """The database or a process was away: the stub alone has them. Sent again later they are not taken in twice."""
    submission_id = secrets.token_hex(16)
    with any_store.begin() as db:
        drafts.create(db, session_mac=bytes(32), now=NOW, draft_id=submission_id)
        drafts.put_turn(db, submission_id, "m1", at=NOW, body_mac=b"", said="he has a knife", outcome={})
    raise_stub(any_store, submission_id, question="account")
    again = "he called me a dirty foreigner and has a gun"
    raised = raise_stub(any_store, submission_id, words=again, message_id="m2", question="motive")
    sent = a_submission(submission_id=submission_id, answers={"account": "All of it"})
    with any_store.begin() as db:
        cases.create_case(db, sent, LATER)
    raise_stub(any_store, submission_id, LATER, words=again, message_id="m2", question="motive")
    case = show_case(any_store, raised.reference)
    assert case["answers"] == {"account": "All of it", "also_said": [{"question": "motive", "text": again}]}
    assert (case["category"], case["urgency"], case["messages"]) == ("hate", "emergency", [])


def test_danger_that_was_only_tapped_may_be_corrected(staffed: Store) -> None:
    submission_id = secrets.token_hex(16)
    raise_stub(staffed, submission_id, flags=("immediate_danger",), words="", typed=False)
    with staffed.begin() as db:
        made = cases.create_case(db, a_submission(submission_id=submission_id), LATER)
    case = show_case(staffed, made.reference)
    assert (case["risk_flags"], case["urgency"], case["priority"]) == ([], "standard", "standard")
    assert case["clocks"][0]["name"] == "alert" and case["clocks"][0]["met_at"] is None, "somebody still looks"


def test_what_an_advisor_decided_on_a_stub_outlives_more_words_and_the_sending(any_store: Store) -> None:
    """It stays confirmed only where the whole report says nothing beyond it."""
    for sent, by in ((labels(), "jo"), (labels("hate", strands=("age",)), None)):
        key = secrets.token_hex(16)
        reference = raise_stub(any_store, key, urgency="urgent", words="", typed=False).reference
        with any_store.begin() as db:
            change_label(db, reference, "category", "hate", "jo", NOW, "seen")
            change_label(db, reference, "risk_flags", "child_at_risk", "jo", NOW, "seen")
            change_label(db, reference, "priority", "emergency", "jo", NOW, "seen")
        raise_stub(any_store, key, urgency="urgent", words="", typed=False, message_id="m2")
        assert show_case(any_store, reference)["priority"] == "emergency"
        make_case(any_store, LATER, submission_id=key, labels=sent)
        case = show_case(any_store, reference)
        assert (case["complete"], case["category"], case["risk_flags"]) == (True, "hate", ["weapon", "child_at_risk"])
        assert (case["priority"], case["labels_confirmed_by"]) == ("emergency", by)


def test_turning_anonymous_makes_the_stub_forget(staffed: Store) -> None:
    submission_id = secrets.token_hex(16)
    raised = raise_stub(staffed, submission_id, question="reporter_name", words="canary-name help")
    told = Told(submission_id, {"identity": "named", "reporter_name": "canary-name", "account": "noise"})
    raise_stub(staffed, submission_id, message_id="m2", words="canary-knife", question="where_postcode", told=told)
    revealed = show_case(staffed, raised.reference, reveal=True, reason="call")
    assert revealed["identity_details"] == {"reporter_name": "canary-name", "contact_safety": "canary-name help"}
    assert "canary-name" not in json.dumps(show_case(staffed, raised.reference))
    with staffed.begin() as db:
        cases.forget_identity(db, submission_id)
    after = json.dumps(show_case(staffed, raised.reference, reveal=True, reason="call"))
    assert "canary-name" not in after and "canary-knife" in after and "noise" in after


class Told:
    """What a conversation's draft says of itself."""

    def __init__(self, key: str, answers: dict[str, Any], flags: tuple[str, ...] = (), urgency: str = "standard"):
        self.id, self.answers, self.flags, self.urgency = key, answers, flags, urgency
        self.channel, self.notes = "webchat", dict[str, str]()
        self.also_said: list[dict[str, Any]] = []


@pytest.mark.parametrize(
    ("told", "flags", "urgency", "answers"),
    [
        (True, ("immediate_danger",), "emergency", {}),
        (True, ("child_at_risk",), "urgent", {}),
        (True, ("adult_at_risk",), "urgent", {}),
        (True, ("repeat_or_escalating",), "standard", {"age_group": "13_17"}),
        (False, (), "standard", {"age_group": "13_17"}),
        (False, ("weapon",), "urgent", {}),
        (False, (), "standard", {}),
    ],
)
def test_who_is_told_of_a_report_that_was_left(
    staffed: Store, told: bool, flags: tuple[str, ...], urgency: str, answers: dict[str, Any]
) -> None:
    draft = Told(secrets.token_hex(16), {**answers, "account": "so far"}, flags, urgency)
    with staffed.begin() as db:
        assert cases.tell_before_leaving(db, draft, NOW) is told
        found = cases.listed(db)
    assert len(found) == told
    if told:
        case = show_case(staffed, found[0]["reference"])
        assert (case["complete"], case["answers"]["account"]) == (False, "so far")
        assert case["priority"] in ("urgent", "emergency")


def test_later_words_raise_a_case_and_are_kept_once(any_store: Store) -> None:
    made = make_case(any_store)
    danger = labels("hate", "weapon", "immediate_danger", hate_kind="crime", urgency="emergency")
    for _ in range(2):
        with any_store.begin() as db:
            cases.add_words(db, made.reference, "he is back with a knife", danger, LATER, message_id="m9")
    case = show_case(any_store, made.reference)
    assert (case["category"], case["priority"], case["urgency"]) == ("hate", "emergency", "emergency")
    assert "alert" in [clock["name"] for clock in case["clocks"]]
    assert case["answers"]["account"] == "They play drums every night.", "each report is kept whole"
    with any_store.read() as db:
        written = [(one["author"], one["text"]) for one in cases.thread(db, made.reference)]
    assert written == [("reporter", "he is back with a knife")]


def test_later_small_talk_changes_nothing(any_store: Store) -> None:
    nothing = {"labels": labels("not_asb"), "answers": {"motive": ["none"], "still_happening": "stopped"}}
    hate, lowered = labels("hate", "weapon", urgency="urgent"), labels("hate", strands=("age",))
    made = [make_case(any_store, labels=hate), make_case(any_store, labels=lowered), make_case(any_store, **nothing)]
    with any_store.begin() as db:
        change_label(db, made[1].reference, "priority", "standard", "a@example.org", NOW, "it is over")
    before = [show_case(any_store, one.reference) for one in made]
    assert [case["priority"] for case in before] == ["urgent", "standard", "review"]
    for words in (labels("other"), labels("not_asb")):
        with any_store.begin() as db:
            for one in made:
                cases.add_words(db, one.reference, "thank you", words, LATER)
    for name in ("category", "priority", "risk_flags", "clocks", "reasons"):
        assert [show_case(any_store, one.reference)[name] for one in made] == [case[name] for case in before]
    with any_store.begin() as db:
        cases.add_words(db, made[2].reference, "every night", labels("not_asb", "repeat_or_escalating"), LATER)
    assert show_case(any_store, made[2].reference)["priority"] == "standard"


def test_new_danger_alerts_again_after_the_first_was_acknowledged(staffed: Store) -> None:
    raised = raise_stub(staffed, secrets.token_hex(16))
    with staffed.begin() as db:
        clocks.meet_clock(db, raised.reference, "alert", "a@example.org", NOW)
        cases.add_words(
            db, raised.reference, "he is back", labels("asb", "immediate_danger", urgency="emergency"), LATER
        )
        open_alerts = db.scalar(sa.select(sa.func.count()).where(
            tables.outbox.c.kind == "alert", tables.outbox.c.state == "pending"))  # fmt: skip
    assert open_alerts >= 1
    alerts = [clock for clock in show_case(staffed, raised.reference)["clocks"] if clock["name"] == "alert"]
    assert [alert["met_at"] is None for alert in alerts] == [False, True]


def out(store: Store, kind: str) -> int:
    """How many messages of this kind wait to be sent."""
    with store.read() as db:
        waiting = (tables.outbox.c.kind == kind, tables.outbox.c.state == "pending", tables.outbox.c.way == "mail")
        found: int = db.scalar(sa.select(sa.func.count()).where(*waiting))
        return found


@pytest.mark.parametrize(("typed", "urgency", "alerts"), [(True, "emergency", 1), (False, "emergency", 1),
                                                          (True, "urgent", 0)])  # fmt: skip
def test_new_danger_in_an_unsent_report_alerts_again(any_store: Store, typed: bool, urgency: str, alerts: int) -> None:
    """Typed or tapped; once a message, and nobody is alerted twice at a time."""
    submission_id = secrets.token_hex(16)
    raised = raise_stub(any_store, submission_id)
    with any_store.begin() as db:
        clocks.meet_clock(db, raised.reference, "alert", "a@example.org", NOW)
    said = {"words": "he has come back" if typed else "", "urgency": urgency, "typed": typed}
    for message in ("m2", "m2", "m3", "m1"):
        raise_stub(any_store, submission_id, LATER, message_id=message, **said)
    shown = [clock for clock in show_case(any_store, raised.reference)["clocks"] if clock["name"] == "alert"]
    assert [one["met_at"] is None for one in shown] == [False] + [True] * alerts
    managers = 1
    assert out(any_store, "alert") == alerts * (1 + managers)
    assert out(any_store, "words_added") == 2 * typed
    with any_store.begin() as db:
        clocks.meet_clock(db, raised.reference, "acknowledge", "a@example.org", LATER)
    assert out(any_store, "alert") == 0


CLOSING = dict.fromkeys((*progress.CLOSING_FIELDS, "satisfaction_not_asked"), "done")


@pytest.mark.parametrize(("how", "alerts"), [("sent", 2), ("sent quietly", 0), ("told", 2), ("said", 2),
                                             ("said: hate", 0)])  # fmt: skip
def test_what_comes_after_closing_is_promised_like_a_new_case(any_store: Store, how: str, alerts: int) -> None:
    submission_id, danger = secrets.token_hex(16), labels("asb", "weapon", "immediate_danger", urgency="emergency")
    hate = labels("hate", strands=("age",))
    if how == "sent quietly":
        reference = raise_stub(any_store, submission_id, words="", typed=False).reference
    elif how in ("sent", "told"):
        reference = raise_stub(any_store, submission_id).reference
    else:
        reference = make_case(any_store, labels=hate).reference
    with any_store.begin() as db:
        for name in ("acknowledge", "risk_assess"):
            clocks.meet_clock(db, reference, name, "a@example.org", NOW)
        progress.close(db, reference, "a@example.org", NOW, CLOSING)
        if how.startswith("sent"):
            cases.create_case(db, a_submission(submission_id=submission_id, labels=hate), LATER)
        elif how.startswith("said"):
            cases.add_words(db, reference, "thank you for that", labels("other"), LATER, message_id="m8")
            assert db.scalar(sa.select(tables.case_record.c.status)) == "closed", "thanks begin nothing"
            cases.add_words(db, reference, "he is back", hate if "hate" in how else danger, LATER, message_id="m9")
        assert drifted(db) == []
    if how == "told":
        raise_stub(any_store, submission_id, LATER, words="he is back", message_id="m9")
    case = show_case(any_store, reference)
    assert (case["status"], case["closing"]["closed_at"]) == ("new", None)
    running = [clock["name"] for clock in case["clocks"] if not clock["met_at"] and not clock.get("stopped_at")]
    urgent = ["acknowledge", "interview", "risk_assess", "update"]
    assert sorted(running) == (["acknowledge", "alert", *urgent[1:]] if alerts else urgent)
    assert out(any_store, "alert") == alerts
    with any_store.read() as db:
        assert drifted(db) == []


def test_a_wish_to_withdraw_is_a_request(staffed: Store) -> None:
    made = make_case(staffed, labels=labels("asb", "child_at_risk", urgency="urgent"))
    with staffed.begin() as db:
        assert cases.ask_to_withdraw(db, made.reference, "please stop", LATER, "m1")
        assert not cases.ask_to_withdraw(db, made.reference, "please stop", LATER, "m1")
    assert show_case(staffed, made.reference)["status"] == "new"


def test_words_for_no_case_are_refused(staffed: Store) -> None:
    with pytest.raises(cases.NoCase), staffed.begin() as db:
        cases.add_words(db, "LR-0000-0000", "hello", None, NOW)
