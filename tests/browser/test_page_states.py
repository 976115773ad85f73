"""Every state of the pages: accessible, fitting, light and dark, with and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from casework.colours import contrast
from tests.browser.conftest import open_door
from tests.browser.seeing import Open, assert_accessible, axe, covered, overflow, stuck
from tests.browser.states import BARE, NEEDS_SCRIPT, STATES, Shower
from tests.web.pages_by_hand import FORBIDDEN

pytestmark = pytest.mark.browser

WITH_A_WAY_OUT = [state for state in STATES if state not in BARE]


@pytest.mark.parametrize(
    ("state", "look"),
    [(s, look) for s in STATES for look in ("light", "dark", "plain") if look != "plain" or s not in NEEDS_SCRIPT],
)
def test_state_is_accessible(show: Shower, state: str, look: str) -> None:
    page = show(state, color_scheme="dark" if look == "dark" else "light", plain=look == "plain")
    assert_accessible(page)
    assert page.locator("h1").count() == (state not in BARE)
    assert not FORBIDDEN.search(page.title()) and not FORBIDDEN.search(page.url)


def test_a_planted_defect_is_found(show: Shower) -> None:
    page = show("radios")
    page.evaluate("document.querySelector('label[for=text]').remove()")
    assert "label" in [rule for rule, _ in axe(page)["violations"]]


@pytest.mark.parametrize("state", STATES)
def test_state_fits_a_narrow_window(show: Shower, state: str) -> None:
    """1280 by 1024 at 400 %: nothing beside the window, nothing that stays over what is read, focus always in sight."""
    page = show(state, viewport={"width": 320, "height": 256})
    assert overflow(page) <= 0
    assert stuck(page) == []
    assert covered(page) == []


@pytest.mark.parametrize("state", STATES)
def test_state_has_large_targets_and_takes_large_text(show: Shower, state: str) -> None:
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
    assert overflow(page) <= 0
    clipped = page.evaluate(
        """() => [...document.querySelectorAll('main *, .top *, .foot *')].filter(e =>
            !e.closest('.hidden, svg, textarea, input, details:not([open]) > :not(summary)') &&
            getComputedStyle(e).overflow === 'hidden' && e.scrollHeight > e.clientHeight + 1).length"""
    )
    assert clipped == 0


@pytest.mark.parametrize("state", ["review", "checkboxes", "emergency", "receipt"])
def test_right_to_left_fits(show: Shower, state: str) -> None:
    page = show(state)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert overflow(page) <= 0
    # The way out moves to the other side with the words.
    assert page.locator("a.exit").bounding_box()["x"] < 60  # type: ignore[index]


def test_kinds_of_messages_differ_without_colour(show: Shower) -> None:
    words = {
        "emergency": "If anyone is in danger now",
        "help": "Help for you",
        "trouble": "Something went wrong",
    }
    for state, wanted in words.items():
        page = show(state, forced_colors="active")
        assert page.locator("#answer, #lines").get_by_text(wanted).first.is_visible()
        assert page.locator(".mark:visible").count() >= 1


def test_forced_colours_keep_borders_and_the_choice(show: Shower) -> None:
    page = show("radios", forced_colors="active")
    option = page.locator(".option").first
    before = option.evaluate("e => getComputedStyle(e).borderTopWidth")
    option.click()
    assert (before, option.evaluate("e => getComputedStyle(e).borderTopWidth")) == ("2px", "4px")


def test_nothing_moves_for_people_who_asked_for_that(show: Shower) -> None:
    page = show("radios", reduced_motion="reduce")
    page.locator("a.exit").hover()
    page.locator(".option").first.click()
    assert page.evaluate("document.getAnimations().length") == 0


def test_print_holds_the_receipt_and_nothing_else(show: Shower) -> None:
    page = show("receipt")
    page.emulate_media(media="print")
    assert page.get_by_text("LV-2026-0001").is_visible() and page.get_by_text("Sam Example").is_visible()
    for hidden in (".top", ".foot", "#log", ".noprint"):
        assert not page.locator(hidden).first.is_visible()


@pytest.mark.parametrize("size", [(844, 390), (390, 844), (1280, 800)])
@pytest.mark.parametrize("state", ["checkboxes", "idle warning", "contact change"])
def test_focus_is_never_covered(show: Shower, state: str, size: tuple[int, int]) -> None:
    page = show(state, viewport={"width": size[0], "height": size[1]})
    assert covered(page) == []


@pytest.mark.parametrize(("state", "plain"), [("emergency", False), ("emergency", True), ("start", False)])
def test_on_the_smallest_phone_999_can_be_called_without_scrolling(show: Shower, state: str, plain: bool) -> None:
    page = show(state, plain=plain, viewport={"width": 320, "height": 568})
    expect(page.locator(".card .urgent").first).to_be_in_viewport(ratio=1)


def test_on_the_smallest_phone_the_bar_is_low_and_a_code_is_easy_to_copy(opened: Open) -> None:
    doors = open_door(landlord_name="Livv Housing Group")
    address, service = next(doors)
    page = Shower(opened, service)("paused", base=address, viewport={"width": 320, "height": 568})
    bar = page.locator(".top").bounding_box()
    # What the pages scroll to stands 4.75rem (76 pixels) below the edge of the window.
    assert bar and bar["height"] <= 64
    # How high each of the four groups stands: two in a line, where they do not fit into one.
    tops = page.locator(".receipt .code").evaluate(
        """code => [0, 5, 10, 15].map(at => {
            const group = document.createRange();
            group.setStart(code.firstChild, at);
            group.setEnd(code.firstChild, at + 4);
            return group.getBoundingClientRect().top;
        })"""
    )
    assert tops[0] == tops[1] and tops[2] == tops[3]
    doors.close()


def test_a_covered_focus_is_found(show: Shower) -> None:
    page = show("checkboxes")
    page.evaluate("document.querySelector('.top').style.cssText = 'position: fixed; inset: 0; z-index: 9'")
    assert len(covered(page)) > 5 and stuck(page)


@pytest.mark.parametrize("state", WITH_A_WAY_OUT)
def test_help_and_the_way_out_are_at_the_same_place_everywhere(show: Shower, state: str) -> None:
    page = show(state)
    assert page.locator(".foot li:not(.plain li) a").all_inner_texts() == [
        "Call 999", "Call 101", "0151 000 0000", "Other ways to reach us",
    ]  # fmt: skip
    assert page.locator("body > .skip").all_inner_texts() == ["Skip to the main part", "Exit this page"]
    assert page.locator("html").get_attribute("lang") == "en-GB" and page.locator("html").get_attribute("dir") == "ltr"
    # The numbers of other people are on the page itself, so they are there without a network.
    page.get_by_text("More people who can help").press("Enter")
    expect(page.locator(".foot").get_by_text("Samaritans")).to_be_visible()


def test_every_field_has_a_label_that_is_seen(show: Shower) -> None:
    for state in ("radios", "checkboxes", "date", "contact", "account", "review", "return"):
        without = show(state).evaluate(
            """() => [...document.querySelectorAll('input:not([type=hidden]), textarea')]
            .filter(e => ![...e.labels].some(l => l.textContent.trim() && l.getBoundingClientRect().width > 1))
            .map(e => e.outerHTML)"""
        )
        assert without == [], state


@pytest.mark.parametrize("state", ["radios", "checkboxes", "review"])
def test_choices_have_room_between_them(show: Shower, state: str) -> None:
    page = show(state)
    close = page.evaluate(
        """() => { const boxes = [...document.querySelectorAll('.option, .ask .row .button, .ways .button')]
            .map(e => e.getBoundingClientRect()).filter(b => b.width);
        return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b =>
            Math.max(b.top - a.bottom, a.top - b.bottom, b.left - a.right, a.left - b.right) < 7.9)).length; }"""
    )
    assert close == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_and_focus_can_be_seen(show: Shower, scheme: str) -> None:
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
def test_both_ways_of_holding_a_phone_work(show: Shower, size: tuple[int, int]) -> None:
    page = show("radios", viewport={"width": size[0], "height": size[1]})
    assert overflow(page) <= 0
    page.get_by_label("For me or my home").check()
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator("#asked")).to_contain_text("What happened")
