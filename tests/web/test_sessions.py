"""Sessions: checked without the database, impossible to forge, and the cookie only from our own pages."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from starlette.requests import Request

from casework.privacy import Keys
from web.chat import sessions as sessions_of_pages
from web.chat.errors import ChatError
from web.chat.sessions import COOKIE, Sessions, token_of

DRAFT = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Sessions:
    return Sessions(Keys.load(tmp_path_factory.mktemp("home"), create=True))


def test_a_token_is_known_again_by_any_process_with_the_keys(tmp_path: Path) -> None:
    keys = Keys.load(tmp_path, create=True)
    token, session = Sessions(keys).mint(DRAFT)
    assert Sessions(Keys.load(tmp_path)).read(token) == session
    assert session.draft_id == DRAFT
    assert session.mac.hex() not in token and session.mac not in base64.urlsafe_b64decode(token + "==")


def test_two_tokens_of_a_draft_differ_and_the_database_can_tell_them_apart(sessions: Sessions) -> None:
    (one, first), (two, second) = sessions.mint(DRAFT), sessions.mint(DRAFT)
    assert one != two and first.mac != second.mac


def test_no_changed_token_is_known(sessions: Sessions) -> None:
    token, _ = sessions.mint(DRAFT)
    for place in range(len(token)):
        changed = token[:place] + ("B" if token[place] == "A" else "A") + token[place + 1 :]
        if base64.urlsafe_b64decode(changed + "==") == base64.urlsafe_b64decode(token + "=="):
            continue
        with pytest.raises(ChatError):
            sessions.read(changed)


@pytest.mark.parametrize(
    "token", [None, "", "x", "A" * 86, "A" * 85 + "é", "A" * 10_000, "=" * 86, "\0" * 86, "/" * 86]
)
def test_what_was_not_minted_here_is_no_session(sessions: Sessions, token: str | None) -> None:
    with pytest.raises(ChatError) as refused:
        sessions.read(token)
    assert refused.value.status == 401


def test_another_installation_does_not_know_the_token(sessions: Sessions, tmp_path: Path) -> None:
    with pytest.raises(ChatError):
        Sessions(Keys.load(tmp_path, create=True)).read(sessions.mint(DRAFT)[0])


@pytest.mark.parametrize(("minutes", "token"), [(0, "abc"), (31, "abc"), (33, None), (60 * 24, None)])
def test_a_cookie_that_was_not_used_for_half_an_hour_shows_nothing(
    minutes: int, token: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_of_pages, "_now", lambda: 1_000_000 + minutes * 60)
    cookie, ours = f"{COOKIE}=abc.{1_000_000:x}", {"sec_fetch_site": "same-origin"}
    assert token_of(request("GET", cookie=cookie, **ours)) == token
    # What is written is never too late.
    assert token_of(request("POST", cookie=cookie, **ours)) == "abc"


def request(method: str, **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "query_string": b"", "headers": named})


def test_the_bearer_header_wins_and_needs_no_origin() -> None:
    assert token_of(request("POST", authorization="Bearer abc", cookie=f"{COOKIE}=def")) == "abc"
    assert token_of(request("POST", authorization="bearer  abc ")) == "abc"
    assert token_of(request("POST", authorization="Basic abc")) is None
    assert token_of(request("POST", authorization="Bearer abc", origin="https://elsewhere.example")) == "abc"


CASES = [
    ("POST", {"origin": "http://ours.example:8080"}, True),
    ("POST", {"origin": "https://OURS.example:8080"}, True),
    ("POST", {"origin": "http://ours.example:8080", "sec_fetch_site": "same-origin"}, True),
    ("POST", {"origin": "null", "sec_fetch_site": "same-origin"}, True),
    ("POST", {"sec_fetch_site": "same-origin"}, True),
    ("POST", {"origin": "https://elsewhere.example"}, False),
    ("POST", {"origin": "https://elsewhere.example", "sec_fetch_site": "same-origin"}, False),
    ("POST", {"origin": "http://ours.example:8080.elsewhere.example"}, False),
    ("POST", {"origin": "http://ours.example:8080", "sec_fetch_site": "cross-site"}, False),
    ("POST", {"origin": "null"}, False),
    ("POST", {"origin": "null", "sec_fetch_site": "cross-site"}, False),
    ("POST", {"origin": "http://[", "sec_fetch_site": "same-origin"}, False),
    ("POST", {"sec_fetch_site": "same-site"}, False),
    ("POST", {"sec_fetch_site": "none"}, False),
    ("POST", {}, False),
    ("GET", {}, True),
    ("GET", {"sec_fetch_site": "none"}, True),
    ("GET", {"sec_fetch_site": "cross-site"}, False),
]


@pytest.mark.parametrize(("method", "headers", "taken"), CASES)
def test_the_cookie_counts_only_from_our_own_pages(method: str, headers: dict[str, str], taken: bool) -> None:
    carried = request(method, host="ours.example:8080", cookie=f"{COOKIE}=abc", **headers)
    if taken:
        assert token_of(carried) == "abc"
        return
    with pytest.raises(ChatError) as refused:
        token_of(carried)
    assert refused.value.status == 403
