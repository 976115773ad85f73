"""A form of any size without script: the words come back, and what had to be cut is said."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from tests.web.conftest import Front
from tests.web.pages_by_hand import hidden
from tests.web.return_by_hand import OURS, Browser, Sent, words
from web.chat.page_forms import MAX_BYTES

# Three bytes a character in the form: the limit of the front door for other bodies is passed with 60,000.
LETTER = "é"


def typed(html: str) -> str:
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", html, re.S)
    assert found
    return unescape(found[1])


def writing(browser: Browser) -> dict[str, str]:
    """The hidden fields of the form in which the account is written."""
    chat = browser.front.chat()
    chat.until("account")
    browser.cookies["messages"] = chat.session
    page = browser.get("/chat").text
    return {name: hidden(page, name) for name in ("id", "after", "question", "kind")}


@pytest.mark.parametrize("count", [4_001, 60_000, 150_000])
def test_a_long_account_comes_back_whole(browser: Browser, count: int) -> None:
    text = LETTER * count
    reply = browser.post("/chat", **writing(browser), text=text)
    assert reply.status_code == 413 and typed(reply.text) == text
    assert f"{count:,} characters" in words(reply.text) and 'id="fault"' in reply.text


@pytest.mark.parametrize("part", [{}, {"x-part": "turn"}])
def test_what_is_longer_than_any_form_is_cut_and_says_so(browser: Browser, part: dict[str, str]) -> None:
    text = LETTER * MAX_BYTES
    fields = writing(browser)
    cookie = {"cookie": f"messages={browser.cookies['messages']}"}
    reply = browser.front.ask("POST", "/chat", data={**fields, "text": text}, headers={**OURS, **cookie, **part})
    kept = typed(reply.text)
    assert reply.status_code == 413 and set(kept) == {LETTER} and 100_000 < len(kept) < MAX_BYTES
    assert f"only the first {len(kept):,} characters" in words(reply.text)


def test_a_closed_chat_gives_a_long_account_back_too(browser: Browser) -> None:
    reply = browser.post("/chat", id="m1", text=LETTER * 60_000)
    assert reply.status_code == 401 and typed(reply.text) == LETTER * 60_000
    cut = browser.post("/chat", id="m1", text=LETTER * MAX_BYTES)
    assert cut.status_code == 401 and f"only the first {len(typed(cut.text)):,} characters" in words(cut.text)


@pytest.mark.usefixtures("no_waiting")
def test_a_long_message_to_the_advisor_comes_back(sent: Sent, browser: Browser) -> None:
    browser.open(sent.code)
    whole = browser.send("/return/write", do="message", text=LETTER * 60_000)
    assert whole.status_code == 413 and typed(whole.text) == LETTER * 60_000
    cut = browser.send("/return/write", do="message", text=LETTER * MAX_BYTES)
    assert cut.status_code == 413 and f"only the first {len(typed(cut.text)):,} characters" in words(cut.text)


def test_danger_in_a_long_account_brings_the_card(browser: Browser) -> None:
    text = "He is at my door with a knife now and says he will kill me. " + LETTER * 60_000
    assert 'id="card"' in browser.post("/chat", **writing(browser), text=text).text


def test_a_form_filled_with_something_else_does_nothing(browser: Browser) -> None:
    reply = browser.post("/chat", **writing(browser), text="my words", more="x" * MAX_BYTES)
    assert reply.status_code == 413 and typed(reply.text) == "my words"
    assert "my words" not in browser.get("/chat").text


def test_other_bodies_keep_their_limit(front: Front) -> None:
    def send(path: str, kind: str) -> httpx.Response:
        return front.ask("POST", path, content=b"x" * 200_000, headers={"content-type": kind})

    assert send("/chat", "text/plain").status_code == 413
    assert send("/chat/api/messages", "application/x-www-form-urlencoded").status_code == 413
