"""What the script does: sending, focus, the way out, no trace. And the same without it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.seeing import NOTHING, OUT, Open, stored
from tests.web.pages_by_hand import RECEIPT, TOKEN, Service, turn
from web.chat.errors import ChatError, error

pytestmark = pytest.mark.browser

WORDS = "Last night the man upstairs shouted at us again."


@pytest.fixture
def chat(opened: Open, service: Service) -> Page:
    """The chat at its first question."""
    page = opened()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/chat")
    return page


def answer(page: Page, label: str) -> None:
    page.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Continue", exact=True).click()


def asked(page: Page, text: str) -> None:
    expect(page.locator("#asked")).to_contain_text(text)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def report(page: Page) -> None:
    """The whole short report, as far as the review."""
    answer(page, "No")
    asked(page, "Who are you")
    answer(page, "For me or my home")
    asked(page, "What happened")
    page.locator("#text").fill(WORDS)
    page.get_by_role("button", name="Continue", exact=True).click()
    asked(page, "add more")
    answer(page, "That's all")
    asked(page, "Could it be about")
    page.get_by_role("button", name="Skip this question").click()
    asked(page, "When did it happen")
    page.locator("#text").fill("last Tuesday")
    page.get_by_role("button", name="Continue", exact=True).click()
    asked(page, "check your answers")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_whole_report(opened: Open, service: Service, script: bool) -> None:
    page = opened(java_script_enabled=script)
    page.get_by_role("button", name="Start", exact=True).click()
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


# --- sending ---


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
    chat.locator("#text").fill("still here")
    chat.get_by_role("button", name="Continue", exact=True).click()
    expect(chat.locator("#status")).to_contain_text("Sending", timeout=2000)
    expect(chat.get_by_role("heading", name="We could not send that")).to_be_visible(timeout=8500)
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


# --- the way out ---


@pytest.mark.parametrize("way", ["button", "link", "shift"])
@pytest.mark.parametrize("path", ["/", "/chat", "/return", "/ways"])
def test_way_out_from_every_page(opened: Open, service: Service, way: str, path: str) -> None:
    page = opened()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/chat")
    page.goto(path)
    _leave(page, way)
    page.wait_for_url(f"{OUT}**")
    page.wait_for_timeout(100)
    assert service.left == [TOKEN]
    assert page.context.cookies() == []


def test_way_out_without_script(opened: Open, service: Service) -> None:
    page = opened(java_script_enabled=False)
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator("#text").fill("my secret words")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_text("my secret words")).to_be_visible()
    page.locator("a.exit").click()
    page.wait_for_url(f"{OUT}**")
    assert service.left == [TOKEN] and page.context.cookies() == []
    for _ in range(4):
        page.go_back()
        assert "my secret words" not in page.content()


def test_back_after_leaving_shows_nothing(chat: Page) -> None:
    chat.locator("#text").fill("my secret words")
    chat.get_by_role("button", name="Continue", exact=True).click()
    asked(chat, "Who are you")
    _leave(chat, "button")
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


def test_ten_minutes_out_of_sight_close_the_page(opened: Open, service: Service) -> None:
    page = opened()
    page.clock.install()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/chat")
    _sight(page, "hidden")
    page.wait_for_timeout(100)
    cookie = page.context.cookies()[0]
    assert cookie["expires"] > 0
    page.clock.fast_forward("10:01")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    assert page.context.cookies() == [] and service.left == []


def test_back_in_time_nothing_is_lost(opened: Open, service: Service) -> None:
    page = opened()
    page.clock.install()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/chat")
    page.locator("#text").fill("half a thought")
    _sight(page, "hidden")
    page.clock.fast_forward("08:00")
    _sight(page, "visible")
    page.wait_for_timeout(100)
    page.clock.fast_forward("08:00")
    assert page.locator("#text").input_value() == "half a thought"
    assert page.context.cookies()[0]["expires"] == -1


def test_idle_page_warns_before_it_closes(opened: Open, service: Service) -> None:
    page = opened()
    page.clock.install()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/chat")
    for _ in range(10):
        page.clock.run_for("26:00")
        expect(page.get_by_role("alert").filter(has_text="Are you still there")).to_be_visible()
        page.get_by_role("button", name="I am still here").click()
        expect(page.locator("#idle")).to_have_count(0)
    page.clock.run_for("31:00")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


# --- no trace ---


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
    assert chat.context.cookies() == []


def test_leaving_by_question_clears_the_page(chat: Page, service: Service) -> None:
    chat.locator("#text").fill("my secret words")
    chat.get_by_role("button", name="Continue", exact=True).click()
    asked(chat, "Who are you")
    service.next_turn = turn("x", "You have left. What you wrote is deleted.", ended=True)
    service.deaf = error("no_session")
    chat.get_by_role("button", name="Leave without sending").click()
    expect(chat.get_by_role("heading", name="You have left")).to_be_focused()
    assert "my secret words" not in chat.content() and chat.context.cookies() == []
    chat.get_by_role("link", name="Close this page").click()
    chat.wait_for_url(f"{OUT}**")


def _leave(page: Page, way: str) -> None:
    if way == "button":
        page.locator("a.exit").click()
    elif way == "link":
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    else:
        for _ in range(3):
            page.keyboard.press("Shift")


def _sight(page: Page, state: str) -> None:
    page.evaluate(
        """state => { Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});
        document.dispatchEvent(new Event('visibilitychange')); }""",
        state,
    )
