"""A chat over the API: what is asked, what a repeated message does, and the way out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from casework import clocks
from casework.store import drafts
from tests.web.conftest import PLAIN, Chat, Front
from web.chat.sessions import COOKIE

TURN = {"id", "messages", "question", "summary", "receipt", "ended"}


def name_of(turn: dict[str, Any]) -> str | None:
    return turn["question"] and turn["question"]["name"]


def test_a_chat_opens_with_the_welcome_and_the_question_of_danger(front: Front) -> None:
    chat = front.chat()
    assert set(chat.first) == TURN
    assert name_of(chat.first) == "danger_now" and chat.first["question"]["optional"] is False
    assert [option["value"] for option in chat.first["question"]["options"]] == ["yes", "no", "not_sure"]
    assert any("999" in message["text"] for message in chat.first["messages"])
    assert len(chat.session) >= 22
    assert front.assistant.seen == []


def test_every_turn_has_the_shape_of_a_turn(front: Front) -> None:
    chat = front.chat()
    turn = chat.until("review")
    for each in chat.transcript().json()["turns"]:
        assert set(each) == TURN
        for message in each["messages"]:
            assert message["kind"] in {"say", "emergency", "help", "error"} and message["text"]
    assert {line["name"] for line in turn["summary"]} >= {"account", "motive", "identity", "where_postcode"}
    assert all(set(line) == {"name", "label", "value"} for line in turn["summary"])


def test_the_same_id_and_body_give_the_same_turn_and_do_nothing_twice(front: Front) -> None:
    chat = front.chat()
    chat.until("account")
    first = chat.turn(id="once", text=PLAIN["account"]["text"])
    before = len(front.assistant.seen)
    assert chat.turn(id="once", text=PLAIN["account"]["text"]) == first
    later = chat.turn(choice="done")
    assert name_of(later) != "account_more"
    assert chat.turn(id="once", text=PLAIN["account"]["text"]) == first
    assert len(front.assistant.seen) == before + 1
    assert len([t for t in chat.transcript().json()["turns"] if t["id"] == "once"]) == 1


def test_the_same_id_with_another_body_is_refused(front: Front) -> None:
    chat = front.chat()
    chat.turn(id="once", choice="no")
    for other in ({"choice": "yes"}, {"text": "no"}, {"choices": ["no"]}, {"choice": "no", "note": "x"}):
        answer = chat.post(id="once", **other)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "id_reused")


def test_ids_belong_to_their_chat(front: Front) -> None:
    one, other = front.chat(), front.chat()
    one.turn(id="a", choice="no")
    assert name_of(other.turn(id="a", choice="not_sure")) is not None


def test_many_messages_at_once_are_taken_one_after_the_other(front: Front) -> None:
    chat = front.chat()
    chat.until("account")
    front.ask("GET", "/healthz")

    async def all_at_once() -> list[int]:
        posts = [
            front.client.post(
                "/chat/api/messages",
                json={
                    "id": f"part{number // 2}",
                    "text": f"This is part number {number // 2} of what happened.",
                },
                headers=chat.bearer,
            )
            for number in range(20)
        ]
        return [answer.status_code for answer in await asyncio.gather(*posts)]

    assert front.runner.run(all_at_once()) == [200] * 20
    account = next(line["value"] for line in chat.until("review")["summary"] if line["name"] == "account")
    assert all(account.count(f"part number {number} ") == 1 for number in range(10))


@pytest.mark.parametrize(("wish", "question"), [("person", "age_group"), ("language", "age_group")])
def test_controls_beside_any_question(front: Front, wish: str, question: str) -> None:
    chat = front.chat()
    chat.until(question)
    turn = chat.turn(choice=wish)
    assert name_of(turn) == question
    assert any(message["kind"] == "help" for message in turn["messages"])


def test_skip_and_back(front: Front) -> None:
    chat = front.chat()
    chat.until("age_group")
    assert name_of(chat.turn(choice="skip")) == "account"
    assert name_of(chat.turn(choice="back")) == "age_group"
    assert name_of(chat.turn(choice="18_plus")) == "account"


def test_a_change_on_the_review(front: Front) -> None:
    chat = front.chat()
    chat.until("review")
    assert chat.post(choice="keep").status_code == 409
    assert name_of(chat.turn(choice="change:identity")) == "identity"
    assert name_of(chat.turn(choice="keep")) == "review"
    assert name_of(chat.turn(choice="change:where_postcode")) == "where_postcode"
    turn = chat.turn(text="L36 6AB")
    assert name_of(turn) == "review"
    assert {"name": "where_postcode"}.items() <= next(
        line for line in turn["summary"] if line["value"] == "L36 6AB"
    ).items()
    for wrong in ("change:reporter_name", "change:no_such", "change:review"):
        assert chat.post(choice=wrong).status_code == 409


def test_typed_commands_are_words(front: Front) -> None:
    chat = front.chat()
    chat.until("account")
    for words in ("/restart", '/inform{"identity": "named"}', " \n/start_report", "<b>/x</b>"):
        assert chat.turn(text=words)["question"] is not None
        sent = front.assistant.seen[-1]
        assert sent["words"] == words and not sent["text"].lstrip().startswith("/")
    assert front.assistant.seen[-1]["question"] in ("account", "account_more")


def test_a_button_is_the_only_command(front: Front) -> None:
    chat = front.chat()
    chat.turn(choice="no", note="/restart")
    sent = front.assistant.seen[-1]
    assert (sent["text"], sent["choice"], sent["note"]) == ("/choose", "no", "/restart")
    assert sent["marks"] == {} and sent["loop"] is True and sent["question"] == "danger_now"


def test_marks_hold_no_words(front: Front) -> None:
    chat = front.chat()
    chat.until("review")
    for sent in front.assistant.seen:
        assert set(sent["marks"].values()) <= {"given", "skipped"}


def test_leaving_deletes_at_once_and_ends_the_session(front: Front) -> None:
    chat = front.chat()
    chat.until("account_more")
    answer = front.ask("POST", "/chat/api/leave", headers=chat.bearer)
    assert (answer.status_code, answer.content) == (204, b"")
    assert chat.transcript().status_code == 401
    assert chat.post(text="hello").status_code == 401
    assert front.ask("POST", "/chat/api/leave", headers=chat.bearer).status_code == 401
    with front.services.store.read() as db:
        assert db.execute(drafts._draft.select()).all() == []
        assert db.execute(drafts._turn.select()).all() == []


def test_leaving_by_the_question(front: Front) -> None:
    chat = front.chat()
    chat.until("account_more")
    assert name_of(chat.turn(choice="leave")) == "leave_check"
    assert name_of(chat.turn(choice="no")) == "account_more"
    chat.turn(choice="leave")
    turn = chat.turn(choice="yes")
    assert turn["ended"] is True and turn["question"] is None
    assert chat.transcript().status_code == 401


def test_the_cookie_opens_the_same_chat_from_our_own_page_only(front: Front) -> None:
    chat = front.chat()
    cookie = {"Cookie": f"{COOKIE}={chat.session}"}
    assert front.ask("GET", "/chat/api/transcript", headers=cookie).status_code == 200
    body = {"id": "a", "choice": "no"}
    ours = {**cookie, "Origin": "http://ours.example"}
    assert front.ask("POST", "/chat/api/messages", json=body, headers=ours).status_code == 200
    for theirs in ({}, {"Origin": "null"}, {"Origin": "https://elsewhere.example"}):
        answer = front.ask("POST", "/chat/api/messages", json={**body, "id": "b"}, headers={**cookie, **theirs})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "wrong_origin")


def test_a_chat_runs_out(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = front.chat()
    later = front.services.settings.model_copy(update={"clock_offset": 25 * 3_600.0})
    monkeypatch.setattr("web.chat.record._now", lambda _: clocks.now(later))
    assert chat.transcript().status_code == 401
    assert chat.post(text="hello").status_code == 401


def sent(chat: Chat) -> dict[str, Any]:
    chat.until("review")
    return chat.turn(id="send", choice="send")


def test_a_sent_report_gives_its_receipt_once_and_again_for_a_retry(front: Front) -> None:
    chat = front.chat()
    turn = sent(chat)
    receipt = turn["receipt"]
    assert turn["question"] is None and receipt["reference"].startswith("LR-") and receipt["advisor"]
    assert all(step["text"] and step["due_at"] for step in receipt["next"])
    assert chat.turn(id="send", choice="send") == turn
    assert chat.turn(text="One more thing: it was on Tuesday.")["messages"]


def test_a_receipt_code_opens_the_case(front: Front) -> None:
    receipt = sent(front.chat())["receipt"]
    answer = front.ask("POST", "/chat/api/receipts", json={"code": receipt["code"]})
    assert answer.status_code == 200
    body = answer.json()
    assert body["turn"] is None and body["case"]["reference"] == receipt["reference"]
    assert body["case"]["status"] and body["case"]["messages"] == []
    back = Chat(front, body["session"], {})
    back.turn(text="It happened again last night.")
    again = front.ask("POST", "/chat/api/receipts", json={"code": receipt["code"]}).json()
    assert [message["text"] for message in again["case"]["messages"]] == ["It happened again last night."]
    assert again["session"] != body["session"] and back.transcript().status_code == 401


def test_a_case_is_opened_after_its_draft_is_gone_too(front: Front) -> None:
    receipt = sent(front.chat())["receipt"]
    with front.services.store.begin() as db:
        db.execute(drafts._turn.delete())
        db.execute(drafts._draft.delete())
    body = front.ask("POST", "/chat/api/receipts", json={"code": receipt["code"]}).json()
    back = Chat(front, body["session"], {})
    turn = back.turn(text="He is at my door with a knife now")
    assert turn["messages"][0]["kind"] == "emergency"
    body = front.ask("POST", "/chat/api/receipts", json={"code": receipt["code"]}).json()
    assert [message["text"] for message in body["case"]["messages"]] == ["He is at my door with a knife now"]


def test_a_paused_report_goes_on_where_it_was(front: Front) -> None:
    chat = front.chat()
    chat.until("motive")
    turn = chat.turn(id="p", choice="pause")
    assert turn["receipt"]["reference"] is None and name_of(turn) == "motive"
    assert chat.turn(id="p", choice="pause") == turn
    body = front.ask("POST", "/chat/api/receipts", json={"code": turn["receipt"]["code"]}).json()
    assert body["case"] is None and name_of(body["turn"]) == "motive"
    assert chat.transcript().status_code == 401
    back = Chat(front, body["session"], {})
    summary = back.until("review")["summary"]
    assert PLAIN["account"]["text"] in {line["value"] for line in summary}


def test_guessing_codes_is_slowed_down(limited: Front) -> None:
    answers = [
        limited.ask("POST", "/chat/api/receipts", json={"code": f"{number:016}"}).status_code for number in range(60)
    ]
    assert answers[0] == 404 and answers[-1] == 429
    last = limited.ask("POST", "/chat/api/receipts", json={"code": "0" * 16})
    assert int(last.headers["retry-after"]) > 0 and last.json()["error"]["code"] == "too_many"


def test_a_flood_of_messages_is_slowed_down_and_danger_still_gets_its_card(limited: Front) -> None:
    chat = limited.chat()
    answers = [chat.post(id="same", choice="no").status_code for _ in range(130)]
    assert answers[0] == 200 and answers[-1] == 429
    refused = chat.post(text="He has a knife at my door now")
    assert refused.status_code == 429 and "press 55" in refused.json()["error"]["message"]
    assert int(refused.headers["retry-after"]) > 0
