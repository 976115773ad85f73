"""Every state of the pages: accessible, fitting, light and dark, with and without script."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from casework.colours import contrast
from casework.questions.wording import say
from tests.browser.seeing import Open, assert_accessible, axe
from tests.web.pages_by_hand import PAUSED, RECEIPT, TOKEN, Service, emergency, first, turn
from web.chat.errors import error
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
PAGES = {
    "leaving": "/", "start": "/start", "return": "/return", "ways": "/ways", "nothing": "/chat", "safety": "/safety",
    "unknown": "/x",
}  # fmt: skip
# What comes of a step on another state, and how to get there.
STEPS = ("fault", "wrong day", "wrong code", "unsent", "asked to stay", "left", "unused", "counter")
STATES = [*CHAT, *PAGES, *STEPS]
START = {"wrong day": "date", "counter": "account"}


@pytest.fixture
def show(opened: Open, service: Service) -> Callable[..., Page]:
    """Opens a state by name."""

    def open_state(state: str, **more: Any) -> Page:
        service.clear()
        if state in PAGES or state == "wrong code":
            page = opened(PAGES.get(state, "/return"), **more)
        else:
            service.at(*CHAT.get(state, CHAT[START.get(state, "radios")]))
            page = opened("/ways", **more)
            used = int(time.time()) - (3600 if state == "unused" else 0)
            page.context.add_cookies([{"name": COOKIE, "value": f"{TOKEN}.{used:x}", "url": page.url}])
            if state == "asked to stay":
                page.clock.install()
            page.goto("/chat")
        if state in STEPS:
            _step(page, service, state, plain=bool(more.get("plain")))
        return page

    return open_state


def _step(page: Page, service: Service, state: str, *, plain: bool) -> None:
    send = page.get_by_role("button", name="Continue", exact=True)
    match state:
        case "fault":
            send.click()
            page.locator("#fault").wait_for()
        case "wrong day":
            page.get_by_label("Day", exact=True).fill("31")
            page.get_by_label("Month", exact=True).fill("2")
            send.click()
            page.locator("#fault").wait_for()
        case "wrong code":
            service.problem = error("unknown_code")
            page.get_by_label("Your code").fill("1111")
            send.click()
            page.locator("#fault").wait_for()
        case "left":
            service.next_turn = turn("x", *say("left"), ended=True)
            service.deaf = error("no_session")
            page.get_by_role("button", name="Leave without sending").click()
            page.locator("#closed").wait_for()
        case "counter" if not plain:
            page.locator("#text").fill("x" * 4100)
            page.locator("#counter:visible").wait_for()
        case "unsent" if not plain:
            page.context.set_offline(True)
            page.locator("#text").fill("half a thought")
            send.click()
            page.locator("#unsent").wait_for()
        case "asked to stay" if not plain:
            page.clock.run_for("26:00")
            page.locator("#idle").wait_for()


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


@pytest.mark.parametrize("state", STATES)
def test_help_and_the_way_out_are_at_the_same_place_everywhere(show: Callable[..., Page], state: str) -> None:
    page = show(state)
    assert page.locator(".foot li:not(.plain li) a").all_inner_texts() == [
        "Call 999", "Call 101", "0151 000 0000", "Other ways to reach us",
    ]  # fmt: skip
    assert page.locator("body > .skip").all_inner_texts() == ["Skip to the main part", "Exit this page"]
    assert page.locator("html").get_attribute("lang") == "en-GB" and page.locator("html").get_attribute("dir") == "ltr"
    # The numbers of other people are on the page itself, so they are there without a network.
    page.get_by_text("More people who can help").press("Enter")
    expect(page.locator(".foot").get_by_text("Samaritans")).to_be_visible()


def test_every_field_has_a_label_that_is_seen(show: Callable[..., Page]) -> None:
    for state in ("radios", "checkboxes", "date", "contact", "account", "review", "return"):
        without = show(state).evaluate(
            """() => [...document.querySelectorAll('input:not([type=hidden]), textarea')]
            .filter(e => ![...e.labels].some(l => l.textContent.trim() && l.getBoundingClientRect().width > 1))
            .map(e => e.outerHTML)"""
        )
        assert without == [], state


@pytest.mark.parametrize("state", ["radios", "checkboxes", "review"])
def test_choices_have_room_between_them(show: Callable[..., Page], state: str) -> None:
    page = show(state)
    close = page.evaluate(
        """() => { const boxes = [...document.querySelectorAll('.option, .ask .row .button, .ways .button')]
            .map(e => e.getBoundingClientRect()).filter(b => b.width);
        return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b =>
            Math.max(b.top - a.bottom, a.top - b.bottom, b.left - a.right, a.left - b.right) < 7.9)).length; }"""
    )
    assert close == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_and_focus_can_be_seen(show: Callable[..., Page], scheme: str) -> None:
    page = show("radios", color_scheme=scheme)
    colours = page.evaluate(
        """() => { const s = getComputedStyle(document.documentElement);
        return Object.fromEntries(['page', 'paper', 'edge', 'focus', 'main', 'urgent', 'wrong', 'help', 'out']
            .map(n => [n, s.getPropertyValue('--' + n).trim()])); }"""
    )
    full = {
        name: "#" + "".join(c * 2 for c in value[1:]) if len(value) == 4 else value for name, value in colours.items()
    }
    for name in ("edge", "focus", "main", "urgent", "wrong", "help", "out"):
        for paper in ("page", "paper"):
            assert contrast(full[name], full[paper]) >= 3, (name, paper)
    page.keyboard.press("Tab")
    assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 3


@pytest.mark.parametrize("size", [(390, 844), (844, 390)])
def test_both_ways_of_holding_a_phone_work(show: Callable[..., Page], size: tuple[int, int]) -> None:
    page = show("radios", viewport={"width": size[0], "height": size[1]})
    assert _overflow(page) <= 0
    page.get_by_label("For me or my home").check()
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator("#asked")).to_contain_text("What happened")


def _overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
