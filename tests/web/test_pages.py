"""The reporter's pages, in-process, on turns made by hand."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from casework.questions.wording import card
from tests.web.pages_by_hand import PAUSED, RECEIPT, TOKEN, Service, emergency, turn
from web.chat import pages
from web.chat.errors import ChatError, error
from web.chat.page_forms import Form, bodies, next_id
from web.chat.page_links import with_links
from web.headers import SecurityHeaders

FORBIDDEN = re.compile(r"hate|crime|abuse|asb|report", re.I)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def client(service: Service) -> TestClient:
    app = FastAPI(middleware=[Middleware(SecurityHeaders)])
    app.include_router(pages.router(service))  # type: ignore[arg-type]
    return TestClient(app, base_url="http://testserver", follow_redirects=False)


@pytest.fixture
def chatting(client: TestClient) -> TestClient:
    assert client.post("/start").status_code == 303
    return client


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return unescape(found[1])


def title(html: str) -> str:
    return unescape(re.search(r"<title>(.*?)</title>", html, re.S)[1])  # type: ignore[index]


# --- every page ---


@pytest.mark.parametrize("path", ["/", "/return", "/ways", "/chat"])
def test_every_page_has_help_exit_and_neutral_names(client: TestClient, path: str) -> None:
    reply = client.get(path)
    html = reply.text
    footer = html[html.index("<footer") :]
    assert 'href="tel:999"' in footer and 'href="tel:101"' in footer and 'href="/ways"' in footer
    assert html.count('href="/leave"') >= 2
    assert not FORBIDDEN.search(title(html)) and not FORBIDDEN.search(path)
    assert reply.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/return", "/ways", "/chat"])
def test_no_inline_script_or_style(client: TestClient, path: str) -> None:
    html = client.get(path).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    assert re.findall(r"<script[^>]*>(.*?)</script>", html, re.S) == [""]


def test_titles_differ_from_page_to_page(chatting: TestClient) -> None:
    titles = [title(chatting.get(path).text) for path in ("/", "/return", "/ways", "/chat")]
    assert len(set(titles)) == 4


def test_start_sets_one_cookie_out_of_reach(client: TestClient) -> None:
    cookie = client.post("/start").headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert not FORBIDDEN.search(cookie)


def test_start_twice_goes_on_in_the_same_chat(chatting: TestClient, service: Service) -> None:
    service.problem = ChatError(503, "unavailable", "must not be asked")
    reply = chatting.post("/start")
    assert (reply.status_code, reply.headers["location"]) == (303, "/chat")


@pytest.mark.parametrize("path", ["/start", "/chat", "/return"])
def test_posts_of_other_sites_are_refused(chatting: TestClient, service: Service, path: str) -> None:
    assert chatting.post(path, headers={"sec-fetch-site": "cross-site"}, data={"text": "x"}).status_code == 403
    assert chatting.post(path, headers={"origin": "https://elsewhere.example"}, data={"text": "x"}).status_code == 403
    assert service.taken == []


def test_a_form_without_referrer_is_ours(chatting: TestClient) -> None:
    headers = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert chatting.post("/chat", headers=headers, data={"id": "a", "choice": "no"}).status_code == 303


# --- questions ---


def test_choice_is_a_group_of_radios_with_a_box_for_own_words(chatting: TestClient) -> None:
    html = chatting.get("/chat").text
    assert re.search(r"<legend[^>]*>Is anyone in danger right now\?</legend>", html)
    assert html.count('type="radio"') == 3
    assert 'name="text"' in html
    assert 'value="skip"' not in html
    for control in ("back", "pause", "person", "language", "leave"):
        assert f'name="do" value="{control}"' in html


def test_optional_choices_are_boxes_and_can_be_skipped(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", asks="motive"), "no"))
    html = chatting.get("/chat").text
    assert html.count('type="checkbox"') == 11
    assert 'value="skip"' in html


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"choice": "no"}, {"choice": "no"}),
        ({"choice": "no", "text": " and more "}, {"choice": "no", "note": " and more "}),
        ({"kind": "choices", "choices": ["race_ethnicity", "age"]}, {"choices": ["race_ethnicity", "age"]}),
        ({"kind": "choices", "choices": ["age"], "text": "my cane"}, {"choices": ["age"], "note": "my cane"}),
        ({"text": "line one\r\nline two"}, {"text": "line one\nline two"}),
        ({"do": "skip"}, {"choice": "skip"}),
        ({"do": "back", "text": "half a thought"}, {"choice": "back", "note": "half a thought"}),
        ({"do": "change:account"}, {"choice": "change:account"}),
        ({"text": "/restart"}, {"text": "/restart"}),
    ],
)
def test_forms_become_messages(
    chatting: TestClient, service: Service, fields: dict[str, Any], body: dict[str, Any]
) -> None:
    reply = chatting.post("/chat", data={"id": "m1", **fields})
    assert (reply.status_code, reply.headers["location"]) == (303, "/chat#new")
    assert service.taken == [{"id": "m1", **body}]


def test_an_answer_is_kept_before_a_pause() -> None:
    found = bodies(Form(id="m1", kind="text", text="It was loud", button="pause"))
    assert found == [{"id": "m1", "text": "It was loud"}, {"id": "m1-2", "choice": "pause"}]


def test_the_id_of_a_form_stays_the_same_until_it_is_answered(chatting: TestClient) -> None:
    first, again = (hidden(chatting.get("/chat").text, "id") for _ in range(2))
    assert first == again == next_id("start")
    chatting.post("/chat", data={"id": first, "choice": "no"})
    assert hidden(chatting.get("/chat").text, "id") == next_id(first)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", first)


def test_nothing_answered_is_said_kindly_in_place(chatting: TestClient, service: Service) -> None:
    reply = chatting.post("/chat", data={"id": "m1", "kind": "choice", "text": "  "})
    assert reply.status_code == 400
    assert service.taken == []
    assert title(reply.text).startswith("Error: ")
    assert (
        'id="fault"' in reply.text and 'aria-describedby="fault"' in reply.text and 'aria-invalid="true"' in reply.text
    )


def test_words_are_shown_as_words(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", "Thank you.", asks="account"), "<script>alert(1)</script>"))
    html = chatting.get("/chat").text
    assert "<script>alert" not in html and "&lt;script&gt;" in html


def test_history_names_who_speaks_and_keeps_old_questions(chatting: TestClient, service: Service) -> None:
    service.at(
        (turn("start.", "Hello.", asks="danger_now"), None),
        (turn("a", "Thank you.", asks="account"), "No"),
    )
    html = chatting.get("/chat").text
    log = html[html.index('role="log"') : html.index('id="answer"')]
    assert (
        log.index("Is anyone in danger right now?")
        < log.index(">You<")
        < log.index("Livv, automated", log.index(">You<"))
    )
    assert "What happened?" not in log


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("What number should we call?", "tel"),
        ("What is your email address?", "email"),
        ("What address should we write to?", "street-address"),
        ("What is the number, email or address?", "off"),
    ],
)
def test_contact_fields_can_be_filled_in_by_the_browser(
    chatting: TestClient, service: Service, text: str, token: str
) -> None:
    given = turn("a", asks="contact_value")
    given["question"]["text"] = text
    service.at((given, "Phone"))
    assert f'autocomplete="{token}"' in chatting.get("/chat").text.split('<input id="text"')[1].split(">")[0]


def test_date_is_typed_in_words(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", asks="happened_when"), "x"))
    html = chatting.get("/chat").text
    assert '<input id="text" name="text" type="text"' in html and "last Tuesday" in html


# --- review and receipt ---


def test_review_lists_everything_with_a_way_to_change_it(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", asks="review"), "x"))
    html = chatting.get("/chat").text
    assert 'name="do" value="change:account"' in html and 'name="do" value="change:where_postcode"' in html
    assert "Show what I wrote" in html and "second &lt;b&gt;line&lt;/b&gt;" in html
    for way in ("send", "more", "leave"):
        assert f'name="do" value="{way}"' in html


def test_receipt_shows_what_to_take_away(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", "Thank you.", receipt=RECEIPT, ended=True), "Send"))
    html = chatting.get("/chat").text
    for wanted in (
        "LV-2026-0001",
        "1234 5678 9012 3456",
        "Sam Example",
        "Tuesday 29 December",
        "other people may see it",
    ):
        assert wanted in html
    assert "You can add more here" in html
    assert not FORBIDDEN.search(title(html))


def test_paused_report_shows_its_code_alone(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", asks="account", receipt=PAUSED), "pause"))
    html = chatting.get("/chat").text
    assert "1234 5678 9012 3456" in html and "24 hours" in html and "LV-2026" not in html


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


# --- the way back and the way out


def test_leaving_ends_everything_and_opens_something_else(chatting: TestClient, service: Service) -> None:
    reply = chatting.get("/leave")
    assert reply.status_code == 303
    assert reply.headers["location"] == "https://www.bbc.co.uk/weather"
    assert reply.headers["clear-site-data"] == '"storage", "cache"'
    assert service.left == [TOKEN]
    assert not chatting.cookies
    assert "There is nothing here" in chatting.get("/chat").text


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
    assert service.left == [] and not chatting.cookies


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


def test_code_of_a_paused_report_opens_the_chat(client: TestClient, service: Service) -> None:
    service.opened = {"session": "t2", "case": None, "turn": turn("a", asks="account")}
    service.at((turn("a", asks="account"), "x"))
    reply = client.post("/return", data={"code": "1234 5678 9012 3456"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/chat")
    assert "What happened?" in client.get("/chat").text


def test_code_of_a_sent_report_shows_its_case(client: TestClient, service: Service) -> None:
    case = {
        "reference": "LV-2026-0001",
        "status": "Being looked at",
        "messages": [{"text": "Hello", "author": "advisor", "at": "2026-07-20T21:27:32+00:00"}],
    }
    service.opened = {"session": "t2", "case": case, "turn": None}
    reply = client.post("/return", data={"code": "1234567890123456"})
    assert reply.status_code == 200 and "LV-2026-0001" in reply.text and "Monday 20 July at 22:27" in reply.text


def test_wrong_code_is_said_in_place(client: TestClient, service: Service) -> None:
    service.problem = error("unknown_code")
    reply = client.post("/return", data={"code": "1111"})
    assert reply.status_code == 404 and 'id="fault"' in reply.text and 'value="1111"' in reply.text


# --- small things ---


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("If anyone is in danger, call 999.", ['href="tel:999"']),
        ("Flat 101, not a number", []),
        ("Samaritans: 0151 443 2600, day", ['href="tel:01514432600"']),
        ("Your code is 0234 5678 9012 3456", []),
        ("See https://example.org/help.", ['href="https://example.org/help"']),
        ("<b>call 101</b>", ['href="tel:101"']),
    ],
)
def test_numbers_and_addresses_become_links(text: str, links: list[str]) -> None:
    html = str(with_links(text))
    assert re.findall(r'href="[^"]*"', html) == links
    assert "<b>" not in html


def test_first_load_is_light(client: TestClient) -> None:
    import gzip

    html = client.get("/").text
    sizes = {"page": len(gzip.compress(html.encode()))}
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', html):
        reply = client.get(path, headers={"accept-encoding": "gzip"})
        assert reply.status_code == 200 and "immutable" in reply.headers["cache-control"]
        sizes[path] = int(reply.headers["content-length"])
    assert len(sizes) == 4
    assert sum(sizes.values()) < 60_000
    assert next(size for path, size in sizes.items() if ".js" in path) < 25_000


def test_exit_leads_only_to_a_safe_address(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    monkeypatch.setenv("REPORTING_EXIT_URL", "javascript:alert(1)")
    with pytest.raises(ValueError, match="REPORTING_EXIT_URL"):
        pages.router(service)  # type: ignore[arg-type]
