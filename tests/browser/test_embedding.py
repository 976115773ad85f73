"""The launcher on the landlord's website: a website of its own, at an address of its own, and the real pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.by_hand import answer, asked, begin, soon
from tests.browser.conftest import Door, open_door
from tests.browser.seeing import NOTHING, OUT, Open, assert_accessible, overflow, stored
from tests.web.pages_by_hand import TOKEN

pytestmark = pytest.mark.browser

SITE = """<!doctype html><html lang="en"><title>Elm Homes</title><h1>Elm Homes</h1><p>Our website.</p>
<main><script src="{door}/static/launcher.js" {more} defer></script></main></html>"""


class Website:
    """A website that is not ours, with a policy as strict as one can be that uses the launcher."""

    def __init__(self) -> None:
        self.html, self.door = "", ""
        website = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = website.html.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header(
                    "Content-Security-Policy",
                    f"default-src 'none'; script-src {website.door}; frame-src {website.door}; style-src 'none'",
                )
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def uses(self, door: str, more: str = "") -> None:
        self.door, self.html = door, SITE.format(door=door, more=more)


@pytest.fixture(scope="module")
def website() -> Iterator[Website]:
    site = Website()
    yield site
    site.server.shutdown()


@pytest.fixture(scope="module")
def framing(website: Website) -> Iterator[Door]:
    """A front door whose settings name the website."""
    yield from open_door(embed_origins=(website.origin,))


def visit(opened: Open, website: Website, door: str) -> Page:
    page = opened("/", base=website.origin, also=door)
    expect(page.get_by_role("link", name="Tell us what happened")).to_be_visible()
    return page


def test_the_launcher_opens_a_new_tab_and_sends_nothing_along(opened: Open, website: Website, door: Door) -> None:
    address, _ = door
    website.uses(address)
    page = visit(opened, website, address)
    assert_accessible(page)
    with page.expect_popup() as popup:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    chat = popup.value
    chat.wait_for_load_state()
    assert chat.url == f"{address}/"
    assert chat.evaluate("[document.referrer, window.opener]") == ["", None]
    assert stored(page) == NOTHING


def test_a_website_that_is_not_named_gets_no_frame(opened: Open, website: Website, door: Door) -> None:
    address, _ = door
    website.uses(address, "data-frame")
    page = opened("/", base=website.origin, also=address, refused=True)
    page.get_by_role("link", name="Tell us what happened").click()
    # Beside the browser's own words there is a way on.
    way_on = page.get_by_role("dialog").get_by_role("link", name="(opens in a new tab)")
    with page.expect_popup() as popup:
        way_on.click()
    expect(popup.value.get_by_role("heading", level=1)).to_contain_text("Before you start")
    assert popup.value.evaluate("[document.referrer, window.opener]") == ["", None]
    assert [frame.url for frame in page.frames if frame.url.startswith(address)] == []


def test_a_named_website_shows_the_chat_in_a_frame_and_exit_takes_the_whole_window(
    opened: Open, website: Website, framing: Door
) -> None:
    address, service = framing
    website.uses(address, "data-frame")
    page = visit(opened, website, address)
    page.get_by_role("link", name="Tell us what happened").click()
    frame = page.frame_locator("iframe")
    begin(frame)
    inside = next(each for each in page.frames if each.url.endswith("/chat"))
    answer(inside, "No")  # type: ignore[arg-type]
    asked(inside, "Who are you")  # type: ignore[arg-type]
    frame.locator("a.exit").click()
    page.wait_for_url(f"{OUT}**")
    assert soon(page, lambda: service.left == [TOKEN] and page.context.cookies() == [])


def test_closing_the_frame_gives_the_focus_back(opened: Open, website: Website, framing: Door) -> None:
    address, _ = framing
    website.uses(address, "data-frame data-corner")
    page = visit(opened, website, address)
    link = page.get_by_role("link", name="Tell us what happened")
    link.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    close, frame = page.get_by_role("button", name="Close"), page.locator("iframe")
    expect(close).to_be_focused()
    # Nothing of the chat lies under the button, on the smallest phone too.
    for size in ({"width": 320, "height": 568}, {"width": 1100, "height": 700}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        inside, button = frame.bounding_box(), close.bounding_box()
        assert inside and button and inside["y"] == 0 and inside["height"] > size["height"] * 0.8
        assert inside["y"] + inside["height"] <= button["y"] and button["y"] + button["height"] <= size["height"]
        assert overflow(page) == 0
    close.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(link).to_be_focused()


def test_escape_puts_the_chat_away_as_close_does_and_no_word_is_lost(
    opened: Open, website: Website, framing: Door
) -> None:
    address, service = framing
    service.clear()
    website.uses(address, "data-frame")
    page = visit(opened, website, address)
    page.clock.install()
    link, dialog = page.get_by_role("link", name="Tell us what happened"), page.get_by_role("dialog")
    link.click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Continue", exact=True).press("Escape")
    expect(dialog).to_have_count(0)
    link.click()
    begin(frame)
    for put_away in (
        lambda: frame.locator("#text").press("Escape"),
        lambda: page.get_by_role("button", name="Close").click(),
        lambda: page.get_by_role("button", name="Close").press("Escape"),
    ):
        frame.locator("#text").fill("half a thought")
        put_away()
        expect(dialog).to_have_count(0)
        expect(link).to_be_focused()
        link.click()
        expect(frame.locator("#text")).to_have_value("half a thought")
    # Three times is no way out, and a page that is put away closes like one that nobody looks at.
    assert service.left == [] and page.url.startswith(website.origin)
    frame.locator("#text").press("Escape")
    assert soon(page, lambda: page.context.cookies()[0]["expires"] > 0)
    page.clock.fast_forward("10:01")
    link.click()
    expect(frame.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_the_page_for_trying_it_out(opened: Open) -> None:
    doors = open_door(embed_page=True)
    address, _ = next(doors)
    page = opened("/embedding", base=address)
    expect(page.get_by_role("link")).to_have_count(2)
    assert_accessible(page)
    page.get_by_role("link", name="here").click()
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_be_visible()
    doors.close()


def test_the_launcher_is_small_and_asks_for_nothing() -> None:
    script = (Path(__file__).parents[2] / "web/static/launcher.js").read_text()
    assert len(script) < 4_000
    for word in ("fetch(", "XMLHttpRequest", "sendBeacon", "localStorage", "sessionStorage", "cookie", "innerHTML"):
        assert word not in script
