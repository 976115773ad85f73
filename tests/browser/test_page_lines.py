"""Where lines break in a small window, in both directions of writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import open_door
from tests.browser.seeing import Open
from tests.browser.states import Shower

pytestmark = pytest.mark.browser

Small = Callable[..., Page]

ADDRESSES = {
    "base_url": "https://tell-us.livvhousinggroup.example.org",
    "landlord_name": "Livv Housing Group",
    "landlord_email": "tell.us.about.hate@livvhousinggroup.example.org",
    "landlord_phone": "0151 290 7000",
}


@pytest.fixture
def small(opened: Open) -> Iterator[Small]:
    """A small phone, and a landlord with long addresses."""
    doors = open_door(**ADDRESSES)
    address, service = next(doors)

    def shown(state: str, *, rtl: bool) -> Page:
        page = Shower(opened, service)(state, base=address, viewport={"width": 320, "height": 568})
        page.evaluate("rtl => { document.documentElement.dir = rtl ? 'rtl' : 'ltr' }", rtl)
        return page

    yield shown
    doors.close()


@pytest.mark.parametrize("rtl", [False, True])
@pytest.mark.parametrize(("state", "links"), [("receipt", "a[href='/return'], .foot a"), ("ways", "main a, .foot a")])
def test_a_long_address_breaks_at_its_joints(small: Small, state: str, links: str, rtl: bool) -> None:
    torn = small(state, rtl=rtl).evaluate(
        """links => [...document.querySelectorAll(links)].flatMap(link => [...link.childNodes]).flatMap(node =>
            [...node.textContent.matchAll(/[\\p{L}\\p{N}]+/gu)].filter(word => {
                const part = document.createRange();
                part.setStart(node, word.index);
                part.setEnd(node, word.index + word[0].length);
                return new Set([...part.getClientRects()].map(box => box.top)).size > 1;
            }).map(word => word[0]))""",
        links,
    )
    assert torn == []


@pytest.mark.parametrize("rtl", [False, True])
@pytest.mark.parametrize("state", ["receipt", "ways"])
def test_lines_that_wrap_stand_evenly(small: Small, state: str, rtl: bool) -> None:
    page = small(state, rtl=rtl)
    page.get_by_text("More people who can help").click()
    # Of each place to ring: how far its lines of words stand apart.
    steps = page.locator(".foot li, .plain li").evaluate_all(
        """places => places.map(place => {
            const words = document.createRange();
            words.selectNodeContents(place);
            const size = parseFloat(getComputedStyle(place).fontSize), tops = new Set();
            const walk = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
                if (!walk.currentNode.data.trim()) continue;
                words.selectNodeContents(walk.currentNode);
                for (const box of words.getClientRects()) if (box.width > 1) tops.add(Math.round(box.top / 3) * 3);
            }
            const rows = [...tops].sort((a, b) => a - b);
            return rows.slice(1).map((top, i) => (top - rows[i]) / size);
        })"""
    )
    assert max(len(each) for each in steps) >= 1
    assert {round(step * 2) / 2 for each in steps for step in each} == {1.5}
