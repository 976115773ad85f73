"""Every state of the pages that a reporter can meet, by name. Turns and cases are made by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from casework.cases import ContactError
from casework.questions.wording import say
from tests.browser.seeing import OUT, Open
from tests.web.pages_by_hand import CASE, PAUSED, RECEIPT, TOKEN, Service, emergency, first, turn
from web.chat.errors import ChatError, error
from web.chat.sessions import COOKIE

# The conversation, at a turn of this kind.
CHAT: dict[str, list[tuple[dict[str, Any], str | None]]] = {
    "first": [(first(), None)],
    "radios": [(first(), None), (turn("a", asks="reporter_role"), "No")],
    "checkboxes": [(first(), None), (turn("a", asks="motive"), "No")],
    "account": [(first(), None), (turn("a", asks="account"), "For me")],
    "line of text": [(first(), None), (turn("a", asks="where_postcode"), "No")],
    "date": [(first(), None), (turn("a", asks="happened_when"), "No")],
    "contact": [(first(), None), (turn("a", asks="contact_value"), "Phone")],
    "emergency": [(first(), None), (emergency("a", "account"), "he has a knife")],
    "help": [(first(), None), (turn("a", *say("help_domestic_abuse"), kind="help", asks="account"), "my ex")],
    "trouble": [(first(), None), (turn("a", *say("unavailable"), kind="error", asks="account"), "hello")],
    "review": [(first(), None), (turn("a", asks="review"), "L36 9YY")],
    "paused": [(first(), None), (turn("a", asks="account", receipt=PAUSED), "Pause")],
    "receipt": [(first(), None), (turn("a", "Thank you.", receipt=RECEIPT, ended=True), "Send")],
    "long": [
        (first(), None),
        *((turn(f"t{n}", "Thank you.", asks="account_more"), "word " * 60) for n in range(8)),
    ],
}
PAGES = {
    "interruption": "/", "start": "/start", "return": "/return", "ways": "/ways", "nothing": "/chat",
    "safety": "/safety", "unknown": "/x",
}  # fmt: skip
# What comes of a step in the conversation or on one of those pages. The first of each is where the step begins.
STEPS = {
    "fault": "radios", "wrong day": "date", "wrong code": "return", "too many codes": "return", "unsent": "radios",
    "offline": "account", "idle warning": "radios", "left": "radios", "unused": "radios", "counter": "account",
    "service down": "account", "words given back": "account", "blank": "radios",
}  # fmt: skip
# Behind a code.
OPENED = {"case": "/return", "contact change": "/return/contact", "withdraw": "/return/end", "code": "/return/code"}
OPENED_STEPS = {
    "message sent": "case", "message refused": "case", "message of danger": "case", "contact refused": "contact change",
    "anonymous": "contact change", "withdrawn": "case", "go on": "withdraw",
    "closed case": "case", "empty case": "case", "new code": "code", "case out of reach": "case",
}  # fmt: skip
REPORT = [*CHAT, *PAGES, *STEPS]
BACK = [*OPENED, *OPENED_STEPS]
STATES = [*REPORT, *BACK]
# Leaving takes everything off the page; on this state alone there is neither help nor a way out.
BARE = ("blank",)


class Shower:
    """Opens a state by name, in a browser of its own."""

    def __init__(self, opened: Open, service: Service) -> None:
        self._opened, self._service = opened, service

    def __call__(self, state: str, **more: Any) -> Page:
        self._service.clear()
        plain = bool(more.get("plain"))
        begun = self._behind_a_code if state in BACK else self._at
        page = begun(state, more)
        if (step := _STEP.get(state)) and not (plain and state in NEEDS_SCRIPT):
            step(page, self._service)
        return page

    def _at(self, state: str, more: dict[str, Any]) -> Page:
        start = STEPS.get(state, state)
        if start in PAGES:
            return self._opened(PAGES[start], **more)
        self._service.at(*CHAT[start])
        page = self._opened("/ways", **more)
        used = int(time.time()) - (3600 if state == "unused" else 0)
        page.context.add_cookies([{"name": COOKIE, "value": f"{TOKEN}.{used:x}", "url": page.url}])
        if state == "idle warning":
            page.clock.install()
        page.goto("/chat")
        return page

    def _behind_a_code(self, state: str, more: dict[str, Any]) -> Page:
        case = {**CASE, **_CASES.get(state, {})}
        self._service.opened = {"session": TOKEN, "case": case, "turn": None}
        page = self._opened("/ways", **more)
        page.context.add_cookies([{"name": COOKIE, "value": TOKEN, "url": page.url}])
        page.goto(OPENED[OPENED_STEPS.get(state, state)])
        return page


_CASES: dict[str, dict[str, Any]] = {
    "withdrawn": {"withdrawn": True, "status": "You asked to withdraw."},
    "go on": {"withdrawn": True},
    "closed case": {"closed": True, "status": "Your case is closed."},
    "empty case": {"messages": []},
    "anonymous": {"contact": None},
}
NEEDS_SCRIPT = ("unsent", "offline", "idle warning", "counter", "blank")


def _continue(page: Page) -> None:
    page.get_by_role("button", name="Continue", exact=True).click()


def _fault(page: Page, _: Service) -> None:
    _continue(page)
    page.locator("#fault").wait_for()


def _wrong_day(page: Page, _: Service) -> None:
    page.get_by_label("Day", exact=True).fill("31")
    page.get_by_label("Month", exact=True).fill("2")
    _continue(page)
    page.locator("#fault").wait_for()


def _code_refused(problem: Callable[[], ChatError]) -> Callable[[Page, Service], None]:
    def step(page: Page, service: Service) -> None:
        service.problem = problem()
        page.get_by_label("Your code").fill("1111")
        _continue(page)
        page.locator("#fault").wait_for()

    return step


def _unsent(page: Page, _: Service) -> None:
    page.context.set_offline(True)
    page.locator("#text").fill("half a thought")
    _continue(page)
    page.locator("#unsent").wait_for()


def _offline(page: Page, _: Service) -> None:
    page.context.set_offline(True)
    page.locator("#status:not(:empty)").wait_for()


def _idle(page: Page, _: Service) -> None:
    page.clock.run_for("26:00")
    page.locator("#idle").wait_for()


def _left(page: Page, service: Service) -> None:
    service.next_turn = turn("x", *say("left"), ended=True)
    service.deaf = error("no_session")
    page.get_by_role("button", name="Leave without sending").click()
    page.locator("#closed").wait_for()


def _counter(page: Page, _: Service) -> None:
    page.locator("#text").fill("x" * 4100)
    page.locator("#counter:visible").wait_for()


def _down(page: Page, service: Service) -> None:
    service.problem = ChatError(503, "unavailable", "\n".join(say("unavailable")))
    page.locator("#text").fill("nobody is hurt")
    _continue(page)
    page.locator("#trouble").wait_for()


def _given_back(page: Page, _: Service) -> None:
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()
    page.locator("#text").fill("my long words")
    _continue(page)
    page.get_by_role("heading", name="There is nothing here").wait_for()


def _blank(page: Page, _: Service) -> None:
    # The page that takes the place of this one is slow to come.
    page.unroute(f"{OUT}**")
    page.route(f"{OUT}**", lambda route: route.fulfill(status=204))
    page.evaluate("document.querySelector('a.exit').click()")
    page.locator("body.gone").wait_for(state="attached")


def _write(words: str, shows: str) -> Callable[[Page, Service], None]:
    def step(page: Page, _: Service) -> None:
        page.get_by_label("Write to your advisor").fill(words)
        page.get_by_role("button", name="Send to your advisor").click()
        page.locator(shows).wait_for()

    return step


def _contact_refused(page: Page, service: Service) -> None:
    service.wrong = ContactError("value")
    page.get_by_role("button", name="Save").click()
    page.locator("#fault").wait_for()


def _new_code(page: Page, _: Service) -> None:
    page.get_by_role("button", name="Show my new code").click()
    page.locator(".code").wait_for()


def _case_down(page: Page, service: Service) -> None:
    service.deaf = ChatError(503, "unavailable", "\n".join(say("unavailable")))
    page.reload()
    page.locator("#trouble").wait_for()


_STEP: dict[str, Callable[[Page, Service], None]] = {
    "fault": _fault,
    "wrong day": _wrong_day,
    "wrong code": _code_refused(lambda: error("unknown_code")),
    "too many codes": _code_refused(lambda: error("too_many", retry_after=600)),
    "unsent": _unsent,
    "offline": _offline,
    "idle warning": _idle,
    "left": _left,
    "counter": _counter,
    "service down": _down,
    "words given back": _given_back,
    "blank": _blank,
    "message sent": _write("Yes, after ten.", "#done"),
    "message refused": _write("", "#fault"),
    "message of danger": _write("he has a knife", "#card"),
    "contact refused": _contact_refused,
    "new code": _new_code,
    "case out of reach": _case_down,
}
