"""The custom actions against a real store: events for the form, words for the person, nothing personal in either."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import message as in_hand
from actions.after_report import AfterReport
from actions.leave_report import LeaveReport
from actions.send_report import SendReport
from actions.validate_report_form import ValidateReportForm
from casework.cases import listed
from casework.conversation.turns import Services, open_services
from casework.questions import plan
from casework.settings import load_settings
from casework.setup import prepare
from casework.store import drafts

DRAFT = "a" * 32
DOMAIN = {"forms": {"report_form": {"required_slots": list(plan().names)}}}


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """An installation of its own, used by the actions of this test."""
    monkeypatch.setenv("REPORTING_HOME", str(tmp_path / "home"))
    prepare(load_settings())
    found = open_services()
    in_hand.services.cache_clear()
    yield found
    in_hand.services().store.close()
    in_hand.services.cache_clear()
    found.store.close()


class Person:
    """Talks to the actions as Rasa would call them: slots and the open question travel in the tracker."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.slots: dict[str, Any] = {}
        self.count = 0
        self.said: list[Any] = []
        self.events: list[dict[str, Any]] = []
        self.call(ValidateReportForm(), {"text": "/start_report"})

    def tracker(self, metadata: dict[str, Any]) -> Tracker:
        latest = {"text": metadata.get("text", ""), "metadata": metadata, "intent_ranking": []}
        return Tracker(DRAFT, dict(self.slots), latest, [], False, None, {"name": "report_form"}, "action_listen")

    def call(self, action: Any, metadata: dict[str, Any]) -> None:
        dispatcher = CollectingDispatcher()
        self.events = asyncio.run(action.run(dispatcher, self.tracker(metadata), DOMAIN))
        self.said = dispatcher.messages
        for event in self.events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]

    def send(self, **beside: Any) -> None:
        self.count += 1
        self.call(ValidateReportForm(), {"message_id": f"m{self.count}", **beside})

    @property
    def asked(self) -> str | None:
        found: str | None = self.slots.get("requested_slot")
        return found

    def to_review(self) -> None:
        given = {"danger_now": "no", "safe_to_chat": "safe", "reporter_role": "self", "identity": "anonymous"}
        while self.asked != "review":
            if self.asked == "account":
                self.send(text="x", words="Loud music every night until three, it shakes the walls.")
            else:
                self.send(choice=given.get(str(self.asked), "skip"))


@pytest.fixture
def person(services: Services) -> Person:
    with services.store.begin() as db:
        from casework.clocks import now

        drafts.create(db, session_mac=b"m" * 32, now=now(services.settings), draft_id=DRAFT)
    return Person(services)


def test_the_form_opens_with_the_first_question_of_the_plan(person: Person) -> None:
    assert person.asked == plan().names[2] == "danger_now"


def test_an_answer_fills_its_slot_with_a_mark_and_requests_the_next(person: Person) -> None:
    person.send(choice="no")
    assert person.slots["danger_now"] == "given" and person.asked == "safe_to_chat"


def test_no_word_of_the_person_is_in_the_events(person: Person) -> None:
    person.send(text="canary phrase nine", words="canary phrase nine")
    assert "canary" not in json.dumps(person.events)


def test_a_message_that_is_repeated_writes_nothing_and_asks_the_same(person: Person) -> None:
    person.send(choice="no")
    asked, revision = person.asked, _revision(person)
    person.call(ValidateReportForm(), {"message_id": "m1", "choice": "no"})
    assert person.asked == asked and _revision(person) == revision


def test_sending_makes_one_case_however_often_it_is_called(person: Person) -> None:
    person.to_review()
    person.send(choice="send")
    assert person.slots["outcome"] == "send" and person.asked is None
    metadata = {"message_id": f"m{person.count}", "choice": "send"}
    person.call(SendReport(), metadata)
    first = [message["text"] for message in person.said]
    person.call(SendReport(), metadata)
    assert [message["text"] for message in person.said] == first and "LR-" in first[0]
    assert len(_cases(person)) == 1


def test_words_after_sending_reach_the_case(person: Person) -> None:
    person.to_review()
    person.send(choice="send")
    person.call(SendReport(), {"message_id": f"m{person.count}", "choice": "send"})
    person.call(AfterReport(), {"message_id": "after", "text": "x", "words": "It was the flat above, number 9."})
    assert person.said


def test_leaving_deletes_the_draft(person: Person) -> None:
    person.send(choice="leave")
    assert person.asked == "leave_check"
    person.send(choice="yes")
    person.call(LeaveReport(), {"message_id": "m9"})
    with person.services.store.read() as db:
        assert drafts.get(db, DRAFT) is None
    assert _cases(person) == []


def test_a_fault_carries_no_words(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    with person.services.store.begin() as db:
        drafts.delete(db, DRAFT)
    with pytest.raises(in_hand.NotDone) as fault:
        person.send(text="canary", words="canary")
    assert "canary" not in str(fault.value) and fault.value.__cause__ is None


def _revision(person: Person) -> int:
    with person.services.store.read() as db:
        row = drafts.get(db, DRAFT)
        assert row is not None
        return row.revision


def _cases(person: Person) -> list[Any]:
    with person.services.store.begin() as db:
        return list(listed(db))
