"""Whole journeys in the browser, on the whole running service."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.by_hand import begin, soon
from tests.browser.seeing import NOTHING, OUT, Open, assert_accessible, stored

pytestmark = [pytest.mark.browser, pytest.mark.stack]

SECRET = "Since March the man upstairs has shouted racist names at us on the stairs."
# How each question is answered where it is asked: an option's value, several, words, or a button.
ANSWERS: dict[str, tuple[str, str]] = {
    "danger_now": ("pick", "no"),
    "danger_check": ("pick", "no"),
    "safe_to_chat": ("words", "yes it is safe"),
    "reporter_role": ("pick", "self"),
    "age_group": ("pick", "18_plus"),
    "account": ("words", SECRET),
    "account_more": ("pick", "done"),
    "still_happening": ("pick", "ongoing"),
    "relationship_to_them": ("pick", "neighbour"),
    "motive": ("pick", "race_ethnicity"),
    "identity": ("pick", "anonymous"),
    "where_postcode": ("words", "L36 9YY"),
}


def name_of(page: Page) -> str:
    """The open question's name."""
    found = page.locator("#ask input[name=question]")
    return str(found.input_value()) if found.count() else ""


def answer(page: Page, how: tuple[str, str] | None = None) -> None:
    """Answer the open question, and wait for what follows."""
    way, value = how or ANSWERS.get(name_of(page), ("press", "skip"))
    before = page.locator("#ask input[name=id]").input_value()
    if way == "press":
        page.locator(f"button[name=do][value='{value}']").first.click()
    else:
        if way == "pick":
            page.locator(f"#ask input[value='{value}']").check()
        else:
            page.locator("#text").fill(value)
        page.locator("#ask button[type=submit]:not([name])").first.click()
    page.wait_for_function("id => document.querySelector('#ask input[name=id]')?.value !== id", arg=before)


def answer_until(page: Page, name: str) -> None:
    for _ in range(40):
        if name_of(page) == name:
            return
        answer(page)
    raise AssertionError(f"{name} is never asked")


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def page(opened: Open, real: str, request: pytest.FixtureRequest) -> Page:
    """The start page of the real service, with and without the pages' script."""
    return opened(base=real, plain=not request.param)


def test_report_from_start_to_receipt_and_back(page: Page) -> None:
    begin(page)
    answer_until(page, "review")
    expect(page.locator(".summary")).to_contain_text("L36 9YY")
    assert_accessible(page)
    page.get_by_text("Show what I wrote").click()
    expect(page.locator(".summary")).to_contain_text(SECRET)

    answer(page, ("press", "change:where_postcode"))
    assert name_of(page) == "where_postcode"
    answer(page, ("words", "the garages behind Elm House"))
    answer_until(page, "review")
    expect(page.locator(".summary")).to_contain_text("Elm House")

    answer(page, ("press", "send"))
    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text(re.compile(r"by the end of \w+day \d+ \w+"))
    assert_accessible(page)
    assert stored(page) == NOTHING
    code = page.locator(".receipt .code").inner_text()
    page.get_by_role("link", name="Finish and close").click()
    page.wait_for_url(f"{OUT}**")
    assert soon(page, lambda: page.context.cookies() == [])

    page.goto("/return")
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your reference is")
    assert_accessible(page)
    page.get_by_label("Write to your advisor, or add more").fill("It was on the second floor.")
    page.get_by_role("button", name="Add to what you told us").click()
    expect(page.locator("#log")).to_contain_text("It was on the second floor.")


def test_pause_and_come_back(page: Page) -> None:
    begin(page)
    answer_until(page, "account_more")
    answer(page, ("press", "pause"))
    code = page.locator(".receipt .code").inner_text()
    page.get_by_role("link", name="Finish and close").click()
    page.wait_for_url(f"{OUT}**")
    assert soon(page, lambda: page.context.cookies() == [])
    page.goto("/chat")
    assert SECRET not in page.content()
    page.goto("/return")
    page.get_by_label("Your code").fill(code.replace(" ", ""))
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#asked")).to_be_visible()
    assert name_of(page) == "account_more"


def test_exit_deletes_and_back_shows_nothing(page: Page) -> None:
    begin(page)
    answer_until(page, "account_more")
    cookie = page.context.cookies()[0]
    page.locator("a.exit").click()
    page.wait_for_url(f"{OUT}**")
    assert soon(page, lambda: page.context.cookies() == [])
    for _ in range(6):
        page.go_back()
        assert SECRET not in page.content()
    # Somebody who kept the cookie finds nothing either.
    page.goto("/return")
    page.context.add_cookies([cookie])
    page.goto("/chat")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_words_of_danger_bring_the_card(page: Page) -> None:
    begin(page)
    answer(page, ("words", "he is outside my door with a knife and says he will kill me"))
    card = page.locator("#card")
    expect(card).to_be_visible()
    expect(card).to_be_in_viewport()
    expect(page.get_by_role("link", name="Call 999").first).to_have_attribute("href", "tel:999")
    assert_accessible(page)
    answer(page)
    expect(page.get_by_role("log").locator(".emergency")).to_be_visible()


def test_leaving_by_button_asks_and_deletes(page: Page) -> None:
    begin(page)
    answer_until(page, "account_more")
    answer(page, ("press", "leave"))
    assert name_of(page) == "leave_check"
    answer(page, ("pick", "yes"))
    expect(page.get_by_role("heading", name="You have left")).to_be_visible()
    assert SECRET not in page.content() and page.context.cookies() == []


def test_a_person_a_language_and_going_back(page: Page) -> None:
    begin(page)
    answer_until(page, "reporter_role")
    answer(page, ("press", "person"))
    expect(page.get_by_role("log")).to_contain_text("Speak to a person")
    answer(page, ("press", "language"))
    assert name_of(page) == "reporter_role"
    answer(page, ("press", "back"))
    assert name_of(page) == "safe_to_chat"
    answer(page, ("words", "<b>/restart</b>"))
    expect(page.get_by_role("log")).to_contain_text("<b>/restart</b>")


def test_a_name_is_gone_from_the_page_once_the_report_is_anonymous(page: Page) -> None:
    begin(page)
    answer_until(page, "identity")
    answer(page, ("pick", "named"))
    answer_until(page, "reporter_name")
    answer(page, ("words", "Canary Hollis"))
    expect(page.locator("#lines")).to_contain_text("Canary Hollis")
    answer_until(page, "review")
    answer(page, ("press", "change:identity"))
    answer(page, ("pick", "anonymous"))
    answer_until(page, "review")
    assert "Hollis" not in page.content()
    expect(page.locator("#log")).to_contain_text("I have deleted your name")
