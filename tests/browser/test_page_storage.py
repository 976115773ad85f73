"""What the browser keeps, after each step of a report and of the way back, on the running service: one cookie."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.by_hand import begin, soon
from tests.browser.seeing import NOTHING, OUT, Open, stored
from tests.browser.test_page_journeys import answer, name_of

pytestmark = [pytest.mark.browser, pytest.mark.stack]

COOKIE = {"httpOnly": True, "sameSite": "Strict", "path": "/", "name": "messages"}


def keeps(page: Page, step: str, cookies: int = 1) -> None:
    """Nothing is stored here, and there are so many cookies, which go with the window."""
    assert stored(page) == NOTHING, step
    held = page.context.cookies()
    assert len(held) == cookies, (step, held)
    for cookie in held:
        assert {name: dict(cookie)[name] for name in COOKIE} == COOKIE, step
    # The page before this one said that it is out of sight; that this one is in sight arrives a moment later.
    assert soon(page, lambda: all(each["expires"] == -1 for each in page.context.cookies())), step


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_each_step_leaves_one_cookie_and_nothing_else(opened: Open, real: str, script: bool) -> None:
    page = opened(base=real, plain=not script)
    for path in ("/safety", "/ways", "/start", "/"):
        page.goto(path)
        keeps(page, path, cookies=0)
    begin(page)
    steps: list[str] = []
    while (step := name_of(page)) != "review" and len(steps) < 40:
        keeps(page, step)
        steps.append(step)
        answer(page)
    assert len(steps) > 8
    for control in ("person", "language", "more"):
        answer(page, ("press", control))
        keeps(page, control)
    while name_of(page) != "review":
        answer(page, ("press", "skip"))
        keeps(page, "more")
    answer(page, ("press", "send"))
    keeps(page, "receipt")
    code = page.locator(".receipt .code").inner_text()
    page.get_by_role("link", name="Finish and close").click()
    closed(page)

    page.goto("/return")
    keeps(page, "code", cookies=0)
    page.get_by_label("Your code").fill("1111")
    page.get_by_role("button", name="Continue").click()
    page.locator("#fault").wait_for()
    keeps(page, "wrong code", cookies=0)
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your reference is")
    keeps(page, "case")
    page.get_by_label("Write to your advisor").fill("It was on the second floor.")
    page.get_by_role("button", name="Send to your advisor").click()
    page.locator("#done").wait_for()
    keeps(page, "message")
    for link, button in (
        ("Change how we reach you", "Save"), ("Withdraw", "Yes, withdraw"), ("Go on after all", "Please go on"),
    ):  # fmt: skip
        page.get_by_role("link", name=link).click()
        keeps(page, link)
        if link.startswith("Change"):
            page.get_by_label("Do not contact me", exact=True).check()
        page.get_by_role("button", name=button).click()
        page.locator("#done").wait_for()
        keeps(page, button)
    page.get_by_role("link", name="Get a new code").click()
    keeps(page, "about a new code")
    page.get_by_role("button", name="Show my new code").click()
    page.locator(".code").wait_for()
    keeps(page, "new code")
    page.get_by_role("link", name="I have kept it").click()
    # What was sent before may still be written to the disk.
    page.locator("a.exit").click()
    closed(page)


def closed(page: Page) -> None:
    page.wait_for_url(f"{OUT}**")
    assert soon(page, lambda: page.context.cookies() == [])
    page.goto("/ways")
    keeps(page, "closed", cookies=0)
