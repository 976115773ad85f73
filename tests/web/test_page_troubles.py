"""Danger and trouble on the pages, with and without script, on turns made by hand."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from casework.questions.wording import card
from tests.web.pages_by_hand import RECEIPT, Service, emergency, hidden, turn
from web.chat.errors import ChatError, error
from web.chat.page_forms import next_id

# --- danger and trouble ---


def test_card_stands_apart_as_an_alert(chatting: TestClient, service: Service) -> None:
    given = turn("a", card(), kind="emergency", asks="account")
    given["messages"].append({"text": "Thank you.", "kind": "say"})
    service.at((given, "he has a knife"))
    html = chatting.get("/chat").text
    assert html.count('role="alert"') == 1
    assert html.index('id="card"') < html.index('id="asked"')
    assert 'href="https://999bsl.co.uk"' in html


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (emergency("a", "account"), "card"),
        (turn("a", receipt=RECEIPT, ended=True), "kept"),
        (turn("a", asks="account"), "new"),
    ],
)
def test_plain_page_opens_at_what_matters(
    chatting: TestClient, service: Service, given: dict[str, Any], place: str
) -> None:
    service.next_turn = given
    reply = chatting.post("/chat", data={"id": "m1", "text": "x"})
    assert reply.headers["location"] == f"/chat#{place}"
    assert f'id="{place}"' in chatting.get("/chat").text


def test_unreachable_assistant_keeps_the_words_under_the_same_id(chatting: TestClient, service: Service) -> None:
    service.problem = ChatError(503, "unavailable", "Sorry. Call 999 or 101.", 5)
    reply = chatting.post("/chat", data={"id": "m1", "kind": "text", "question": "account", "text": "all of <it>"})
    assert reply.status_code == 503
    assert reply.headers["retry-after"] == "5"
    assert "all of &lt;it&gt;</textarea>" in reply.text
    assert hidden(reply.text, "id") == "m1"
    assert 'href="tel:999"' in reply.text and 'href="tel:101"' in reply.text


def test_unreachable_record_is_a_kind_page_too(chatting: TestClient, service: Service) -> None:
    service.deaf = ChatError(503, "unavailable", "Sorry.")
    reply = chatting.get("/chat")
    assert reply.status_code == 503 and "Try again" in reply.text and 'href="tel:999"' in reply.text


def test_card_is_shown_when_the_record_is_down(chatting: TestClient, service: Service) -> None:
    given = turn("a", card(), kind="emergency", asks="account")
    given["messages"].append({"text": "Your words are kept.", "kind": "error"})
    service.next_turn = given
    service.deaf = ChatError(503, "unavailable", "Sorry.")
    reply = chatting.post("/chat", data={"id": "m1", "text": "he has a knife"})
    assert reply.status_code == 200
    for wanted in ('id="card"', "Your words are kept.", "What happened?"):
        assert wanted in reply.text


def test_refused_message_of_danger_still_shows_the_card(chatting: TestClient, service: Service) -> None:
    service.problem = ChatError(413, "too_long", f"{card()}\n\nToo long.")
    reply = chatting.post("/chat", data={"id": "m1", "text": "x" * 4001})
    assert reply.status_code == 413
    assert 'id="card"' in reply.text and "4,001 characters" in reply.text and "x" * 4001 in reply.text


def test_answer_to_a_question_that_has_moved_on_is_not_lost(chatting: TestClient, service: Service) -> None:
    service.at((turn("b", asks="account"), "No"))
    service.problem = error("id_reused")
    reply = chatting.post("/chat", data={"id": "old", "question": "danger_now", "text": "my long words"})
    assert reply.status_code == 409
    assert "my long words" in reply.text and hidden(reply.text, "id") == next_id("b")


def test_closed_chat_gives_the_words_back(chatting: TestClient, service: Service) -> None:
    service.problem = error("no_session")
    reply = chatting.post("/chat", data={"id": "m1", "text": "my long words"})
    assert reply.status_code == 401 and "my long words" in reply.text


# --- for the script ---


def test_script_gets_only_what_is_new(chatting: TestClient) -> None:
    html = chatting.get("/chat").text
    fields = {"id": hidden(html, "id"), "after": hidden(html, "after"), "choice": "no"}
    reply = chatting.post("/chat", data=fields, headers={"X-Part": "turn"})
    assert reply.status_code == 200
    assert "automated assistant" not in reply.text and "<html" not in reply.text
    assert 'id="new-lines"' in reply.text and "Who are you telling us" in reply.text


def test_script_gets_card_and_question_of_the_turn_before_for_the_history(
    chatting: TestClient, service: Service
) -> None:
    service.at((turn("start", "Hello.", asks="danger_now"), None), (emergency("a", "account"), "a knife"))
    fields = {"id": "m1", "after": "a", "text": "more"}
    lines = chatting.post("/chat", data=fields, headers={"X-Part": "turn"}).text.split('id="new-answer"')[0]
    assert lines.index("Danger: call 999") < lines.index("What happened?") < lines.index(">You<")


def test_script_gets_errors_in_place(chatting: TestClient, service: Service) -> None:
    service.problem = ChatError(503, "unavailable", "Sorry, call 999.")
    reply = chatting.post("/chat", data={"id": "m1", "text": "kept"}, headers={"X-Part": "turn"})
    assert reply.status_code == 503
    assert 'id="trouble"' in reply.text and "kept</textarea>" in reply.text
    assert "aria-invalid" not in reply.text and 'data-title="Error: ' in reply.text
