"""What is on its way while somebody leaves or goes to another page: it must not undo the one or hinder the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.by_hand import asked, begin, soon
from tests.browser.conftest import Door, open_door
from tests.browser.seeing import OUT, Open, assert_accessible
from tests.web.pages_by_hand import CASE, TOKEN, Service
from web.chat import page_exit

pytestmark = pytest.mark.browser

SLOW = 1.0


def slowly(handler: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same, answered late: by then the way out was answered."""

    async def late(*given: Any, **more: Any) -> Any:
        done = await handler(*given, **more)
        await asyncio.sleep(SLOW)
        return done

    return late


@pytest.fixture
def slow_door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Pages whose signs of life are answered late; tests make other answers slow."""
    monkeypatch.setattr(page_exit.ExitRoutes, "presence", slowly(page_exit.ExitRoutes.presence))
    yield from open_door()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose cookie was given ten minutes, each time."""
    told: list[str] = []
    briefly = page_exit.remember_briefly

    def remember_briefly(request: Any, response: Any, token: str) -> None:
        told.append(token)
        briefly(request, response, token)

    monkeypatch.setattr(page_exit, "remember_briefly", remember_briefly)
    return told


def nothing_comes_back(page: Page) -> None:
    """Neither the cookie nor a page of ours, once all that was on its way has arrived."""
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    assert soon(page, lambda: page.context.cookies() == [])
    page.wait_for_timeout(int(SLOW * 1000) + 500)
    assert page.context.cookies() == []
    # Not even asked for: in a page that is about to be another nothing can be looked up.
    assert not any(url.endswith(("/chat", "/start")) for url in asked_for)


def hold_the_weather(page: Page) -> None:
    """The neutral page takes its time: until it is there ours takes in what comes."""
    page.unroute(f"{OUT}**")
    page.route(f"{OUT}**", lambda route: None)


@pytest.mark.parametrize("what", ["answer", "sign of life", "start"])
def test_nothing_that_was_on_its_way_brings_the_chat_back(
    opened: Open, slow_door: Door, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    address, service = slow_door
    page = opened("/start", base=address)
    hold_the_weather(page)
    if what == "start":
        monkeypatch.setattr(service, "start", slowly(service.start))
        with page.expect_request("**/start"):
            page.get_by_role("button", name="Start", exact=True).click()
    else:
        page.get_by_role("button", name="Start", exact=True).click()
        asked(page, "danger")
    if what == "answer":
        page.wait_for_timeout(int(SLOW * 1000) + 500)
        monkeypatch.setattr(service, "message", slowly(service.message))
        page.locator("#text").fill("my secret words")
        with page.expect_request("**/chat"):
            page.get_by_role("button", name="Continue", exact=True).click()
    # A press from inside the page: Playwright's own would wait for the neutral page.
    page.evaluate("document.querySelector('a.exit').click()")
    nothing_comes_back(page)
    assert what == "start" or service.left == [TOKEN]


def test_on_the_way_to_another_page_nobody_is_away(opened: Open, service: Service, away: list[str]) -> None:
    page = opened()
    begin(page)
    page.get_by_role("link", name="Other ways to reach us").click()
    page.wait_for_url("**/ways")
    page.go_back()
    asked(page, "danger")
    # Coming back with the browser's own button is said, and mended by the page itself (below).
    away.clear()
    page.route("**/chat", lambda route: route.fulfill(status=502, body="proxy"), times=1)
    # Posted as a plain form after the script's attempt.
    page.locator("#text").fill("No, nobody is")
    page.get_by_role("button", name="Continue", exact=True).click()
    asked(page, "Who are you")
    page.wait_for_load_state("networkidle")
    assert away == []
    assert page.context.cookies()[0]["expires"] == -1


def test_the_way_to_another_website_is_away(opened: Open, service: Service, away: list[str]) -> None:
    page = opened()
    begin(page)
    page.goto(OUT)
    # Being out of sight and being closed may both be said.
    assert soon(page, lambda: bool(away)) and set(away) == {TOKEN}


@pytest.mark.parametrize("path", ["/ways", "/chat"])
def test_a_late_word_of_being_away_is_mended(opened: Open, service: Service, path: str) -> None:
    page = opened()
    page.clock.install()
    begin(page)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    # As that word leaves the cookie.
    held = page.context.cookies()[0]
    page.context.add_cookies([{**held, "expires": page.evaluate("Date.now()") / 1000 + 600}])  # type: ignore[typeddict-item]
    assert page.context.cookies()[0]["expires"] > 0
    page.clock.run_for(4000)
    assert soon(page, lambda: page.context.cookies()[0]["expires"] == -1)
    expect(page.locator("main")).to_be_visible()


def at_the_case(opened: Open, service: Service, path: str = "/return") -> Page:
    page = opened("/return")
    service.opened = {"session": TOKEN, "case": CASE, "turn": None, "turns": []}
    page.get_by_label("Your code").fill("1234 5678 9012 3456")
    page.get_by_role("button", name="Continue").click()
    page.locator("#log").wait_for()
    page.goto(path)
    return page


def test_without_a_network_a_message_to_the_advisor_stays(opened: Open, service: Service) -> None:
    page = at_the_case(opened, service)
    page.context.set_offline(True)
    page.locator("#text").fill("It was on Tuesday.")
    page.get_by_role("button", name="Send to your advisor").click()
    expect(page.get_by_role("heading", name="We could not send that")).to_be_focused()
    assert page.locator("#text").input_value() == "It was on Tuesday."
    expect(page.locator("#unsent")).to_contain_text("999")
    page.context.set_offline(False)
    assert_accessible(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#done")).to_contain_text("Your advisor will see this")
    assert service.written == ["It was on Tuesday."]


def test_two_presses_for_a_new_code_make_one(opened: Open, service: Service) -> None:
    page = at_the_case(opened, service, "/return/code")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.url.endswith("/return/code") else None)
    page.get_by_role("button", name="Show my new code").dblclick()
    expect(page.locator(".code")).to_be_visible()
    assert len(posts) == 1
