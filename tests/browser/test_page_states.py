"""Every state of the pages: accessible, fitting, light and dark, with and without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from casework.questions.wording import say
from tests.browser.seeing import Open, assert_accessible, axe
from tests.web.pages_by_hand import PAUSED, RECEIPT, TOKEN, Service, emergency, first, turn
from web.chat.sessions import COOKIE

pytestmark = pytest.mark.browser

CHAT = {
    "first": [(first(), None)],
    "radios": [(first(), None), (turn("a", asks="reporter_role"), "No")],
    "checkboxes": [(first(), None), (turn("a", asks="motive"), "No")],
    "account": [(first(), None), (turn("a", asks="account"), "For me")],
    "date": [(first(), None), (turn("a", asks="happened_when"), "No")],
    "contact": [(first(), None), (turn("a", asks="contact_value"), "Phone")],
    "emergency": [(first(), None), (emergency("a", "account"), "he has a knife")],
    "help": [(first(), None), (turn("a", *say("help_domestic_abuse"), kind="help", asks="account"), "my ex")],
    "trouble": [(first(), None), (turn("a", *say("unavailable"), kind="error", asks="account"), "hello")],
    "review": [(first(), None), (turn("a", asks="review"), "L36 9YY")],
    "paused": [(first(), None), (turn("a", asks="account", receipt=PAUSED), "Pause")],
    "receipt": [(first(), None), (turn("a", "Thank you.", receipt=RECEIPT, ended=True), "Send")],
    "long": [
        (first(), None),
        *((turn(f"t{n}", "Thank you.", asks="account_more"), "word " * 60) for n in range(8)),
    ],
}
PAGES = {"start": "/", "return": "/return", "ways": "/ways", "nothing": "/chat"}
STATES = [*CHAT, *PAGES, "fault", "wrong code"]


@pytest.fixture
def show(opened: Open, service: Service) -> Callable[..., Page]:
    """Opens a state by name."""

    def open_state(state: str, **more: object) -> Page:
        service.clear()
        if state in CHAT or state == "fault":
            service.at(*CHAT.get(state, CHAT["radios"]))
            page = opened("/ways", **more)
            page.context.add_cookies([{"name": COOKIE, "value": TOKEN, "url": page.url}])
            page.goto("/chat")
        else:
            page = opened(PAGES.get(state, "/return"), **more)
        if state == "fault":
            page.get_by_role("button", name="Continue").click()
            page.locator("#fault").wait_for()
        if state == "wrong code":
            service.opened = {"session": TOKEN, "case": None, "turn": None}
            from web.chat.errors import error

            service.problem = error("unknown_code")
            page.get_by_label("Your code").fill("1111")
            page.get_by_role("button", name="Continue").click()
            page.locator("#fault").wait_for()
        return page

    return open_state


@pytest.mark.parametrize("look", ["light", "dark", "plain"])
@pytest.mark.parametrize("state", STATES)
def test_state_is_accessible(show: Callable[..., Page], state: str, look: str) -> None:
    scheme = "dark" if look == "dark" else "light"
    assert_accessible(show(state, color_scheme=scheme, plain=look == "plain"))


def test_a_planted_defect_is_found(show: Callable[..., Page]) -> None:
    page = show("radios")
    page.evaluate("document.querySelector('label[for=text]').remove()")
    assert "label" in [rule for rule, _ in axe(page)["violations"]]


@pytest.mark.parametrize("state", STATES)
def test_state_fits_a_narrow_window(show: Callable[..., Page], state: str) -> None:
    page = show(state, viewport={"width": 320, "height": 256})
    assert _overflow(page) <= 0
    assert page.locator(".top").evaluate("e => getComputedStyle(e).position") == "static"


@pytest.mark.parametrize("state", STATES)
def test_state_has_large_targets_and_takes_large_text(show: Callable[..., Page], state: str) -> None:
    page = show(state)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, a.button, a.exit, .foot a, summary, label.option')]
            .map(e => [e.textContent.trim(), e.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.height < 44 || box.width < 44))
            .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
    )
    assert small == []
    page.evaluate(
        """() => { const s = new CSSStyleSheet(); s.replaceSync(`html{font-size:200%}
        *{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}
        p{margin-block-end:2em!important}`); document.adoptedStyleSheets = [s]; }"""
    )
    assert _overflow(page) <= 0
    clipped = page.evaluate(
        """() => [...document.querySelectorAll('main *, .top *, .foot *')].filter(e =>
            !e.closest('.hidden, svg, textarea, input, details:not([open]) > :not(summary)') &&
            getComputedStyle(e).overflow === 'hidden' && e.scrollHeight > e.clientHeight + 1).length"""
    )
    assert clipped == 0


@pytest.mark.parametrize("state", ["review", "checkboxes", "emergency", "receipt"])
def test_right_to_left_fits(show: Callable[..., Page], state: str) -> None:
    page = show(state)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert _overflow(page) <= 0
    # The way out moves to the other side with the words.
    assert page.locator("a.exit").bounding_box()["x"] < 60  # type: ignore[index]


def test_kinds_of_messages_differ_without_colour(show: Callable[..., Page]) -> None:
    words = {
        "emergency": "If anyone is in danger now",
        "help": "Help for you",
        "trouble": "Something went wrong",
    }
    for state, wanted in words.items():
        page = show(state, forced_colors="active")
        assert page.locator("#answer, #lines").get_by_text(wanted).first.is_visible()
        assert page.locator(".mark:visible").count() >= 1


def test_forced_colours_keep_borders_and_the_choice(show: Callable[..., Page]) -> None:
    page = show("radios", forced_colors="active")
    option = page.locator(".option").first
    before = option.evaluate("e => getComputedStyle(e).borderTopWidth")
    option.click()
    assert (before, option.evaluate("e => getComputedStyle(e).borderTopWidth")) == ("2px", "4px")


def test_nothing_moves_for_people_who_asked_for_that(show: Callable[..., Page]) -> None:
    page = show("radios", reduced_motion="reduce")
    page.locator("a.exit").hover()
    page.locator(".option").first.click()
    assert page.evaluate("document.getAnimations().length") == 0


def test_print_holds_the_receipt_and_nothing_else(show: Callable[..., Page]) -> None:
    page = show("receipt")
    page.emulate_media(media="print")
    assert page.get_by_text("LV-2026-0001").is_visible() and page.get_by_text("Sam Example").is_visible()
    for hidden in (".top", ".foot", "#log", ".noprint"):
        assert not page.locator(hidden).first.is_visible()


@pytest.mark.parametrize("size", [(844, 390), (390, 844), (1280, 800)])
def test_focus_is_never_covered(show: Callable[..., Page], size: tuple[int, int]) -> None:
    page = show("checkboxes", viewport={"width": size[0], "height": size[1]})
    covered = []
    for _ in range(30):
        page.keyboard.press("Tab")
        covered += page.evaluate(
            """() => { const e = document.activeElement;
            if (!e || e === document.body || e.closest('.top')) return [];
            const b = e.getBoundingClientRect();
            const at = document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2);
            const seen = at && (e.contains(at) || at.contains(e) || e.closest('label')?.contains(at));
            return seen ? [] : [e.outerHTML]; }"""
        )
    assert covered == []


def _overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
