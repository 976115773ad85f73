"""The exit drill on the whole running service: at every step of a report leave in each way, then look for traces."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.by_hand import leave, soon
from tests.browser.conftest import PHONE, show_weather
from tests.browser.seeing import NOTHING, OUT, stored
from tests.kit import Chat, Stack
from web.chat.sessions import COOKIE

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.slow]

CANARY = "zephyr umbrella quince"
ANSWERS = {
    "account": f"The people upstairs play a song about a {CANARY} very loudly until three in the morning.",
    "identity": "named",
    "reporter_name": f"Sam {CANARY}",
    "contact_method": "email",
    "contact_value": "zephyr-umbrella@example.org",
    "contact_safety": ["email_ok"],
    "where_postcode": f"the {CANARY} garages",
}
STEPS = (
    "danger_now", "safe_to_chat", "reporter_role", "age_group", "account", "account_more", "still_happening",
    "motive", "identity", "reporter_name", "contact_method", "contact_value", "contact_safety", "where_postcode",
    "review", "happened_when", "sent",
)  # fmt: skip


@pytest.fixture(scope="module")
def remembering(chromium: Callable[..., Browser]) -> Iterator[Browser]:
    """A browser that keeps pages for Back and Forward, as people's browsers do and browsers of tests do not."""
    started = chromium(ignore_default_args=["--disable-back-forward-cache"])
    yield started
    started.close()


def at(stack: Stack, step: str) -> Chat:
    """A report that stands at this step, with the canary in what was said so far."""
    chat = Chat(stack.base)
    if step not in ("sent", "happened_when"):
        chat.to(step, ANSWERS)
        return chat
    chat.to("review", ANSWERS)
    if step == "sent":
        chat.choose("send")
        return chat
    chat.choose("more")
    chat.choose("when_who")
    return chat


@pytest.mark.parametrize("way", ["button", "link", "shift", "button without script"])
def test_nothing_is_left_whenever_and_however_somebody_leaves(
    remembering: Browser, running_stack: Stack, way: str
) -> None:
    for step in STEPS:
        chat = at(running_stack, step)
        context = remembering.new_context(
            viewport=PHONE, base_url=running_stack.base, java_script_enabled="without" not in way
        )
        context.add_cookies([{"name": COOKIE, "value": chat.session, "url": running_stack.base}])
        page = context.new_page()
        page.route(f"{OUT}**", show_weather)
        page.goto("/chat")
        # Once it is sent the words are the case's, and the page does not show them any more.
        told = step != "sent" and STEPS.index(step) > STEPS.index("account")
        assert (CANARY in page.content()) == told, step
        if page.locator("#text").count():
            page.locator("#text").fill(f"half a {CANARY}")
        if way == "link":
            # From the middle of the page: its place right after the skip link is tested with the pages themselves.
            page.locator("a.skip[href='/leave']").press("Enter")
        else:
            leave(page, way.split(maxsplit=1)[0])
        page.wait_for_url(f"{OUT}**")
        look_for_traces(page, context, step)
        assert chat.request("GET", "/transcript")[0] == 401, step
        context.close()
    no_word_is_kept(running_stack)


def look_for_traces(page: Page, context: BrowserContext, step: str) -> None:
    """Back, Forward, reload, and open it anew, here and in another tab: no word, nothing stored, no cookie."""
    assert soon(page, lambda: context.cookies() == []), step
    for move in ("back", "forward", "back", "reload", "open", "reload"):
        # A page out of the browser's memory commits and never loads.
        match move:
            case "back":
                page.go_back(wait_until="commit")
            case "forward":
                page.go_forward(wait_until="commit")
            case "reload":
                page.reload()
            case "open":
                page.goto("/chat")
        page.wait_for_timeout(50)
        assert CANARY not in page.content() and CANARY not in page.title(), (step, move)
        assert "/chat" not in page.url or "There is nothing here" in page.content(), (step, move)
    page.goto("/")
    assert stored(page) == NOTHING, step
    other = context.new_page()
    other.goto("/chat")
    assert CANARY not in other.content() and "There is nothing here" in other.content(), step
    assert context.cookies() == [], step


def no_word_is_kept(stack: Stack) -> None:
    """Neither in a file nor in a table: what was not sent is deleted, what was sent is sealed."""
    words = CANARY.encode()
    for file in [stack.log, *(path for path in stack.home.rglob("*") if path.is_file())]:
        found = file.read_bytes()
        assert words not in found and b"zephyr-umbrella" not in found, file
    with sqlite3.connect(f"file:{stack.home / 'reporting.db'}?mode=ro", uri=True) as db:
        for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
            rows = db.execute(f'select * from "{table}"').fetchall()
            assert CANARY not in repr(rows), table
