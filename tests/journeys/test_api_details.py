"""Promises of the chat API that the page and other programs rely on."""

from __future__ import annotations

import re

import pytest

from tests.kit import Chat, Stack

pytestmark = pytest.mark.stack
REFUSED, CONFLICT, UNKNOWN = 400, 409, 401


def code_of(answer: dict[str, dict[str, str]]) -> str:
    return answer["error"]["code"]


def test_the_same_id_with_the_same_body_is_the_same_turn(chat: Chat) -> None:
    chat.to("account")
    first = chat.post(id="same", text="They leave rubbish in the hall.")
    assert first[0] == 200 and chat.asked == "account_more"
    assert chat.post(id="same", text="They leave rubbish in the hall.") == first
    chat.choose("done")
    assert chat.post(id="same", text="They leave rubbish in the hall.") == first


def test_the_same_id_with_another_body_is_refused(running_stack: Stack, chat: Chat) -> None:
    chat.to("account")
    assert chat.post(id="same", text="They leave rubbish in the hall.")[0] == 200
    for other in ({"text": "They leave rubbish in the hall!"}, {"choice": "done"}, {"choices": ["none"]}):
        status, answer = chat.post(id="same", **other)
        assert status == CONFLICT and answer["error"]["message"]
    chat.to("review")
    chat.choose("send")
    assert running_stack.case(chat.reference)["answers"]["account"] == "They leave rubbish in the hall."


def test_ids_of_two_conversations_do_not_meet(running_stack: Stack) -> None:
    one, two = Chat(running_stack.base), Chat(running_stack.base)
    assert one.post(id="m", choice="no")[0] == 200
    assert two.post(id="m", choice="not_sure")[0] == 200
    assert one.kinds != two.kinds


def test_a_second_send_makes_no_second_case(running_stack: Stack, chat: Chat) -> None:
    chat.to("review")
    before = len(running_stack.cases())
    first = chat.post(id="send", choice="send")
    assert chat.post(id="send", choice="send") == first
    chat.post(choice="send")
    chat.post(text="send my report")
    assert len(running_stack.cases()) == before + 1


@pytest.mark.parametrize("question", ["safe_to_chat", "motive", "account", "account_more", "review"])
def test_a_paused_report_opens_at_the_open_question(running_stack: Stack, question: str) -> None:
    chat = Chat(running_stack.base)
    chat.to(question)
    chat.choose("pause")
    receipt = chat.turn["receipt"]
    assert receipt["reference"] is None and re.fullmatch(r"\d{4} \d{4} \d{4} \d{4}", receipt["code"])
    later = Chat(running_stack.base)
    status, answer = later.request("POST", "/receipts", {"code": receipt["code"]})
    assert status == 200 and answer["case"] is None and answer["turn"]["question"]["name"] == question
    later.session, later.turn = answer["session"], answer["turn"]
    later.count = 1000  # ids belong to the report, and the first session has used the low ones
    later.to("review")
    later.choose("send")
    assert running_stack.case(later.reference)["complete"]


def test_a_code_may_be_typed_without_its_spaces(chat: Chat) -> None:
    chat.to("motive")
    chat.choose("pause")
    code = chat.turn["receipt"]["code"]
    status, answer = chat.request("POST", "/receipts", {"code": code.replace(" ", "")})
    assert status == 200 and answer["turn"]["question"]["name"] == "motive"


def test_the_receipt_of_a_sent_report_shows_its_case(running_stack: Stack, chat: Chat) -> None:
    chat.to("review")
    chat.choose("send")
    reference, receipt = chat.reference, chat.turn["receipt"]
    assert receipt["advisor"] and receipt["next"] and all(step["due_at"] for step in receipt["next"])
    chat.say("They did it again last night.")
    status, answer = Chat(running_stack.base).request("POST", "/receipts", {"code": receipt["code"]})
    assert status == 200 and answer["turn"] is None and answer["session"]
    assert answer["case"]["reference"] == reference and answer["case"]["status"]
    assert "They did it again last night." in [message["text"] for message in answer["case"]["messages"]]


@pytest.mark.parametrize("code", ["0000 0000 0000 0000", "", "1234", "words", "1234 5678 9012 345x"])
def test_a_wrong_code_opens_nothing(chat: Chat, code: str) -> None:
    status, answer = chat.request("POST", "/receipts", {"code": code})
    assert status in (400, 404) and answer["error"]["message"]


