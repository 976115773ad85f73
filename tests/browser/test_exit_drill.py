"""The exit drill on the whole running service: at every step of a report and of the way back leave, then look.

The ordinary tests leave once at each step, in the ways by turns; `make drill` in every way at every step.
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.browser.by_hand import leave, soon
from tests.browser.conftest import PHONE, show_weather
from tests.browser.seeing import NOTHING, OUT, stored
from tests.drill.counts import EXIT_WAYS
from tests.kit import ROOT, Chat, Stack
from web.chat.sessions import COOKIE

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(900)]

# So long that no sealed value holds it by chance.
WORD = "zephyrstone"
CANARY = f"{WORD} umbrella quince"
ANSWERS = {
    "account": f"The people upstairs play a song about a {CANARY} very loudly until three in the morning.",
    "identity": "named",
    "reporter_name": f"Sam {CANARY}",
    "contact_method": "email",
    "contact_value": f"{WORD}-umbrella@example.org",
    "contact_safety": ["email_ok"],
    "where_postcode": f"the {CANARY} garages",
}
STEPS = (
    "danger_now", "safe_to_chat", "reporter_role", "age_group", "account", "account_more", "still_happening",
    "motive", "identity", "reporter_name", "contact_method", "contact_value", "contact_safety", "where_postcode",
    "review", "more_topics", "happened_when", "danger_check", "leave_check", "paused", "sent",
)  # fmt: skip
# Only asked of who reports for somebody else.
FOR_SOMEBODY = ("affected_consent", "affected_at_risk", "no_consent_reason", "affected_name", "affected_contact_ok")
OTHER = {
    **dict.fromkeys(FOR_SOMEBODY[:3], {
        "reporter_role": "on_behalf", "affected_consent": "could_not_ask", "affected_at_risk": "yes",
        "no_consent_reason": f"They were told about a {CANARY}.",
    }),
    **dict.fromkeys(FOR_SOMEBODY[3:], {"reporter_role": "on_behalf", "affected_consent": "yes"}),
}  # fmt: skip
# Nothing of the account has been told before these.
UNTOLD = (
    "danger_now", "safe_to_chat", "reporter_role", "age_group", "affected_consent", "affected_at_risk",
    "no_consent_reason",
)  # fmt: skip
# Behind the code, and the field for it.
BACK = ("code typed", "case", "message refused", "contact", "withdraw", "about a new code", "new code")
WAYS = ("button", "link", "shift", "button without script", "link without script")


def steps_left_by(way: str, steps: tuple[str, ...]) -> tuple[str, ...]:
    """At which of these steps somebody leaves in this way: as many ways at each as `EXIT_WAYS` says, in turn."""
    turn = WAYS.index(way)
    return tuple(step for at, step in enumerate(steps) if (turn - at) % len(WAYS) < EXIT_WAYS)


# What would give the words away, however they were written down.
TRACES = (
    WORD.encode(), WORD.encode("utf-16-le"),
    # The letters that hang on nothing before the word, wherever it begins.
    *(base64.b64encode(b" " * lead + CANARY.encode())[8:16] for lead in (3, 4, 5)),
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
    more = {"more_topics": ("more",), "happened_when": ("more", "when_who"), "leave_check": ("leave",)}
    more |= {"danger_check": ("more", "harm", "fire"), "paused": ("pause",), "sent": ("send",)}
    chat.to("review" if step in more else step, {**ANSWERS, **OTHER.get(step, {})})
    for choice in more.get(step, ()):
        chat.choose(choice)
    return chat


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left_whenever_and_however_somebody_leaves(
    remembering: Browser, running_stack: Stack, way: str
) -> None:
    for step in steps_left_by(way, (*STEPS, *FOR_SOMEBODY)):
        chat = at(running_stack, step)
        context, page = a_window(remembering, running_stack, way)
        context.add_cookies([{"name": COOKIE, "value": chat.session, "url": running_stack.base}])
        page.goto("/chat")
        # Once it is sent the words are the case's, and the page does not show them any more.
        told = step not in ("account", "sent", *UNTOLD)
        assert (CANARY in seen(page)) == told, step
        if page.locator("#text").count():
            page.locator("#text").fill(f"half a {CANARY}")
        leave_by(page, way)
        look_for_traces(page, context, step, ["There is nothing here"])
        assert chat.request("GET", "/transcript")[0] == 401, step
        # What can be come back to with a code stays until then; all else is gone from every table.
        assert step in ("paused", "sent") or rows_about(running_stack, draft_of(chat)) == [], step
        context.close()
    no_word_is_kept(running_stack)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left_on_the_way_back(remembering: Browser, running_stack: Stack, way: str) -> None:
    chat = at(running_stack, "sent")
    code, reference = chat.turn["receipt"]["code"], chat.reference
    for step in steps_left_by(way, BACK):
        context, page = a_window(remembering, running_stack, way)
        page.goto("/return")
        page.get_by_label("Your code").fill(code)
        if step != "code typed":
            page.get_by_role("button", name="Continue").click()
            page.get_by_role("heading", level=1).filter(has_text=reference).wait_for()
            # What was written to the advisor before is on the page.
            page.get_by_label("Write to your advisor").fill(f"It was a {CANARY}.")
            page.get_by_role("button", name="Send to your advisor").click()
            page.locator("#done").wait_for()
            assert CANARY in seen(page)
        code = take(page, step) or code
        for field in ("#text", "#note", "#value"):
            if page.locator(field).count():
                page.locator(field).fill(f"half a {CANARY}")
        held = context.cookies()
        leave_by(page, way)
        look_for_traces(page, context, step, ["Enter your code", "There is nothing here"], (reference, code))
        # Somebody who kept the cookie is asked for the code too.
        if held:
            context.add_cookies([{"name": COOKIE, "value": held[0]["value"], "url": running_stack.base}])
        page.goto("/return")
        assert "Enter your code" in seen(page) and reference not in seen(page), step
        context.close()
    no_word_is_kept(running_stack)


def take(page: Page, step: str) -> str:
    """From the case to this step; a new code where there is one."""
    links = {"contact": "Change how we reach you", "withdraw": "Withdraw"}
    links |= dict.fromkeys(("about a new code", "new code"), "Get a new code")
    if step in links:
        page.get_by_role("link", name=links[step]).click()
        page.wait_for_url("**/return/*")
    if step == "message refused":
        page.get_by_label("Write to your advisor").fill("")
        page.get_by_role("button", name="Send to your advisor").click()
        page.locator("#fault").wait_for()
    if step == "new code":
        page.get_by_role("button", name="Show my new code").click()
        return page.locator(".code").inner_text()
    return ""


def a_window(browser: Browser, stack: Stack, way: str) -> tuple[BrowserContext, Page]:
    script = "without" not in way
    context = browser.new_context(viewport=PHONE, base_url=stack.base, java_script_enabled=script)
    page = context.new_page()
    page.route(f"{OUT}**", show_weather)
    return context, page


def leave_by(page: Page, way: str) -> None:
    if way.startswith("link"):
        # From the middle of the page: its place right after the skip link is tested with the pages themselves.
        page.locator("a.skip[href='/leave']").press("Enter")
    else:
        leave(page, way.split(maxsplit=1)[0])
    page.wait_for_url(f"{OUT}**")


def seen(page: Page) -> str:
    """All that the page says, and what stands in its fields, which a browser may put back by itself."""
    for _ in range(20):
        with suppress(Error):
            fields = page.locator("input, textarea").evaluate_all("all => all.map(e => e.value).join(' ')")
            return f"{page.title()} {page.content()} {fields}"
        # A page from the browser's memory blanks itself and asks anew.
        page.wait_for_timeout(100)
    raise AssertionError("the page does not come to rest")


def look_for_traces(
    page: Page, context: BrowserContext, step: str, instead: list[str], words: tuple[str, ...] = ()
) -> None:
    """Back, Forward, reload, and open it anew, here and in another tab: no word, nothing stored, no cookie.

    `instead` is what stands there, `words` are not to be seen either."""
    words = (CANARY, *words)
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
        # A page from the browser's memory is blank until it was asked for anew: no word is there in between either.
        found: list[str] = []

        def at_rest(found: list[str] = found) -> bool:
            found.append(seen(page))
            ours = any(part in page.url for part in ("/chat", "/return"))
            return not ours or any(text in found[-1] for text in instead)

        page.wait_for_timeout(50)
        assert soon(page, at_rest), (step, move, page.url, found[-1])
        assert not any(word in each for each in found for word in words), (step, move)
    page.goto("/")
    assert stored(page) == NOTHING, step
    other = context.new_page()
    for path, text in (("/chat", "There is nothing here"), ("/return", "Enter your code")):
        other.goto(path)
        anew = seen(other)
        assert not any(word in anew for word in words) and text in anew, step
    assert context.cookies() == [], step


def no_word_is_kept(stack: Stack) -> None:
    """Neither in a file nor in a table: what was not sent is deleted, what was sent is sealed."""
    for file in {stack.log, *(path for path in stack.home.rglob("*") if path.is_file()), *open_files(stack)}:
        found = file.read_bytes().lower()
        assert not any(trace.lower() in found for trace in TRACES), file
    with sqlite3.connect(f"file:{stack.home / 'reporting.db'}?mode=ro", uri=True) as db:
        for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
            rows = db.execute(f'select * from "{table}"').fetchall()
            assert WORD not in repr(rows).lower(), table


def open_files(stack: Stack) -> set[Path]:
    """What our processes have open outside their home: temporary files and the like, where the system tells."""
    found: set[Path] = set()
    for process in stack.processes().values():
        for link in Path(f"/proc/{process['pid']}/fd").glob("*"):
            file = Path(link.resolve())
            if file.is_file() and not file.is_relative_to("/proc") and not file.is_relative_to(ROOT):
                found.add(file)
    return found


def draft_of(chat: Chat) -> str:
    """The id of the draft, which its session carries."""
    return base64.urlsafe_b64decode(chat.session.partition("~")[0] + "==")[16:32].hex()


def rows_about(stack: Stack, draft: str) -> list[str]:
    """The tables that hold a row which names this draft."""
    with sqlite3.connect(f"file:{stack.home / 'reporting.db'}?mode=ro", uri=True) as db:
        tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
        return [table for table in tables if draft in repr(db.execute(f'select * from "{table}"').fetchall())]


def test_a_trace_would_be_found(tmp_path: Path) -> None:
    words = ANSWERS["account"].encode()
    for at in range(3):
        assert any(trace in base64.b64encode(b"x" * at + words) for trace in TRACES)
    assert any(trace in CANARY.encode("utf-16-le") for trace in TRACES)


def test_every_step_has_its_way_out() -> None:
    steps = (*STEPS, *FOR_SOMEBODY)
    for given in (steps, BACK):
        left = [step for way in WAYS for step in steps_left_by(way, given)]
        assert sorted(left) == sorted(given * EXIT_WAYS)
    assert all(steps_left_by(way, BACK) for way in WAYS)
