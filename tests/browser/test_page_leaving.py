"""The way out of the pages: at once, from everywhere, and without a trace."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.by_hand import answer, asked, begin, leave, report, soon
from tests.browser.seeing import NOTHING, OUT, Open, stored
from tests.web.pages_by_hand import TOKEN, Service, turn
from web.chat.errors import error

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("way", ["button", "link", "shift"])
@pytest.mark.parametrize("path", ["/", "/chat", "/return", "/ways"])
def test_way_out_from_every_page(opened: Open, service: Service, way: str, path: str) -> None:
    page = opened()
    begin(page)
    page.goto(path)
    leave(page, way)
    page.wait_for_url(f"{OUT}**")
    assert soon(page, lambda: service.left == [TOKEN] and page.context.cookies() == [])


def test_way_out_without_script(opened: Open, service: Service) -> None:
    page = opened(java_script_enabled=False)
    begin(page)
    page.locator("#text").fill("my secret words")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_text("my secret words")).to_be_visible()
    page.locator("a.exit").click()
    page.wait_for_url(f"{OUT}**")
    assert soon(page, lambda: service.left == [TOKEN] and page.context.cookies() == [])
    for _ in range(4):
        page.go_back()
        assert "my secret words" not in page.content()


def test_back_after_leaving_shows_nothing(chat: Page) -> None:
    chat.locator("#text").fill("my secret words")
    chat.get_by_role("button", name="Continue", exact=True).click()
    asked(chat, "Who are you")
    leave(chat, "button")
    chat.wait_for_url(f"{OUT}**")
    # Neither the chat nor its first page has a place among the pages to go back to.
    chat.go_back()
    assert "my secret words" not in chat.content() and "/chat" not in chat.url


def test_page_is_blank_at_once(chat: Page) -> None:
    chat.unroute(f"{OUT}**")
    chat.route(f"{OUT}**", lambda route: None)
    took = chat.evaluate(
        """() => { const began = performance.now(); document.querySelector('a.exit').click();
        return [performance.now() - began, document.body.innerText.trim(), document.title]; }"""
    )
    assert took[0] < 100 and took[1] == "" and "essages" not in took[2]


def test_capital_letters_never_leave(chat: Page, service: Service) -> None:
    chat.locator("#text").click()
    for letter in "ABCD":
        chat.keyboard.press(f"Shift+{letter}")
    for _ in range(2):
        chat.keyboard.press("Shift")
    chat.keyboard.press("a")
    chat.keyboard.press("Shift")
    assert chat.locator("#text").input_value() == "ABCDa"
    assert service.left == []
    expect(chat.locator("#presses")).to_contain_text("2 more times")


def test_page_from_the_browser_s_memory_is_blanked(chat: Page) -> None:
    answer(chat, "No")
    asked(chat, "Who are you")
    chat.wait_for_load_state("networkidle")
    chat.context.clear_cookies()
    chat.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(chat.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_nothing_is_kept_in_the_browser(chat: Page) -> None:
    report(chat)
    assert stored(chat) == NOTHING
    cookies = chat.context.cookies()
    assert [(c["httpOnly"], c["sameSite"]) for c in cookies] == [(True, "Strict")]
    chat.get_by_role("button", name="Send my report").click()
    expect(chat.get_by_role("heading", name="We have your report")).to_be_visible()
    assert stored(chat) == NOTHING
    chat.get_by_role("link", name="Finish and close").click()
    chat.wait_for_url(f"{OUT}**")
    assert soon(chat, lambda: chat.context.cookies() == [])


def test_leaving_by_question_clears_the_page(chat: Page, service: Service) -> None:
    chat.locator("#text").fill("my secret words")
    chat.get_by_role("button", name="Continue", exact=True).click()
    asked(chat, "Who are you")
    service.next_turn = turn("x", "You have left. What you wrote is deleted.", ended=True)
    service.deaf = error("no_session")
    chat.get_by_role("button", name="Leave without sending").click()
    expect(chat.get_by_role("heading", name="You have left")).to_be_focused()
    assert "my secret words" not in chat.content() and soon(chat, lambda: chat.context.cookies() == [])
    chat.get_by_role("link", name="Close this page").click()
    chat.wait_for_url(f"{OUT}**")
