"""The pages in other languages on the running service: right to left, and a third longer, on a small phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.seeing import Open, assert_accessible
from tests.browser.test_page_journeys import answer, name_of
from tests.kit import Stack
from tests.plain_english import leftovers

pytestmark = [pytest.mark.browser, pytest.mark.stack]

SMALL = {"width": 320, "height": 640}
DIRECTIONS = {"ar-XB": "rtl", "en-XA": "ltr"}
# Among them every kind of question, the card, the fields of a contact, and the review.
ON_THE_WAY: dict[str, tuple[str, str]] = {
    "danger_now": ("pick", "not_sure"),
    "danger_check": ("pick", "no"),
    "safe_to_chat": ("pick", "safe"),
    "reporter_role": ("pick", "self"),
    "age_group": ("pick", "18_plus"),
    "account": ("words", "Since March the man upstairs has shouted racist names at us on the stairs."),
    "account_more": ("pick", "done"),
    "still_happening": ("pick", "ongoing"),
    "relationship_to_them": ("pick", "neighbour"),
    "motive": ("pick", "race_ethnicity"),
    "identity": ("pick", "named"),
    "reporter_name": ("words", "Sam Sample"),
    "contact_method": ("pick", "phone"),
    "contact_value": ("words", "0151 496 0000"),
    "contact_safety": ("pick", "phone_ok"),
    "where_postcode": ("words", "L36 9YY"),
}


def fits(page: Page, tag: str) -> None:
    """The page says which language it is in, runs its way, and has nothing beside the window."""
    root = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
    assert root == [tag, DIRECTIONS[tag]]
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) <= 0, page.url
    assert page.evaluate("getComputedStyle(document.body).direction") == DIRECTIONS[tag]


@pytest.mark.parametrize("tag", DIRECTIONS)
def test_a_whole_report_fits_and_is_accessible(opened: Open, tongues_stack: Stack, tag: str) -> None:
    page = opened(
        "/", tongues_stack.base, viewport=SMALL, extra_http_headers={"Accept-Language": tag}, color_scheme="light"
    )
    fits(page, tag)
    assert_accessible(page)
    page.locator("main form button").click()
    page.locator("#start").wait_for()
    fits(page, tag)
    assert_accessible(page)
    page.locator("#start button").click()
    page.locator("#asked").wait_for()
    for _ in range(40):
        fits(page, tag)
        asked = name_of(page)
        if asked in ("danger_now", "motive", "contact_value", "where_postcode", "review"):
            assert_accessible(page)
        if asked == "review":
            break
        # A press without an answer shows what is wrong beside the field.
        if asked == "reporter_role":
            page.locator("#ask button[type=submit]:not([name])").first.click()
            page.locator("#fault").wait_for()
            fits(page, tag)
        answer(page, ON_THE_WAY.get(asked, ("press", "skip")))
        if asked == "danger_now":
            assert "999" in page.locator("#card").inner_text()
            assert_accessible(page)
    page.locator("button[value=send]").click()
    page.locator("#kept").wait_for()
    fits(page, tag)
    assert_accessible(page)
    code = page.locator(".code")
    assert re.fullmatch(r"(\d{4} ?){4}", code.inner_text()) and code.get_attribute("dir") == "ltr"


def test_the_way_out_is_at_the_end_of_the_line(opened: Open, tongues_stack: Stack) -> None:
    page = opened("/", tongues_stack.base, viewport=SMALL, extra_http_headers={"Accept-Language": "ar-XB"})
    way_out = page.locator("a.exit").bounding_box()
    assert way_out is not None and way_out["x"] < SMALL["width"] / 2 - way_out["width"] / 2


def test_numbers_are_not_turned_round(opened: Open, tongues_stack: Stack) -> None:
    page = opened("/ways", tongues_stack.base, viewport=SMALL, extra_http_headers={"Accept-Language": "ar-XB"})
    links = page.locator('main .plain a[href^="tel:"]')
    turned = links.evaluate_all(
        """found => found.filter(link => {
            const text = [...link.childNodes].find(node => node.nodeType === 3), range = document.createRange();
            const place = at => {
                range.setStart(text, at); range.setEnd(text, at + 1);
                return range.getBoundingClientRect();
            };
            const first = place(0), last = place(text.length - 1);
            return first.top === last.top && last.left < first.left;
        }).map(link => link.textContent)"""
    )
    assert links.count() > 5 and turned == []


def test_the_language_is_chosen_on_the_page_and_the_script_speaks_it(opened: Open, tongues_stack: Stack) -> None:
    page = opened("/", tongues_stack.base, viewport=SMALL)
    page.get_by_role("button", name="en-XA").click()
    fits(page, "en-XA")
    page.locator("main form button").click()
    page.locator("#start button").click()
    page.locator("#asked").wait_for()
    page.keyboard.press("Shift")
    told = page.locator("#presses").inner_text()
    page.context.set_offline(True)
    page.locator("#ask input[value=no]").check()
    page.locator("#ask button[type=submit]:not([name])").first.click()
    page.locator("#unsent").wait_for()
    assert told and leftovers([told, *page.locator("#unsent p, #unsent h2, #unsent button").all_inner_texts()]) == []
