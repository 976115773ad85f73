"""The language of a request and of a session, and every page in a language that is not English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from casework.settings import Settings
from tests.plain_english import leftovers, of_page, of_turn
from tests.web.conftest import PLAIN, Front, opened_front
from tests.web.pages_by_hand import hidden
from tests.web.return_by_hand import NAMED, Browser, send
from web.chat.errors import MESSAGES

OFFERED = ("en-GB", "en-XA", "ar-XB")
ACCENTED = {"accept-language": "en-XA"}
ACCOUNT = str(PLAIN["account"]["text"])


@pytest.fixture
def tongues(settings: Settings) -> Iterator[Front]:
    """A front door that offers English and both pseudo-locales."""
    yield from opened_front(settings.model_copy(update={"languages": OFFERED, "landlord_phone": "0151 290 7000"}))


def begin(front: Front, body: dict[str, Any] | None = None, **headers: str) -> tuple[str, dict[str, Any], str]:
    """A session, its first turn, and the language it says it has."""
    answer = front.ask("POST", "/chat/api/sessions", json=body or {}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["session"], answer.json()["turn"], answer.headers.get("content-language", "")


def text_of(turn: dict[str, Any]) -> str:
    return str(turn["question"]["text"])


def test_with_english_alone_nothing_is_different(front: Front) -> None:
    session, turn, said = begin(front, {"language": "ar-XB"}, **{"accept-language": "en-XA"})
    assert said == "" and "~" not in session and text_of(turn) == "Is anyone in danger right now?"
    page = front.ask("GET", "/", headers=ACCENTED).text
    assert '<html lang="en-GB" dir="ltr">' in page and "/language" not in page and "data-texts" not in page


@pytest.mark.parametrize(
    ("body", "headers", "tag"),
    [
        ({}, {}, "en-GB"),
        ({"language": "en-XA"}, {}, "en-XA"),
        ({"language": "tlh"}, {"accept-language": "ar-XB"}, "en-GB"),
        ({}, {"accept-language": "de, en-XA;q=0.5"}, "en-XA"),
        ({"language": "ar-XB"}, {"accept-language": "en-XA"}, "ar-XB"),
    ],
)
def test_a_session_speaks_the_language_it_was_opened_in(
    tongues: Front, body: dict[str, Any], headers: dict[str, str], tag: str
) -> None:
    session, turn, said = begin(tongues, body, **headers)
    assert said == tag and session.endswith(f"~{tag}")
    # Every later request, whatever the program asks for then.
    bearer = {"Authorization": f"Bearer {session}", "accept-language": "pl"}
    again = tongues.ask("GET", "/chat/api/transcript", headers=bearer)
    assert again.json()["turns"][0]["messages"] == turn["messages"] and again.headers["content-language"] == tag


@pytest.mark.parametrize("language", ["", "x" * 36, "en_GB", "<b>", 7])
def test_a_language_that_is_none_is_refused(tongues: Front, language: object) -> None:
    answer = tongues.ask("POST", "/chat/api/sessions", json={"language": language})
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "malformed"


def test_a_language_that_is_not_offered_is_not_taken_from_a_token(tongues: Front) -> None:
    session, _, _ = begin(tongues)
    for tag in ("tlh", "../../x", "en-XA" * 40, "%00"):
        bearer = {"Authorization": f"Bearer {session.partition('~')[0]}~{tag}"}
        answer = tongues.ask("GET", "/chat/api/transcript", headers=bearer)
        assert answer.status_code == 200 and answer.headers["content-language"] == "en-GB"


def test_every_refusal_speaks_the_language(tongues: Front) -> None:
    answers = [
        tongues.ask("POST", "/chat/api/messages", json={"id": "a", "text": "x"}, headers=ACCENTED),
        tongues.ask("GET", "/chat/api/nothing", headers=ACCENTED),
        tongues.ask("DELETE", "/chat/api/messages", headers=ACCENTED),
        tongues.ask("POST", "/chat/api/sessions", content=b"{", headers=ACCENTED),
        tongues.ask("POST", "/chat/api/sessions", content=b"x" * 200_000, headers=ACCENTED),
        tongues.ask("POST", "/chat/api/receipts", json={"code": "1"}, headers=ACCENTED),
    ]
    shown = [answer.json()["error"]["message"] for answer in answers]
    assert {answer.json()["error"]["code"] for answer in answers} <= {*MESSAGES} and leftovers(shown) == []


@pytest.mark.parametrize("broken", ["assistant", "database"])
def test_danger_is_answered_in_the_language_whatever_is_broken(tongues: Front, broken: str) -> None:
    session, _, _ = begin(tongues, {"language": "en-XA"})
    tongues.assistant.mode = "down"
    if broken == "database":
        tongues.break_database()
    bearer = {"Authorization": f"Bearer {session}"}
    told = "he has a knife and he is at my door now"
    answer = tongues.ask("POST", "/chat/api/messages", json={"id": "d", "text": told}, headers=bearer)
    turn = answer.json()["turn"]
    assert answer.status_code == 200 and [m["kind"] for m in turn["messages"]] == ["emergency", "error"]
    assert "999" in turn["messages"][0]["text"] and leftovers(of_turn(turn)) == []
    plain = tongues.ask("POST", "/chat/api/messages", json={"id": "e", "text": "hello"}, headers=bearer)
    assert plain.status_code == 503 and leftovers([plain.json()["error"]["message"]]) == []


def test_the_page_takes_the_browsers_language_and_gives_another_on_request(tongues: Front) -> None:
    browser = Browser(tongues)
    first = tongues.ask("GET", "/", headers={"accept-language": "ar-XB"})
    assert '<html lang="ar-XB" dir="rtl">' in first.text
    chosen = browser.post("/language", language="en-XA")
    assert chosen.status_code == 303 and "?" not in chosen.headers["location"]
    assert '<html lang="en-XA" dir="ltr">' in browser.get("/").text
    browser.post("/start")
    page = browser.get("/chat").text
    assert '<html lang="en-XA"' in page and leftovers(of_page(page)) == []
    # One cookie holds it all; it is gone with the way out.
    assert list(browser.cookies) == ["messages"]
    browser.get("/leave")
    assert not any(browser.cookies.values()) and '<html lang="en-GB"' in browser.get("/").text


def test_a_choice_of_language_is_no_session(tongues: Front) -> None:
    browser = Browser(tongues)
    browser.post("/language", language="en-XA")
    assert 'data-session="no"' in browser.get("/").text
    assert browser.post("/language", language="tlh").status_code == 303
    assert '<html lang="en-XA"' in browser.get("/").text


@pytest.mark.parametrize("path", ["/", "/start", "/ways", "/safety", "/return", "/chat", "/nothing"])
def test_every_page_without_a_session_is_translated(tongues: Front, path: str) -> None:
    page = tongues.ask("GET", path, headers={**ACCENTED, "accept": "text/html"}).text
    assert leftovers(of_page(page)) == []


def test_the_scripts_texts_come_with_the_page(tongues: Front) -> None:
    page = tongues.ask("GET", "/", headers=ACCENTED).text
    texts = json.loads(unescape(re.search(r'data-texts="([^"]*)"', page)[1]))  # type: ignore[index]
    assert len(texts) > 12 and leftovers([re.sub(r"\{.*?\}", "", text) for text in texts.values()]) == []


@pytest.mark.usefixtures("no_waiting")
def test_every_page_behind_a_code_is_translated(tongues: Front) -> None:
    report = send(tongues)
    browser = Browser(tongues)
    browser.post("/language", language="en-XA")
    wrong = browser.post("/return", code="1")
    assert wrong.status_code == 400 and leftovers(of_page(wrong.text)) == []
    browser.post("/return", code=report.code)
    for path in ("/return", "/return/contact", "/return/end", "/return/code", "/return?done=sent"):
        assert leftovers(of_page(browser.get(path).text)) == [], path
    for path, given in (
        ("/return/write", {"text": "", "do": "message"}),
        ("/return/write", {"text": "x" * 4100, "do": "message"}),
        ("/return/contact", {"method": "email", "value": ""}),
        ("/return/contact", {"method": "email", "value": "nobody"}),
        ("/return/contact", {"method": "pigeon", "value": "roof"}),
        ("/return/write", {"text": "he has a knife and is here now", "do": "message"}),
    ):
        page = browser.post(path, id="f1", **given)
        assert leftovers(of_page(page.text), "he has a knife and is here now", "roof", "nobody") == [], path
    browser.post("/return/end", id="f2", do="end", text="")
    assert leftovers(of_page(browser.get("/return").text), "he has a knife and is here now") == []


def test_a_plain_english_word_would_be_found() -> None:
    page = '<p title="[\u0166]">LR-12AB-34CD sam@x.uk</p><textarea>mine</textarea><a aria-label="Exit">[\u00dd]</a>'
    assert leftovers(of_page(page)) == ["Exit"]
    assert leftovers(["[\u00dd\u00e9\u0161] No"]) and not leftovers(["[\u00dd\u00e9\u0161] mine"], "mine")


def given(name: str, **other: dict[str, Any]) -> dict[str, Any]:
    """The fields with which a form of the page answers this question."""
    body = other.get(name) or PLAIN.get(name, {"do": "skip"})
    return {name: value for name, value in body.items() if name != "note"}


@pytest.mark.parametrize("ends", ["send", "leave"])
def test_every_page_of_a_report_is_translated(tongues: Front, ends: str) -> None:
    browser = Browser(tongues)
    browser.post("/language", language="en-XA")
    browser.post("/start")
    typed = (ACCOUNT, "L36 9YT", "Canary Name", "canary@example.org", "Duty manager")
    seen = []
    for _ in range(40):
        page = browser.get("/chat").text
        assert leftovers(of_page(page), *typed) == []
        seen.append(hidden(page, "question"))
        form = {name: hidden(page, name) for name in ("id", "after", "question", "kind")}
        if seen[-1] == "review":
            break
        # Nothing chosen and nothing written: what is wrong stands beside the field.
        wrong = browser.post("/chat", **form)
        assert wrong.status_code == 400 and leftovers(of_page(wrong.text), *typed) == []
        browser.post("/chat", **form, **given(seen[-1], **NAMED))
    assert {"account", "motive", "contact_value", "contact_safety"} < set(seen) and seen[-1] == "review"
    if ends == "send":
        browser.post("/chat", **form, do="send")
        page = browser.get("/chat").text
        assert 'id="kept"' in page and leftovers(of_page(page), *typed) == []
        return
    browser.post("/chat", **form, do="leave")
    page = browser.get("/chat").text
    left = browser.post(
        "/chat", **{name: hidden(page, name) for name in ("id", "after", "question", "kind")}, choice="yes"
    )
    assert 'id="closed"' in left.text and leftovers(of_page(left.text), *typed) == []
