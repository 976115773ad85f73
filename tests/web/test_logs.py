"""Logs and headers: nothing of anybody in the first, everything in the second."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from tests.web.conftest import Front
from web.headers import HEADERS
from web.logs import ALLOWED, LibraryLines, fault_of, log

CANARY = "canary-Zygmunt-07700900123"


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    return capsys


def test_a_request_leaves_one_line_without_words_ids_or_addresses(
    front: Front, lines: pytest.CaptureFixture[str]
) -> None:
    chat = front.chat()
    chat.turn(text=f"{CANARY} has a knife")
    front.assistant.mode = "down"
    chat.post(text=CANARY)
    chat.post(id=CANARY * 9, text=CANARY)
    front.ask("GET", f"/chat/api/{CANARY}?{CANARY}", headers={"User-Agent": CANARY, "X-Forwarded-For": CANARY})
    front.ask("GET", "/chat/api/transcript", headers={"Authorization": f"Bearer {CANARY}"})
    front.ask("POST", "/chat/api/receipts", json={"code": CANARY})
    front.break_database()
    chat.post(text=CANARY)
    written = lines.readouterr().err
    logged = [json.loads(line) for line in written.splitlines()]
    assert sum(line["event"] == "request" for line in logged) == 8
    assert all(set(line) <= ALLOWED for line in logged)
    assert CANARY not in written and chat.session not in written and "127.0.0.1" not in written
    assert {line["route"] for line in logged if line["event"] == "request"} >= {"/chat/api/messages", "none"}


def test_what_is_not_allow_listed_is_dropped(lines: pytest.CaptureFixture[str]) -> None:
    log().warning("kept", text=CANARY, user=CANARY, reason={"words": CANARY}, status=200)
    written = lines.readouterr().err
    assert CANARY not in written
    assert json.loads(written)["status"] == 200


def test_a_fault_is_its_kind_and_place_only() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        fault = fault_of(error)
    assert fault["error"] == "ValueError" and CANARY not in str(fault)


def test_what_libraries_log_loses_what_was_filled_in() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        info = sys.exc_info()
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "x.py", 1, "failed for %s", (CANARY,), info)
    assert CANARY not in LibraryLines().format(record)
    whole = logging.LogRecord("uvicorn.error", logging.ERROR, "x.py", 1, f"failed for {CANARY}", (), None)
    assert CANARY not in LibraryLines().format(whole)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/chat/api/openapi.json"),
        ("POST", "/chat/api/sessions"),
        ("GET", "/chat/api/transcript"),
        ("GET", "/chat/api/nothing"),
        ("PUT", "/chat/api/messages"),
    ],
)
def test_every_answer_carries_the_security_headers(front: Front, method: str, path: str) -> None:
    answer = front.ask(method, path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


def test_health_names_every_part(front: Front) -> None:
    assert front.ask("GET", "/healthz").json() == {"status": "alive"}
    ready = front.ask("GET", "/readyz")
    parts = {"database": "ok", "migrations": "ok", "model": "ok", "action_server": "ok"}
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "parts": parts})
    front.assistant.mode = "down"
    front.break_database()
    ready = front.ask("GET", "/readyz")
    assert (ready.status_code, ready.json()) == (
        503,
        {"status": "not ready", "parts": dict.fromkeys(parts, "down")},
    )
    assert front.ask("GET", "/healthz").status_code == 200
