"""The security headers, on every route and method, errors included; and pages, not JSON, for browsers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from casework.settings import Settings
from tests.web.conftest import Front, opened_front
from tests.web.return_by_hand import Browser, Sent
from web.app import create_app
from web.chat import limits

CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
EXPECTED = {
    "content-security-policy": CONTENT,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "x-robots-tag": "noindex",
}
METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def paths(front: Front) -> list[str]:
    """Every address of the front door, and some that are none."""
    app = create_app(front.services.settings)
    found = {route.path.replace("{name}", "page.css") for route in _routes(app.routes)}
    return sorted(found) + ["/no-such-page", "/static/no-such-file", "/chat/api/no-such-thing", "/%00", "/.env"]


def _routes(given: Any) -> Iterator[Any]:
    for route in given:
        if hasattr(route, "path"):
            yield route
        else:
            yield from _routes(getattr(route, "routes", None) or route.original_router.routes)


def test_every_route_and_method_has_every_header(front: Front) -> None:
    seen: dict[int, int] = {}
    for path in paths(front):
        for method in METHODS:
            answer = front.ask(method, path, headers=BROWSER)
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            kept = "public, max-age=3600" if path == "/static/page.css" and answer.status_code == 200 else "no-store"
            given = {name: answer.headers.get(name) for name in (*EXPECTED, "cache-control")}
            assert given == {**EXPECTED, "cache-control": kept}, (method, path, answer.status_code)
            assert answer.status_code < 500 or path == "/readyz"
            assert answer.content == b"" or method != "HEAD", path
    # The walk met what it says: pages, ways on, refusals of every kind.
    assert {200, 303, 404, 405} <= set(seen)


def test_a_method_that_an_address_lacks_is_told_all_those_it_has(front: Front) -> None:
    """RFC 9110, 15.5.6, also where the methods of an address are routes of their own."""
    app = create_app(front.services.settings)
    has: dict[str, set[str]] = {}
    for route in _routes(app.routes):
        has.setdefault(route.path.replace("{name}", "page.css"), set()).update(route.methods)
    assert has["/start"] == has["/return"] == has["/leave"] == {"GET", "HEAD", "POST"}
    for path, methods in has.items():
        for method in (*METHODS, "QUERY"):
            if method in methods:
                continue
            answer = front.ask(method, path, headers=BROWSER)
            told = answer.headers.get("allow", "").split(", ")
            assert (answer.status_code, told) == (405, sorted(methods)), (method, path)


# What a HEAD leaves out beside the body: a browser would act on them.
ACTED_ON = {"set-cookie", "clear-site-data"}


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("who", ["a stranger", "in a chat", "back with a code"])
def test_head_says_what_get_says_and_changes_nothing(front: Front, browser: Browser, sent: Sent, who: str) -> None:
    if who == "in a chat":
        browser.post("/start")
    elif who == "back with a code":
        browser.open(sent.code)
        sent.answer("Would Tuesday suit you?")
    held = dict(browser.cookies)
    asked = sorted(paths(front), key=lambda path: path in ("/leave", "/close"))
    heads = {path: front.ask("HEAD", path, headers=browser._headers()) for path in asked}
    front.client.cookies.clear()
    for path, head in heads.items():
        browser.cookies = dict(held)
        whole = browser.get(path)
        told = [(name, value) for name, value in whole.headers.multi_items() if name not in ACTED_ON]
        assert (head.status_code, head.headers.multi_items()) == (whole.status_code, told), path
        assert head.content == b"" and not ACTED_ON & set(head.headers), path
        # Who asks for the headers has read nothing.
        assert "New." in whole.text or (who, path) != ("back with a code", "/return")


@pytest.mark.parametrize("path", ["/chat", "/start", "/return", "/no-such-page", "/chat/api/messages"])
def test_refusals_in_the_middle_of_a_body_have_the_headers(front: Front, path: str) -> None:
    answer = front.ask("POST", path, content=b"x" * 300_000, headers=BROWSER)
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED
    assert answer.status_code in (303, 404, 413)


def test_a_fault_inside_has_the_headers(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr("web.chat.pages.chat_view", broken)
    front.ask("POST", "/start")
    answer = front.ask("GET", "/chat", headers=BROWSER)
    assert answer.status_code == 503 and 'href="tel:999"' in answer.text and "canary" not in answer.text
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED


@pytest.fixture
def strict(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    """A front door where one chat a minute is enough."""
    monkeypatch.setitem(limits.LIMITS, "sessions of an address", "1/minute")
    yield from opened_front(settings.model_copy(update={"rate_limit": True}))


def test_too_many_requests_have_the_headers_and_the_numbers(strict: Front) -> None:
    assert strict.ask("POST", "/start", headers=BROWSER).status_code == 303
    strict.client.cookies.clear()
    for path, more in (("/start", {}), ("/chat/api/sessions", {"json": {}})):
        answer = strict.ask("POST", path, headers=BROWSER, **more)
        assert answer.status_code == 429 and 1 <= int(answer.headers["retry-after"]) <= 60
        given = {name: answer.headers.get(name) for name in (*EXPECTED, "cache-control")}
        assert given == {**EXPECTED, "cache-control": "no-store"} and "999" in answer.text, path


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/no-such-page", b"", 404),
        ("GET", "/static/no-such-file", b"", 404),
        ("PUT", "/ways", b"", 405),
        ("POST", "/chat", b"text=" + b"x" * 300_000, 413),
        ("POST", "/return", b"code=" + b"1" * 300_000, 413),
    ],
)
def test_a_browser_gets_a_page_for_every_refusal(
    front: Front, method: str, path: str, body: bytes, status: int
) -> None:
    answer = front.ask(method, path, content=body, headers=BROWSER)
    assert answer.status_code == status and answer.headers["content-type"].startswith("text/html")
    assert 'href="tel:999"' in answer.text and 'href="/leave"' in answer.text
    assert status != 405 or set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert front.ask(method, path, content=body).headers["content-type"] == "application/json"


@pytest.fixture
def embedded(settings: Settings) -> Iterator[Front]:
    origins = ("https://www.example.org", "https://homes.example.org:8443")
    yield from opened_front(settings.model_copy(update={"embed_origins": origins, "embed_page": False}))


@pytest.fixture
def shown(settings: Settings) -> Iterator[Front]:
    yield from opened_front(settings.model_copy(update={"embed_page": True}))


def test_only_the_named_origins_may_frame_the_pages(embedded: Front) -> None:
    answer = embedded.ask("GET", "/", headers=BROWSER)
    assert (
        "frame-ancestors https://www.example.org https://homes.example.org:8443;"
        in answer.headers["content-security-policy"]
    )
    # The older header could only forbid them all.
    assert "x-frame-options" not in answer.headers


def test_other_sites_get_the_launcher_and_nothing_else(front: Front) -> None:
    launcher = front.ask("GET", "/static/launcher.js")
    assert launcher.headers["cross-origin-resource-policy"] == "cross-origin"
    assert launcher.headers["content-type"].startswith("text/javascript")
    assert front.ask("GET", "/static/page.js").headers["cross-origin-resource-policy"] == "same-origin"


def test_the_page_that_shows_the_launcher_is_there_only_where_it_is_asked_for(front: Front) -> None:
    assert front.ask("GET", "/embedding", headers=BROWSER).status_code == 404


def test_the_page_that_shows_the_launcher(shown: Front) -> None:
    answer = shown.ask("GET", "/embedding", headers=BROWSER)
    assert answer.status_code == 200 and "/static/launcher.js" in answer.text
    assert "frame-src 'self'; frame-ancestors 'self'" in answer.headers["content-security-policy"]
