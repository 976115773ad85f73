"""The way back and the way out of the pages, on turns made by hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests.web.pages_by_hand import PAUSED, RECEIPT, TOKEN, Service, turn
from web.chat import sessions
from web.chat.errors import ChatError, error


def test_leaving_ends_everything_and_opens_something_else(chatting: TestClient, service: Service) -> None:
    reply = chatting.get("/leave")
    assert reply.status_code == 303
    assert reply.headers["location"] == "https://www.bbc.co.uk/weather"
    assert reply.headers["clear-site-data"] == '"storage", "cache"'
    assert service.left == [TOKEN]
    assert not chatting.cookies
    assert "There is nothing here" in chatting.get("/chat").text


def test_leaving_without_a_session_changes_the_cookies_too(client: TestClient) -> None:
    # What makes a browser forget the page that is left, with what was typed there.
    given = client.get("/leave").headers.get_list("set-cookie")
    assert all(cookie.startswith("messages=") for cookie in given)
    # Set and gone, in this order.
    assert ["Max-Age=0" in cookie for cookie in given] == [False, True]


@pytest.mark.parametrize("headers", [{}, {"X-Part": "turn"}])
def test_leaving_by_words_shows_nothing_of_the_chat(
    chatting: TestClient, service: Service, headers: dict[str, str]
) -> None:
    service.at((turn("a", "Welcome.", asks="account"), "my secret"))
    service.next_turn = turn("b", "You have left. What you wrote is deleted.", ended=True)
    service.deaf = error("no_session")
    reply = chatting.post("/chat", data={"id": "m1", "choice": "yes"}, headers=headers)
    assert reply.status_code == 200 and reply.headers["x-part"] == "whole"
    assert "What you wrote is deleted" in reply.text and "my secret" not in reply.text
    assert not chatting.cookies


def test_receipt_stays_in_sight_when_more_is_written(chatting: TestClient, service: Service) -> None:
    sent = turn("a", "Thank you.", receipt=RECEIPT, ended=True)
    service.at((sent, "Send"), (turn("b", "I have added this.", ended=True), "one more thing"))
    html = chatting.get("/chat").text
    assert "LV-2026-0001" in html and "You can add more here" in html


def test_closing_after_a_receipt_deletes_nothing(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", asks="account", receipt=PAUSED), "pause"))
    receipt = chatting.get("/chat").text
    assert 'href="/close"' in receipt[receipt.index("receipt") :]
    assert chatting.get("/close").headers["location"].startswith("https://")
    assert service.left == [] and service.put == [TOKEN] and not chatting.cookies


def test_leaving_works_when_nothing_else_does(chatting: TestClient, service: Service) -> None:
    service.problem = ChatError(503, "unavailable", "Sorry.")
    assert chatting.get("/leave").status_code == 303
    assert not chatting.cookies


def test_script_leaves_without_being_sent_on(chatting: TestClient, service: Service) -> None:
    reply = chatting.post("/leave", headers={"sec-fetch-site": "same-origin"})
    assert reply.status_code == 204 and service.left and "clear-site-data" in reply.headers


def test_other_sites_cannot_end_a_chat(chatting: TestClient, service: Service) -> None:
    chatting.get("/leave", headers={"sec-fetch-site": "cross-site"})
    chatting.get("/leave", headers={"sec-purpose": "prefetch"})
    assert service.left == []


def test_page_out_of_sight_lets_the_cookie_run_out(chatting: TestClient) -> None:
    assert "Max-Age=600" in chatting.post("/presence?is=away").headers["set-cookie"]
    assert "Max-Age" not in chatting.post("/presence?is=here").headers["set-cookie"]
    chatting.post("/presence?is=over")
    assert not chatting.cookies


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets so many minutes pass for the sessions of the pages."""
    now = sessions._now()

    def pass_by(minutes: int) -> None:
        monkeypatch.setattr(sessions, "_now", lambda: now + minutes * 60)

    return pass_by


def test_a_page_that_nobody_used_for_half_an_hour_shows_nothing(
    chatting: TestClient, service: Service, later: Callable[[int], None]
) -> None:
    service.at((turn("start.", "Hello.", asks="danger_now"), None), (turn("a", asks="account"), "my secret"))
    later(29)
    assert "my secret" in chatting.get("/chat").text
    later(29 + 29)
    assert "my secret" in chatting.get("/chat").text
    later(29 + 29 + 33)
    html = chatting.get("/chat").text
    assert "my secret" not in html and "Nobody used this page for 30 minutes" in html
    assert not chatting.cookies and service.left == []


def test_without_the_script_the_half_hour_is_told_beforehand_and_then_after_the_question(
    client: TestClient, service: Service
) -> None:
    said = re.compile(r"<noscript>.*?</noscript>", re.S)
    assert [part for part in said.findall(client.get("/start").text) if "30 minutes more" in part]
    client.post("/start")
    service.at((turn("start.", "Hello.", asks="danger_now"), None), (turn("a", asks="account"), "No"))
    html = client.get("/chat").text
    assert len(said.findall(html)) == html.count("30 minutes") == 1
    assert html.index('id="text"') < html.index("30 minutes") < html.index("<footer")


def test_words_that_come_after_half_an_hour_are_taken(
    chatting: TestClient, service: Service, later: Callable[[int], None]
) -> None:
    later(50)
    assert chatting.post("/chat", data={"id": "m1", "text": "a long account"}).status_code == 303
    assert service.taken == [{"id": "m1", "text": "a long account"}]
    assert "There is nothing here" not in chatting.get("/chat").text


def test_signs_of_life_keep_the_page_open_and_leaving_is_never_too_late(
    chatting: TestClient, service: Service, later: Callable[[int], None]
) -> None:
    for minutes in range(20, 240, 20):
        later(minutes)
        chatting.post("/presence?is=here")
        assert "There is nothing here" not in chatting.get("/chat").text
    later(600)
    chatting.get("/leave")
    assert service.left == [TOKEN] and not chatting.cookies


def test_a_frame_on_another_site_gets_a_way_into_a_window_of_its_own(client: TestClient) -> None:
    headers = {"sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site"}
    for path in ("/", "/start"):
        html = client.get(path, headers=headers).text
        assert 'target="_blank"' in html and 'action="/start"' not in html
        assert 'action="/start"' in client.get(path, headers={**headers, "sec-fetch-site": "same-site"}).text
