"""Every refusal is typed, and no request whatever gives a 500."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import Front

API = "/chat/api"
BAD_JSON = [
    b"{",
    b"null",
    b"[]",
    b"\xff",
    b'"x"',
    b"[" * 60_000,
    b"1" * 10_000,
    b'{"id":"a","text":"\\ud800"}',
]
WRONG = [
    {"id": "a"},
    {"text": "hello"},
    {"id": "a b", "text": "hello"},
    {"id": "x" * 65, "text": "hello"},
    {"id": 1, "text": "hello"},
    {"id": "a", "text": 1},
    {"id": "a", "text": ""},
    {"id": "a", "text": " \n "},
    {"id": "a", "text": "x\0"},
    {"id": "a", "text": "hello", "choice": "no"},
    {"id": "a", "text": "hello", "choices": ["no"]},
    {"id": "a", "choice": "no", "choices": ["no"]},
    {"id": "a", "choice": ["no"]},
    {"id": "a", "choices": "no"},
    {"id": "a", "choices": []},
    {"id": "a", "text": "hello", "sender": "x"},
    {"id": "a", "text": {"$gt": ""}},
]
NOT_OFFERED = [
    {"choice": "maybe"},
    {"choice": ""},
    {"choice": "YES"},
    {"choice": "self"},
    {"choice": "send"},
    {"choice": "change:account"},
    {"choice": "change:"},
    {"choice": "/restart"},
    {"choice": "x" * 3_000},
    {"choices": ["yes", "no"]},
    {"choices": ["no", "skip"]},
    {"choices": ["skip", "back"]},
]


def typed(answer: Any, status: int, code: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message"}
    assert body["error"]["message"]
    if code:
        assert body["error"]["code"] == code
    return body


@pytest.mark.parametrize("raw", BAD_JSON, ids=range(len(BAD_JSON)))
@pytest.mark.parametrize("path", ["/messages", "/receipts", "/sessions"])
def test_what_is_no_json_object_is_malformed(front: Front, path: str, raw: bytes) -> None:
    headers = front.chat().bearer if path == "/messages" else {}
    typed(front.ask("POST", API + path, content=raw, headers=headers), 400)


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
def test_a_message_of_the_wrong_shape_is_refused(front: Front, body: dict[str, Any]) -> None:
    chat = front.chat()
    raw = json.dumps(body).encode()
    typed(front.ask("POST", f"{API}/messages", content=raw, headers=chat.bearer), 400)
    assert front.assistant.seen == []


@pytest.mark.parametrize("body", NOT_OFFERED, ids=range(len(NOT_OFFERED)))
def test_an_option_that_was_not_offered_is_refused(front: Front, body: dict[str, Any]) -> None:
    typed(front.chat().post(**body), 409, "not_offered")
    assert front.assistant.seen == []


def test_a_question_that_must_be_answered_is_not_skipped(front: Front) -> None:
    chat = front.chat()
    typed(chat.post(choice="skip"), 409, "must_answer")
    typed(chat.post(choices=["skip"]), 409, "must_answer")
    assert chat.turn(choice="no")["question"]["name"] == "safe_to_chat"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/chat/api", 404),
        ("GET", "/chat/api/", 404),
        ("GET", "/chat/api/nothing", 404),
        ("POST", "/chat/api/sessions/", 404),
        ("GET", "/chat/api/%00", 404),
        ("GET", "/chat/api/../../etc/passwd", 404),
        ("GET", "/chat/api/sessions", 405),
        ("PUT", "/chat/api/messages", 405),
        ("DELETE", "/chat/api/messages", 405),
        ("OPTIONS", "/chat/api/messages", 405),
        ("POST", "/chat/api/transcript", 405),
        ("GET", "/chat/api/leave", 405),
        ("TRACE", "/chat/api/leave", 405),
        ("QUERY", "/chat/api/leave", 405),
    ],
)
def test_an_unknown_address_or_method_is_typed_too(front: Front, method: str, path: str, status: int) -> None:
    typed(front.ask(method, path), status)


@pytest.mark.parametrize("token", [None, "", "x", "A" * 86, "\x7f", "a b"])
@pytest.mark.parametrize(("method", "path"), [("POST", "messages"), ("GET", "transcript"), ("POST", "leave")])
def test_without_a_session_there_is_nothing(front: Front, method: str, path: str, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    body = {"json": {"id": "a", "text": "hello"}} if path == "messages" else {}
    typed(front.ask(method, f"{API}/{path}", headers=headers, **body), 401, "no_session")


def test_a_message_too_long_is_refused_and_nothing_given_is_lost(front: Front) -> None:
    chat = front.chat()
    chat.until("account")
    typed(chat.post(text="a" * 4_001), 413, "too_long")
    for letter in "xy":
        assert chat.turn(text=f"{letter * 9} " * 400)["question"]["name"] == "account_more"
    typed(chat.post(text="zzz " * 600), 413, "account_too_long")
    typed(chat.post(text="z" * 2_400), 413, "account_too_long")
    summary = {line["name"]: line["value"] for line in chat.until("review")["summary"]}
    assert summary["account"].count("x" * 9) == 400 and summary["account"].count("y" * 9) == 400
    assert "z" not in summary["account"]


@pytest.mark.parametrize("size", [200_000, 2_000_000])
@pytest.mark.parametrize("declared", [True, False])
def test_a_body_is_capped_before_it_is_read(front: Front, size: int, declared: bool) -> None:
    async def parts() -> Any:
        for _ in range(size // 1_000):
            yield b"x" * 1_000

    content: Any = b"x" * size if declared else parts()
    answer = front.ask("POST", f"{API}/messages", content=content, headers=front.chat().bearer)
    typed(answer, 413, "too_large")


@pytest.mark.parametrize("code", ["", "1234", "1234 5678 9012 345x", "x" * 100_000])
def test_what_is_no_receipt_code_is_refused(front: Front, code: str) -> None:
    typed(front.ask("POST", f"{API}/receipts", json={"code": code}), 400)


def test_an_unknown_receipt_code_opens_nothing(front: Front) -> None:
    typed(front.ask("POST", f"{API}/receipts", json={"code": "1234 5678 9012 3456"}), 404, "unknown_code")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "DELETE", "PATCH"]),
    path=st.sampled_from(["sessions", "messages", "transcript", "leave", "receipts", "openapi.json"])
    | st.text(st.characters(codec="utf-8"), max_size=8),
    raw=st.binary(max_size=60) | st.text(max_size=40).map(lambda t: json.dumps({"id": "a", "text": t}).encode()),
    token=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=90),
)
def test_no_random_request_gives_a_500(front: Front, method: str, path: str, raw: bytes, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".strip()}
    answer = front.ask(method, f"{API}/{quote(path)}", content=raw, headers=headers)
    assert answer.status_code < 500
    if answer.status_code >= 400 and method != "HEAD":
        typed(answer, answer.status_code)


def test_a_fault_inside_is_a_503_with_the_numbers(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("canary words")

    monkeypatch.setattr("web.chat.record.transcript", broken)
    chat = front.chat()
    body = typed(chat.transcript(), 503, "unavailable")
    assert "999" in body["error"]["message"] and "canary" not in json.dumps(body)


def test_a_browser_gets_a_page_for_what_is_not_there(front: Front) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml"}
    answer = front.ask("GET", "/no-such-page", headers=browser)
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")
    typed(front.ask("GET", "/chat/api/no-such-thing", headers=browser), 404)
    typed(front.ask("GET", "/no-such-page"), 404)
