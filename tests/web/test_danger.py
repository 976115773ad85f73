"""Danger comes first, whatever else is going on and whatever is down."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import pytest

from casework.intake import spooled, take_in_spool
from casework.store.tables import case_record, outbox
from tests.web.conftest import Chat, Front
from web.chat import danger

KNIFE = "He is at my door with a knife now"


def kinds(turn: dict[str, Any]) -> list[str]:
    return [message["kind"] for message in turn["messages"]]


def cases(front: Front) -> list[Any]:
    with front.services.store.read() as db:
        return list(db.execute(case_record.select()))


def alerts(front: Front) -> int:
    with front.services.store.read() as db:
        return len(list(db.execute(outbox.select().where(outbox.c.kind == "alert"))))


def at(front: Front, question: str) -> Chat:
    chat = front.chat()
    chat.until(question)
    return chat


@pytest.mark.parametrize(
    "question",
    [
        "danger_now",
        "reporter_role",
        "age_group",
        "account",
        "account_more",
        "motive",
        "where_postcode",
        "review",
    ],
)
def test_typed_danger_brings_the_card_and_a_case_at_any_question(front: Front, question: str) -> None:
    chat = at(front, question)
    turn = chat.turn(id="d", text=KNIFE)
    assert kinds(turn)[0] == "emergency" and kinds(turn).count("emergency") == 1
    assert "press 55" in turn["messages"][0]["text"]
    (case,) = cases(front)
    assert case.complete is False and case.urgency == "emergency" and alerts(front) == 1
    assert chat.turn(id="d", text=KNIFE) == turn
    assert len(cases(front)) == 1 and alerts(front) == 1


def test_a_note_is_screened_too(front: Front) -> None:
    chat = at(front, "motive")
    assert kinds(chat.turn(choices=["other"], note=KNIFE))[0] == "emergency"
    assert len(cases(front)) == 1


def test_chosen_options_are_screened_too(front: Front) -> None:
    chat = front.chat()
    assert kinds(chat.turn(choice="yes"))[0] == "emergency"
    assert cases(front)[0].urgency == "emergency"
    other = front.chat()
    assert kinds(other.turn(choice="not_sure"))[0] == "emergency"


@pytest.mark.parametrize("mode", ["down", "slow"])
@pytest.mark.parametrize("question", ["danger_now", "account", "where_postcode"])
def test_with_the_assistant_down_danger_is_answered_and_its_words_are_kept(
    front: Front, mode: str, question: str
) -> None:
    chat = at(front, question)
    front.assistant.mode = mode
    started = time.monotonic()
    turn = chat.turn(id="d", text=KNIFE)
    assert time.monotonic() - started < 8
    assert kinds(turn)[0] == "emergency" and "error" in kinds(turn)
    assert turn["question"]["name"] == question
    assert len(cases(front)) == 1
    front.assistant.mode = "up"
    assert chat.turn(id="d", text=KNIFE) == turn
    assert len(cases(front)) == 1 and alerts(front) == 1


def test_danger_chosen_with_the_assistant_down(front: Front) -> None:
    chat = front.chat()
    front.assistant.mode = "down"
    turn = chat.turn(id="d", choice="yes")
    assert kinds(turn)[0] == "emergency" and turn["question"]["name"] == "danger_now"
    assert len(cases(front)) == 1
    front.assistant.mode = "up"
    assert chat.turn(choice="no")["question"]["name"] == "safe_to_chat"


def test_what_is_no_danger_is_a_503_that_can_be_sent_again(front: Front) -> None:
    chat = front.chat()
    front.assistant.mode = "down"
    answer = chat.post(id="a", choice="no")
    assert answer.status_code == 503 and answer.json()["error"]["code"] == "unavailable"
    assert "999" in answer.json()["error"]["message"] and "101" in answer.json()["error"]["message"]
    front.assistant.mode = "up"
    assert chat.turn(id="a", choice="no")["question"]["name"] == "safe_to_chat"


def test_a_late_result_is_given_to_whoever_waits_or_tries_again(front: Front) -> None:
    chat = at(front, "account")
    front.assistant.mode = "late"
    turn = chat.turn(id="a", text="The neighbour shouts at us every night.")
    assert turn["question"]["name"] == "account_more" and "error" not in kinds(turn)
    front.assistant.mode = "down"
    assert chat.turn(id="a", text="The neighbour shouts at us every night.") == turn


def test_not_sure_with_the_assistant_down_shows_the_card_and_counts_later(front: Front) -> None:
    chat = front.chat()
    front.assistant.mode = "down"
    answer = chat.post(id="a", choice="not_sure")
    assert answer.status_code == 503 and "press 55" in answer.json()["error"]["message"]


def test_with_the_database_gone_danger_goes_to_the_spool(front: Front) -> None:
    chat = at(front, "account")
    front.break_database()
    turn = chat.turn(id="d", text=KNIFE)
    assert kinds(turn)[0] == "emergency" and "error" in kinds(turn)
    assert turn["question"]["name"] == "account"
    (file,) = spooled(front.services.settings.spool)
    assert KNIFE.encode() not in file.read_bytes() and file.stat().st_mode & 0o077 == 0
    chat.turn(id="d", text=KNIFE)
    assert len(spooled(front.services.settings.spool)) == 1
    assert chat.post(id="e", text="It is loud.").status_code == 503
    front.mend_database()
    assert take_in_spool(front.services.store) == 1
    (case,) = cases(front)
    assert case.complete is False and case.urgency == "emergency"
    again = chat.turn(id="d", text=KNIFE)
    assert kinds(again)[0] == "emergency" and len(cases(front)) == 1


def test_with_the_database_gone_a_chosen_danger_is_danger(front: Front) -> None:
    chat = front.chat()
    front.break_database()
    turn = chat.turn(choice="yes")
    assert kinds(turn)[0] == "emergency" and turn["question"]["name"] == "danger_now"
    assert len(spooled(front.services.settings.spool)) == 1


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_with_the_database_locked_danger_is_answered_in_time(front: Front, lock: str) -> None:
    chat = at(front, "account")
    other = sqlite3.connect(front.database, isolation_level=None)
    other.execute(f"BEGIN {lock}")
    try:
        started = time.monotonic()
        turn = chat.turn(id="d", text=KNIFE)
        assert time.monotonic() - started < 8
    finally:
        other.rollback()
        other.close()
    assert kinds(turn)[0] == "emergency"
    assert len(spooled(front.services.settings.spool)) == 1


def test_with_nothing_left_to_write_to_the_card_still_shows(front: Front) -> None:
    chat = front.chat()
    front.break_database()
    front.services.settings.spool.write_text("a file where the directory should be")
    turn = chat.turn(text=KNIFE)
    assert kinds(turn)[0] == "emergency" and "error" in kinds(turn)


def test_a_danger_message_that_is_too_long_is_refused_with_the_card_and_told(front: Front) -> None:
    chat = at(front, "account")
    answer = chat.post(text="x " * 30_000 + f" {KNIFE}.")
    assert answer.status_code == 413 and "press 55" in answer.json()["error"]["message"]
    assert len(cases(front)) == 1


def test_a_refused_option_with_a_note_of_danger_is_told(front: Front) -> None:
    chat = front.chat()
    answer = chat.post(choice="no_such_option", note=KNIFE)
    assert answer.status_code == 409 and "press 55" in answer.json()["error"]["message"]
    assert len(cases(front)) == 1


def test_a_screen_that_fails_counts_as_danger(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise RuntimeError("broken")

    chat = front.chat()
    monkeypatch.setattr(danger, "screen", broken)
    assert kinds(chat.turn(text="hello"))[0] == "emergency"


def test_leaving_after_danger_keeps_the_case(front: Front) -> None:
    chat = at(front, "account")
    chat.turn(text=KNIFE)
    assert front.ask("POST", "/chat/api/leave", headers=chat.bearer).status_code == 204
    assert len(cases(front)) == 1 and chat.transcript().status_code == 401


def test_danger_after_sending_goes_to_the_case(front: Front) -> None:
    chat = at(front, "review")
    reference = chat.turn(choice="send")["receipt"]["reference"]
    assert kinds(chat.turn(text=KNIFE))[0] == "emergency"
    (case,) = cases(front)
    assert case.reference == reference and case.urgency == "emergency"


def test_a_fault_in_the_front_door_itself_leaves_the_card(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    chat = front.chat()
    monkeypatch.setattr("web.chat.turns.payload", broken)
    turn = chat.turn(text=KNIFE)
    assert kinds(turn)[0] == "emergency" and len(cases(front)) == 1
    assert chat.post(choice="no").status_code == 503