def test_leaving_deletes_at_once(chat: Chat) -> None:
    chat.to("motive")
    chat.choose("pause")
    code = chat.turn["receipt"]["code"]
    assert chat.request("POST", "/leave") == (204, None)
    for method, path, body in (
        ("GET", "/transcript", None),
        ("POST", "/messages", {"id": "after", "choice": "none"}),
        ("POST", "/leave", None),
    ):
        status, answer = chat.request(method, path, body)
        assert status == UNKNOWN and answer["error"]["message"], (method, path)
    assert chat.request("POST", "/receipts", {"code": code})[0] in (401, 404)


def test_leaving_after_danger_keeps_the_stub(running_stack: Stack, chat: Chat) -> None:
    before = {case["reference"] for case in running_stack.cases()}
    chat.to("account")
    chat.say("He is kicking my door in right now")
    assert chat.request("POST", "/leave")[0] == 204
    (reference,) = {case["reference"] for case in running_stack.cases()} - before
    case = running_stack.case(reference)
    assert case["complete"] is False and case["urgency"] == "emergency" and case["advisor"]["name"]


def test_a_wrong_session_is_refused(chat: Chat) -> None:
    # Not its last letters: some of their bits say nothing, so another letter may be the same session.
    changed = chat.session[:-9] + ("B" if chat.session[-9] == "A" else "A") + chat.session[-8:]
    for wrong in ("nobody", changed, "é".encode().decode("latin-1")):
        chat.session = wrong
        assert chat.request("GET", "/transcript")[0] == UNKNOWN
    chat.session = ""
    assert chat.request("POST", "/messages", {"id": "m", "text": "hello"})[0] == UNKNOWN


def test_the_transcript_holds_every_turn_in_its_order(chat: Chat) -> None:
    turns = [chat.turn]
    for _ in range(4):
        chat.choose({"danger_now": "no", "safe_to_chat": "safe", "reporter_role": "self"}.get(str(chat.asked), "skip"))
        turns.append(chat.turn)
    status, answer = chat.request("GET", "/transcript")
    assert status == 200
    assert [turn["id"] for turn in answer["turns"]][-4:] == [turn["id"] for turn in turns[1:]]
    assert [turn["messages"] for turn in answer["turns"]][-4:] == [turn["messages"] for turn in turns[1:]]
    assert answer["turns"][-1]["question"]["name"] == chat.asked


@pytest.mark.parametrize("question", ["danger_now", "safe_to_chat", "reporter_role", "account", "identity", "review"])
def test_what_must_be_answered_is_not_skipped(running_stack: Stack, question: str) -> None:
    chat = Chat(running_stack.base)
    chat.to(question)
    status, answer = chat.post(choice="skip")
    assert status == CONFLICT and code_of(answer)
    assert chat.request("GET", "/transcript")[1]["turns"][-1]["question"]["name"] == question
    chat.say("skip")
    assert chat.asked == question and chat.turn["messages"]


@pytest.mark.parametrize("question", ["danger_now", "motive", "account", "review"])
def test_an_option_that_was_not_offered_is_refused(running_stack: Stack, question: str) -> None:
    chat = Chat(running_stack.base)
    chat.to(question)
    for body in (
        {"choice": "nothing_like_it"},
        {"choice": ""},
        {"choices": ["nothing_like_it"]},
        {"choices": ["none", "nothing_like_it"]},
        {"choice": "change:nothing_like_it"},
    ):
        status, answer = chat.post(**body)
        assert status in (REFUSED, CONFLICT) and answer["error"]["message"], body
    assert chat.post(choice="nothing_like_it")[0] == CONFLICT
    assert chat.request("GET", "/transcript")[1]["turns"][-1]["question"]["name"] == question


def test_a_refused_message_leaves_its_id_free(chat: Chat) -> None:
    assert chat.post(id="m", choice="nothing_like_it")[0] == CONFLICT
    assert chat.post(id="m", choice="no")[0] == 200


def test_too_much_is_refused_and_nothing_is_lost(running_stack: Stack, chat: Chat) -> None:
    chat.to("account")
    assert chat.post(text="a" * 4001)[0] == 413
    part = "They shout and bang every night. " * 115
    for _ in range(2):
        chat.say(part[:3790].strip())
    status, answer = chat.post(text=part[:3790].strip())
    assert status == 413 and answer["error"]["message"], status
    chat.choose("done")
    chat.to("review")
    chat.choose("send")
    account = running_stack.case(chat.reference)["answers"]["account"]
    assert account == "\n\n".join([part[:3790].strip()] * 2)
