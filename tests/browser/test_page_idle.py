"""Pages that nobody looks at or uses close by themselves, and ask first."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.by_hand import begin, soon
from tests.browser.seeing import Open
from tests.web.pages_by_hand import Service

pytestmark = pytest.mark.browser


def test_ten_minutes_out_of_sight_close_the_page(opened: Open, service: Service) -> None:
    page = opened()
    page.clock.install()
    begin(page)
    _sight(page, "hidden")
    assert soon(page, lambda: page.context.cookies()[0]["expires"] > 0)
    page.clock.fast_forward("10:01")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    assert soon(page, lambda: page.context.cookies() == []) and service.left == []


def test_back_in_time_nothing_is_lost(opened: Open, service: Service) -> None:
    page = opened()
    page.clock.install()
    begin(page)
    page.locator("#text").fill("half a thought")
    _sight(page, "hidden")
    page.clock.fast_forward("08:00")
    _sight(page, "visible")
    assert soon(page, lambda: page.context.cookies()[0]["expires"] == -1)
    page.clock.fast_forward("08:00")
    assert page.locator("#text").input_value() == "half a thought"
    assert page.context.cookies()[0]["expires"] == -1


@pytest.mark.parametrize("height", [844, 256])
def test_idle_page_warns_before_it_closes(opened: Open, service: Service, height: int) -> None:
    page = opened(viewport={"width": 320, "height": height})
    page.clock.install()
    begin(page)
    for _ in range(10):
        page.clock.run_for("26:00")
        expect(page.get_by_role("alert").filter(has_text="Are you still there")).to_be_in_viewport()
        page.get_by_role("button", name="I am still here").click()
        expect(page.locator("#idle")).to_have_count(0)
    page.clock.run_for("31:00")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def _sight(page: Page, state: str) -> None:
    page.evaluate(
        """state => { Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});
        document.dispatchEvent(new Event('visibilitychange')); }""",
        state,
    )
