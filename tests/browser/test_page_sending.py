"""What the script does with an answer: sending, focus, what is heard, a broken line. And the same without it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.by_hand import WORDS, answer, asked, begin, focused, report
from tests.browser.seeing import Open
from tests.web.pages_by_hand import RECEIPT, Service
from web.chat.errors import ChatError

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_whole_report(opened: Open, service: Service, script: bool) -> None:
    page = opened(java_script_enabled=script)
    begin(page)
    report(page)
    page.get_by_text("Show what I wrote").click()
    page.get_by_role("button", name="Send my report").click()
    expect(page.get_by_role("heading", name="We have your report")).to_be_visible()
    expect(page.get_by_text(RECEIPT["code"])).to_be_visible()
    assert [body.get("choice") or body.get("text") for body in service.taken] == [
        "no", "self", WORDS, "done", "skip", "last Tuesday", "send",
    ]  # fmt: skip


def test_whole_report_by_keyboard(opened: Open, service: Service) -> None:
    page = opened()

    def reach(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            said = page.evaluate(
                "(e => e.labels?.[0]?.textContent.trim() || e.textContent.trim())(document.activeElement)"
            )
            if said == name:
                return
        raise AssertionError(f"{name} is not reached by Tab")

    def press(name: str) -> None:
        reach(name)
        page.keyboard.press("Enter")

    press("Continue")
    page.wait_for_url("**/start")
    press("Start")
    page.wait_for_url("**/chat")
    for question, key in (("danger", "ArrowDown"), ("Who are you", "Space")):
        asked(page, question)
        reach("Yes" if key == "ArrowDown" else "For me or my home")
        page.keyboard.press(key)
        press("Continue")
    asked(page, "What happened")
    assert focused(page) == "text"
    page.keyboard.type(WORDS)
    press("Continue")
    asked(page, "add more")
    reach("That's all")
    page.keyboard.press("Space")
    press("Continue")
    asked(page, "Could it be about")
    press("Skip this question")
    asked(page, "When did it happen")
    assert focused(page) == "asked"
    reach("Day")
    for part in ("3", "5", "2026"):
        page.keyboard.type(part)
        page.keyboard.press("Tab")
    page.keyboard.type("at night")
    page.keyboard.press("Enter")
    asked(page, "check your answers")
    press("Send my report")
    expect(page.get_by_role("heading", name="We have your report")).to_be_focused()
    assert service.taken[0]["choice"] == "no" and service.taken[2]["text"] == WORDS
    assert service.taken[5]["text"] == "3 May 2026, at night"


def test_focus_follows_the_person_s_own_step(chat: Page) -> None:
    chat.get_by_role("button", name="Continue", exact=True).click()
    expect(chat.locator("#fault")).to_be_focused()
    assert chat.title().startswith("Error: ")
    answer(chat, "No")
    asked(chat, "Who are you")
    expect(chat.locator("#asked")).to_be_focused()
    assert not chat.title().startswith("Error: ")
    answer(chat, "For me or my home")
    asked(chat, "What happened")
    expect(chat.locator("#text")).to_be_focused()
    chat.locator("#text").fill("he has a knife")
    chat.get_by_role("button", name="Continue", exact=True).click()
    expect(chat.locator("#card")).to_be_focused()
    expect(chat.locator("#card")).to_be_in_viewport()


def test_a_reply_is_announced_once(chat: Page) -> None:
    answer(chat, "No")
    asked(chat, "Who are you")
    answer(chat, "For me or my home")
    asked(chat, "What happened")
    chat.evaluate(
        """() => { window.heard = []; const log = document.getElementById('log');
        new MutationObserver(all => {
            const added = all.flatMap(m => [...m.addedNodes]);
            if (log.ariaLive === 'polite' && added.length) window.heard.push(added.length); })
        .observe(log, {childList: true, subtree: true}); }"""
    )
    chat.locator("#text").fill(WORDS)
    chat.get_by_role("button", name="Continue", exact=True).click()
    asked(chat, "add more")
    chat.wait_for_timeout(200)
    # This reply takes the focus to its question, which is described by the reply: the log stays quiet.
    assert chat.evaluate("window.heard") == []
    assert chat.locator("#question").get_attribute("aria-describedby") == "reply progress"
    chat.get_by_role("button", name="Go back").click()
    chat.wait_for_timeout(200)
    assert len(chat.evaluate("window.heard")) <= 1


def test_log_is_named_and_only_grows(chat: Page) -> None:
    log = chat.get_by_role("log")
    expect(log).to_have_attribute("aria-label", "Messages")
    answer(chat, "No")
    asked(chat, "Who are you")
    chat.evaluate("window.kept = document.querySelector('#lines').firstElementChild")
    answer(chat, "For me or my home")
    asked(chat, "What happened")
    assert chat.evaluate("window.kept === document.querySelector('#lines').firstElementChild")
    expect(log.get_by_text("You", exact=True)).to_have_count(2)


def test_two_presses_send_one_message(chat: Page, service: Service) -> None:
    chat.get_by_label("No", exact=True).check()
    chat.get_by_role("button", name="Continue", exact=True).dblclick()
    asked(chat, "Who are you")
    assert len(service.taken) == 1


def test_without_a_network_the_words_stay_and_go_once(chat: Page, service: Service) -> None:
    chat.context.set_offline(True)
    chat.locator("#text").fill("No, nobody is in danger")
    chat.get_by_role("button", name="Continue", exact=True).click()
    expect(chat.get_by_role("heading", name="We could not send that")).to_be_focused()
    assert chat.locator("#text").input_value() == "No, nobody is in danger"
    expect(chat.locator("#unsent")).to_contain_text("999")
    chat.context.set_offline(False)
    chat.get_by_role("button", name="Try again").click()
    asked(chat, "Who are you")
    assert [body["text"] for body in service.taken] == ["No, nobody is in danger"]


def test_an_answer_that_was_lost_on_its_way_counts_once(chat: Page, service: Service) -> None:
    lost: list[str] = []

    def lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        lost.append("answer")
        route.abort()  # type: ignore[attr-defined]

    chat.route("**/chat", lose, times=1)
    answer(chat, "No")
    expect(chat.get_by_role("heading", name="We could not send that")).to_be_visible()
    chat.get_by_role("button", name="Try again").click()
    asked(chat, "Who are you")
    assert lost and len(service.taken) == 1


def test_a_slow_assistant_is_said_within_eight_seconds(chat: Page) -> None:
    chat.route("**/chat", lambda route: None, times=1)
    chat.clock.install()
    chat.locator("#text").fill("still here")
    chat.get_by_role("button", name="Continue", exact=True).click()
    chat.clock.fast_forward(1000)
    expect(chat.locator("#status")).to_contain_text("Sending")
    chat.clock.fast_forward(7000)
    expect(chat.get_by_role("heading", name="We could not send that")).to_be_visible()
    assert chat.locator("#text").input_value() == "still here"


def test_trouble_behind_the_page_is_said_and_the_words_stay(chat: Page, service: Service) -> None:
    service.problem = ChatError(503, "unavailable", "Sorry, I cannot answer. Call 999.")
    chat.locator("#text").fill("nobody is hurt")
    chat.get_by_role("button", name="Continue", exact=True).click()
    expect(chat.locator("#trouble")).to_be_focused()
    assert chat.title().startswith("Error: ")
    assert chat.locator("#text").input_value() == "nobody is hurt"
    service.problem = None
    chat.get_by_role("button", name="Continue", exact=True).click()
    asked(chat, "Who are you")
    assert [body["text"] for body in service.taken] == ["nobody is hurt"]


def test_an_unexpected_answer_falls_back_to_the_plain_form(chat: Page) -> None:
    chat.route("**/chat", lambda route: route.fulfill(status=502, body="proxy"), times=1)
    answer(chat, "No")
    asked(chat, "Who are you")


def test_far_too_many_words_stay_on_the_page(chat: Page) -> None:
    chat.route("**/chat", lambda route: route.fulfill(status=413, json={"error": {}}), times=1)
    chat.locator("#text").fill("x" * 50_000)
    chat.get_by_role("button", name="Continue", exact=True).click()
    expect(chat.locator("#unsent")).to_contain_text("too long to send at once")
    assert len(chat.locator("#text").input_value()) == 50_000


def test_an_ended_session_gives_the_words_back(chat: Page, service: Service) -> None:
    # The script tells the server that the page is in sight, and that answer brings the cookie: wait it out.
    chat.wait_for_load_state("networkidle")
    chat.context.clear_cookies()
    chat.locator("#text").fill("my long words")
    chat.get_by_role("button", name="Continue", exact=True).click()
    expect(chat.get_by_role("heading", name="There is nothing here")).to_be_visible()
    assert chat.locator("#text").input_value() == "my long words"


def test_long_words_are_counted_and_never_cut(chat: Page) -> None:
    chat.locator("#text").fill("x" * 4100)
    expect(chat.locator("#counter")).to_contain_text("100 characters too long")
    assert len(chat.locator("#text").input_value()) == 4100


def test_the_status_line_changes_at_most_once_in_five_seconds(opened: Open, service: Service) -> None:
    page = opened()
    page.clock.install()
    begin(page)
    page.evaluate(
        """() => { window.told = [];
        new MutationObserver(all => all.forEach(m => {
            const place = m.target.nodeType === 3 ? m.target.parentElement : m.target;
            if (['status', 'count'].includes(place.id) && place.textContent) told.push([place.id, Date.now()]);
        })).observe(document.getElementById('main'), {childList: true, subtree: true, characterData: true}); }"""
    )
    # A line that comes and goes, and somebody who writes and writes near the most that a message holds.
    for at in range(12):
        page.context.set_offline(at % 2 == 0)
        page.evaluate("name => dispatchEvent(new Event(name))", "offline" if at % 2 == 0 else "online")
        page.locator("#text").fill("x" * (3600 + 40 * at))
        page.clock.run_for(1500)
    told = page.evaluate("window.told")
    for place in ("status", "count"):
        times = [at for name, at in told if name == place]
        assert len(times) >= 1, place
        assert [b - a for a, b in pairwise(times) if b - a < 5000] == [], place
    # What is said last is what is so.
    page.clock.run_for(6000)
    assert "60 more characters" not in page.locator("#count").inner_text()
    assert page.locator("#count").text_content() == page.locator("#counter").text_content()


def test_a_slow_answer_is_said_and_unsaid(opened: Open, service: Service) -> None:
    page = opened()
    page.clock.install()
    begin(page)
    page.route("**/chat", lambda route: None, times=1)
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Continue", exact=True).click()
    page.clock.run_for(800)
    expect(page.locator("#status")).to_have_text("Sending…")
    page.clock.run_for(8000)
    expect(page.locator("#unsent")).to_be_visible()
    expect(page.locator("#status")).to_have_text("")
