"""A person at the pages with turns made by hand: answering, looking, leaving."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import FrameLocator, Page, expect

WORDS = "Last night the man upstairs shouted at us again."


def begin(page: Page | FrameLocator) -> None:
    """From the first page, which says how to leave, through the start to the first question."""
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("#asked")).to_contain_text("danger")


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


def soon(page: Page, holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether something holds within a time: what a page sends on its way out arrives a moment later."""
    for _ in range(int(seconds * 20)):
        if holds():
            return True
        page.wait_for_timeout(50)
    return holds()


def leave(page: Page, way: str) -> None:
    """Leave by the button, by the hidden link, or by Shift three times."""
    if way == "button":
        page.locator("a.exit").click()
    elif way == "link":
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
