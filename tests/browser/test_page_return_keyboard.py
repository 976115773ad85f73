"""Coming back by keyboard alone, on the running service: every step by Tab, in an order written here."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.by_hand import soon
from tests.browser.seeing import OUT, Open
from tests.kit import Chat, Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

NAME = """() => { const e = document.activeElement;
    if (!e || e === document.body) return '';
    const group = e.type === 'radio' ? e.closest('fieldset').querySelector('legend') : null;
    return (group || e.labels?.[0] || e).textContent.trim(); }"""
# On every page before its own part, and after it.
BEFORE = ["Skip to the main part", "Exit this page", "Exit this page"]
AFTER = ["Call 999", "Call 101", "Other ways to reach us", "More people who can help"]
WAYS = "How would you like us to reach you?"
VALUE = "What is the number, email or address?"
SAFE = [
    "Calling me", "Leaving a voicemail", "Sending a text", "Sending an email", "Sending a letter",
    "Nothing is safe. I will use my receipt code",
]  # fmt: skip
ORDER = {
    "code": ["Your code", "Continue", "Go to the start"],
    "case": [
        "Write to your advisor, or add more", "Send to your advisor", "Add to what you told us",
        "Change how we reach you", "Get a new code", "Withdraw", "Finish and close",
    ],
    "contact": [
        WAYS, VALUE, *SAFE, "Safe times, a name to use, or a code word",
        "The name we should use. You can leave it empty.", "Yes, send me that email", "Save",
        "Go back", "Delete my name and contact", "Finish and close",
    ],
    "withdraw": [
        "Is there something you want to tell your advisor? You can leave this empty.", "Yes, withdraw", "Go back",
        "Finish and close",
    ],
    "go on": ["Please go on", "Go back", "Finish and close"],
    "new code": ["Show my new code", "Go back"],
    "new code shown": ["I have kept it"],
}  # fmt: skip


def stops(page: Page) -> list[str]:
    """What Tab comes to, once round: the order of the page; fails where Tab is held somewhere."""
    page.evaluate("() => { document.activeElement?.blur(); getSelection().removeAllRanges(); }")
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    found: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name = str(page.evaluate(NAME))
        if not name:
            return found
        if len(found) > len(BEFORE) and found[: len(BEFORE)] == BEFORE and name == BEFORE[0]:
            return found
        found.append(name)
    raise AssertionError(f"Tab is held: {found[-5:]}")


def in_order(page: Page, name: str) -> None:
    """The page has exactly the stops that are written above, and the same backwards."""
    here = stops(page)
    assert here[: len(BEFORE)] == BEFORE and [stop for stop in here if stop in AFTER] == AFTER
    own = here[len(BEFORE) : here.index(AFTER[0])]
    assert own == ORDER[name], name
    backwards = []
    for _ in here:
        backwards.append(str(page.evaluate(NAME)))
        page.keyboard.press("Shift+Tab")
    assert set(backwards) <= {*here, ""}


def reach(page: Page, name: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(NAME) == name:
            return
    raise AssertionError(f"{name} is not reached by Tab")


def press(page: Page, name: str) -> None:
    reach(page, name)
    page.keyboard.press("Enter")


def test_the_way_back_by_keyboard(opened: Open, running_stack: Stack, sent: Chat) -> None:
    page, code = opened("/return", base=running_stack.base), sent.turn["receipt"]["code"]
    in_order(page, "code")
    # A code that is wrong is mended where it stands.
    reach(page, "Your code")
    page.keyboard.type("1111")
    page.keyboard.press("Enter")
    expect(page.locator("#fault")).to_be_focused()
    reach(page, "Your code")
    page.keyboard.press("Control+A")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(sent.reference)
    in_order(page, "case")

    for words, button in (("Yes, after ten.", "Send to your advisor"), ("It was loud.", "Add to what you told us")):
        reach(page, "Write to your advisor, or add more")
        page.keyboard.type(words)
        press(page, button)
        expect(page.locator("#done")).to_be_focused()
        expect(page.locator("#log")).to_contain_text(words)

    press(page, "Change how we reach you")
    expect(page.get_by_role("heading", level=1)).to_have_text("How we reach you")
    in_order(page, "contact")
    reach(page, WAYS)
    page.keyboard.press("ArrowUp")
    press(page, "Save")
    expect(page.locator("#fault")).to_be_focused()
    reach(page, VALUE)
    page.keyboard.type("0151 496 0000")
    press(page, "Save")
    expect(page.locator("#done")).to_be_focused()
    assert running_stack.case(sent.reference)["contact"]["method"] == "text"

    for link, order, button, then in (
        ("Withdraw", "withdraw", "Yes, withdraw", "#done"),
        ("Go on after all", "go on", "Please go on", "#done"),
        ("Get a new code", "new code", "Show my new code", "#kept"),
    ):
        press(page, link)
        expect(page.get_by_role("heading", level=1)).to_have_text(link)
        in_order(page, order)
        press(page, button)
        expect(page.locator(then)).to_be_focused()
    in_order(page, "new code shown")
    press(page, "I have kept it")
    expect(page.get_by_role("heading", level=1)).to_contain_text(sent.reference)
    press(page, "Finish and close")
    page.wait_for_url(f"{OUT}**")
    assert soon(page, lambda: page.context.cookies() == [])
