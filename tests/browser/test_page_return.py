"""Coming back in the browser: every page behind a code, and a whole journey on the running service."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.by_hand import soon
from tests.browser.seeing import NOTHING, OUT, Open, assert_accessible, stored
from tests.kit import ROOT, Chat, Stack
from tests.web.pages_by_hand import FORBIDDEN

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def page(opened: Open, real: str, request: pytest.FixtureRequest) -> Page:
    """The field for the code on the real service, with and without the pages' script."""
    return opened("/return", base=real, plain=not request.param)


def enter(page: Page, code: str) -> None:
    page.goto("/return")
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Continue").click()


def advisor(stack: Stack, reference: str, text: str) -> None:
    """The advisor answers with the command line."""
    command = [str(Path(sys.executable).parent / "reporting"), "cases", "answer", reference]
    subprocess.run(command, cwd=ROOT, env=stack.environment, input=text.encode(), check=True, capture_output=True)


@pytest.mark.stack
def test_write_change_withdraw_and_take_a_new_code(running_stack: Stack, page: Page, sent: Chat) -> None:
    reference, code = sent.reference, sent.turn["receipt"]["code"]
    assert not FORBIDDEN.search(page.title())
    enter(page, code)
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
    expect(page.locator("main")).to_contain_text("There are no messages for you yet")

    advisor(running_stack, reference, "Would Tuesday suit you?")
    page.reload()
    expect(page.locator("main")).to_contain_text("New. Your advisor wrote")
    page.get_by_label("Write to your advisor").fill("Yes, after ten.")
    page.get_by_role("button", name="Send to your advisor").click()
    expect(page.locator("#done")).to_contain_text("Your advisor will see this")
    assert_accessible(page)
    case = running_stack.case(reference)
    assert [(m["author"], m["text"], m["new"]) for m in case["messages"]] == [
        ("advisor", "Would Tuesday suit you?", False), ("reporter", "Yes, after ten.", True),
    ]  # fmt: skip

    page.get_by_role("link", name="Change how we reach you").click()
    expect(page.get_by_label("Email", exact=True)).to_be_checked()
    assert "canary" not in page.content().lower()
    page.get_by_label("Yes, send me that email").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#done")).to_contain_text("We have changed that")
    assert running_stack.case(reference)["contact"] == {"method": "email", "safe": ["email_ok"], "alert": True}
    page.get_by_role("link", name="Change how we reach you").click()
    page.get_by_role("button", name="Delete my name and contact").click()
    expect(page.locator("#done")).to_be_visible()
    assert_accessible(page)
    case = running_stack.case(reference)
    assert (case["identity"], case["contact"]) == ("anonymous", None)

    page.get_by_role("link", name="Withdraw").click()
    expect(page.locator("main")).to_contain_text("We do not delete it at once")
    page.get_by_role("button", name="Yes, withdraw").click()
    expect(page.locator("main")).to_contain_text("Your advisor checks this with you in a safe way")
    assert running_stack.case(reference)["status"] == "withdrawn"

    page.get_by_role("link", name="Get a new code").click()
    page.get_by_role("button", name="Show my new code").click()
    expect(page.get_by_role("heading", name="Your new code")).to_be_visible()
    fresh = page.locator(".code").inner_text()
    assert_accessible(page)
    assert stored(page) == NOTHING
    page.get_by_role("link", name="I have kept it").click()
    page.get_by_role("link", name="Finish and close").click()
    page.wait_for_url(f"{OUT}**")
    assert soon(page, lambda: page.context.cookies() == [])
    enter(page, code)
    expect(page.locator("#fault")).to_be_visible()
    enter(page, fresh)
    page.get_by_role("link", name="Go on after all").click()
    page.get_by_role("button", name="Please go on").click()
    expect(page.locator("main")).to_contain_text("You asked us to go on")
    assert running_stack.case(reference)["status"] == "new"


@pytest.mark.stack
def test_danger_in_a_message_brings_the_card(running_stack: Stack, page: Page, sent: Chat) -> None:
    enter(page, sent.turn["receipt"]["code"])
    page.get_by_label("Write to your advisor").fill("he is outside my door with a knife and says he will kill me")
    page.get_by_role("button", name="Send to your advisor").click()
    expect(page.locator("#card")).to_be_in_viewport()
    assert_accessible(page)
    assert running_stack.case(sent.reference)["priority"] == "emergency"


@pytest.mark.stack
def test_exit_from_an_opened_case_leaves_nothing(page: Page, sent: Chat) -> None:
    enter(page, sent.turn["receipt"]["code"])
    expect(page.get_by_role("heading", level=1)).to_contain_text(sent.reference)
    page.locator("a.exit").click()
    page.wait_for_url(f"{OUT}**")
    assert soon(page, lambda: page.context.cookies() == [])
    for _ in range(4):
        page.go_back()
        assert sent.reference not in page.content()
    page.goto("/return")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Enter your code")
