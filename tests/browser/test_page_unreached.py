"""Without a network, before there is a session: the page stays, with what was typed, 999 and a way to try again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.seeing import Open, assert_accessible

pytestmark = pytest.mark.browser
PLACES = {"/": "Continue", "/start": "Start", "/return": "Continue"}


@pytest.mark.stack
@pytest.mark.parametrize("path", PLACES)
def test_a_first_page_without_a_network_stays_and_goes_on_later(opened: Open, real: str, path: str) -> None:
    page = opened(path, base=real)
    if path == "/return":
        page.get_by_label("Your code").fill("1234 5678 9012 3456")
    page.context.set_offline(True)
    page.get_by_role("button", name=PLACES[path], exact=path != "/start").first.click()
    box = page.locator("#unsent")
    expect(box).to_contain_text("call 999")
    expect(box.get_by_role("heading")).to_be_focused()
    assert page.url == real + path
    assert_accessible(page)

    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#unsent")).to_have_count(1)
    page.context.set_offline(False)
    if path == "/return":
        assert page.get_by_label("Your code").input_value() == "1234 5678 9012 3456"
    page.get_by_role("button", name="Try again").click()
    if path == "/return":
        expect(page.locator("#fault")).to_contain_text("We could not find that code")
    else:
        page.wait_for_url(real + {"/": "/start", "/start": "/chat"}[path])
