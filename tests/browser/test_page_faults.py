"""Each rule by which a field is refused: what is wrong and how to mend it, beside the field, heard and focused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from casework.cases import ContactError
from tests.browser.states import Shower
from tests.web.pages_by_hand import Service
from web.chat.errors import error

pytestmark = pytest.mark.browser

LONG = "x" * 4100
# Also for a run that begins in the old year and ends in the new one.
YEAR_TO_COME = str(date.today().year + 2)
Fill = Callable[[Page, Service], None]


@dataclass(frozen=True)
class Rule:
    """On the page `state`, after `fill` and the button: `says` all of these words about the field `field`."""

    state: str
    fill: Fill
    says: tuple[str, ...]
    field: str
    button: str = "Continue"


def nothing(_: Page, __: Service) -> None:
    return None


def words(text: str, field: str = "#text") -> Fill:
    return lambda page, _: page.locator(field).fill(text)


def day(day: str, month: str, year: str) -> Fill:
    def fill(page: Page, _: Service) -> None:
        for label, value in (("Day", day), ("Month", month), ("Year", year)):
            page.get_by_label(label, exact=True).fill(value)

    return fill


SOMETHING = words("something")


def refused(code: str, fill: Fill = SOMETHING) -> Fill:
    """The chat refuses it."""

    def then(page: Page, service: Service) -> None:
        fill(page, service)
        service.problem = error(code, retry_after=600 if code == "too_many" else None)

    return then


def contact(code: str) -> Fill:
    """The record refuses how somebody wants to be reached."""

    def then(_: Page, service: Service) -> None:
        service.wrong = ContactError(code)

    return then


def way(label: str, value: str) -> Fill:
    def fill(page: Page, _: Service) -> None:
        page.get_by_label(label, exact=True).check()
        page.locator("#value").fill(value)

    return fill


CODE = words("1111", "#code")
DAYS = "input[name=day]"
RULES = {
    "no option": Rule("radios", nothing, ("Choose an answer", "press Continue"), "#question"),
    "no option of several": Rule("checkboxes", nothing, ("Choose an answer", "press Continue"), "[type=checkbox]"),
    "no words": Rule("account", nothing, ("Write something", "press Continue"), "#text"),
    "no line": Rule("line of text", nothing, ("Write something", "press Continue"), "#text"),
    "no contact": Rule("contact", nothing, ("Write something", "press Continue"), "#text"),
    "no day": Rule("date", nothing, ("Write something", "press Continue"), DAYS),
    "nothing on the review": Rule("review", nothing, ("Choose an answer",), "#text", "Continue with these words"),
    "day without month": Rule("date", day("3", "", ""), ("Put the month", "for example"), DAYS),
    "no such day": Rule("date", day("31", "2", ""), ("from 1 to 29",), DAYS),
    "day in letters": Rule("date", day("one", "2", ""), ("a number from 1 to",), DAYS),
    "no such month": Rule("date", day("", "13", "2025"), ("from 1 to 12, or its name",), DAYS),
    "month in other words": Rule("date", day("", "moon", "2025"), ("from 1 to 12, or its name",), DAYS),
    "year in three numbers": Rule("date", day("", "", "202"), ("4 numbers, for example",), DAYS),
    "year before telephones": Rule("date", day("", "", "1066"), ("4 numbers, for example",), DAYS),
    "day to come": Rule("date", day("1", "1", YEAR_TO_COME), ("still to come", "Check the month"), DAYS),
    "message too long": Rule("account", refused("too_long", words(LONG)), ("4,100", "two or more parts"), "#text"),
    "account too long": Rule("account", refused("account_too_long"), ("10,000", "is kept"), "#text"),
    "not offered": Rule("radios", refused("not_offered"), ("pick one that is shown",), "#question"),
    "must be answered": Rule("radios", refused("must_answer"), ("need an answer",), "#question"),
    "question has moved on": Rule("account", refused("id_reused"), ("has changed", "Check it fits"), "#text"),
    "not read": Rule("account", refused("malformed"), ("send it again",), "#text"),
    "code of another length": Rule("return", refused("bad_code", CODE), ("16 digits", "type it again"), "#code"),
    "no such code": Rule("return", refused("unknown_code", CODE), ("could not find", "check it"), "#code"),
    "too many codes": Rule("return", refused("too_many", CODE), ("Please wait 10 minutes",), "#code"),
    "empty message": Rule("case", nothing, ("Write something first",), "#text", "Send to your advisor"),
    "empty addition": Rule("case", nothing, ("Write something first",), "#text", "Add to what you told us"),
    "long message": Rule("case", words(LONG), ("4,000", "two or more parts"), "#text", "Send to your advisor"),
    "long words on withdrawing": Rule("withdraw", words(LONG), ("4,000", "parts"), "#text", "Yes, withdraw"),
    "no way of contact": Rule("contact change", contact("method"), ("Choose how",), "[role=radiogroup]", "Save"),
    "no number": Rule("contact change", contact("value"), ("Write the number, email",), "#value", "Save"),
    "short number": Rule("contact change", way("Phone call", "12"), ("full phone number",), "#value", "Save"),
    "odd address of email": Rule("contact change", way("Email", "sam"), ("email",), "#value", "Save"),
    "short address": Rule("contact change", way("Letter", "Elm"), ("address",), "#value", "Save"),
    "unknown safe way": Rule("contact change", contact("safe"), ("that are shown",), "[name=safe]", "Save"),
    "long note": Rule("contact change", words(LONG, "#note"), ("4,000",), "#note", "Save"),
}


@pytest.mark.parametrize("plain", [False, True], ids=["script", "plain"])
@pytest.mark.parametrize("name", RULES)
def test_what_is_refused_is_said_beside_the_field(show: Shower, service: Service, name: str, plain: bool) -> None:
    rule = RULES[name]
    page = show(rule.state, plain=plain)
    rule.fill(page, service)
    typed = _typed(page)
    page.get_by_role("button", name=rule.button, exact=True).click()
    fault = page.locator("#fault")
    fault.wait_for()
    told = fault.inner_text()
    assert [part for part in rule.says if part not in told] == [], told
    expect(fault).to_be_focused()
    expect(fault).to_be_in_viewport()
    assert page.title().startswith("Error: ")
    field = page.locator(f"main {rule.field}").first
    assert "fault" in (field.get_attribute("aria-describedby") or "").split()
    assert field.get_attribute("aria-invalid") == "true"
    assert _typed(page) == typed


def _typed(page: Page) -> list[str]:
    """What stands in the fields."""
    fields = page.locator("main :is(input:not([type=hidden], [type=radio], [type=checkbox]), textarea)")
    return [str(value) for value in fields.evaluate_all("all => all.map(e => e.value)")]


def test_every_message_of_a_refusal_is_among_the_rules() -> None:
    """A rule that is added without a line here is found."""
    from web.chat import page_return_words, page_words
    from web.chat.errors import MESSAGES

    tried = {
        "nothing": "no option", "nothing_typed": "no words", "stale": "question has moved on",
        "too_long": "message too long", "empty": "empty message", "method": "no way of contact", "value": "no number",
        "safe": "unknown safe way", "bad_code": "code of another length", "unknown_code": "no such code",
        "too_many": "too many codes", "not_offered": "not offered", "must_answer": "must be answered",
        "account_too_long": "account too long", "malformed": "not read", "id_reused": "question has moved on",
    }  # fmt: skip
    # These are pages of their own or words cut at the end (tests/web/test_large_forms.py), or no field's at all.
    elsewhere = {"cut", "form", "elsewhere", "skip_too", "code", "no_session", "wrong_origin", "not_found"}
    elsewhere |= {"method_not_allowed", "too_large"}
    names = {*page_words.ERRORS, *page_return_words.ERRORS, *MESSAGES}
    assert names - elsewhere == set(tried) and set(tried.values()) <= set(RULES)
