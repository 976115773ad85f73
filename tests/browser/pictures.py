"""``python -m tests.browser.pictures``: takes every picture of the pages in ``docs/screenshots`` anew, by itself.

It starts the whole service with a home of its own, so what is seen is what people see; a second one, which offers the
made-up languages too, is for the pictures of those alone. Not part of the tests.
``python -m tests.browser.pictures start dark`` takes these two alone.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.by_hand import begin
from tests.browser.small_png import with_palette
from tests.browser.test_page_journeys import answer, answer_until
from tests.kit import ROOT, Chat, Stack

HERE = ROOT / "docs" / "screenshots"
PHONE = {"width": 390, "height": 844}
LOW = {"width": 320, "height": 256}
SETTINGS = {"REPORTING_LANGUAGES": "en-GB", "REPORTING_LANDLORD_PHONE": "0151 290 7000"}
MADE_UP = {**SETTINGS, "REPORTING_LANGUAGES": "en-GB,ar-XB"}
Act = Callable[[Page], None]


def first_question(page: Page) -> None:
    page.goto("/")
    # By its place: its words are made up. The languages stand at the foot.
    page.locator("main form button").first.click()
    page.locator("#start button").click()
    page.locator("#asked").wait_for()


def until(name: str) -> Act:
    def act(page: Page) -> None:
        begin(page)
        answer_until(page, name)

    return act


def leaving(page: Page) -> None:
    page.locator("h1").wait_for()


def start(page: Page) -> None:
    page.goto("/start")


def date(page: Page) -> None:
    until("review")(page)
    answer(page, ("press", "more"))
    page.locator("#ask input[value=when_who]").check()
    page.locator("#ask button[type=submit]:not([name])").first.click()
    page.get_by_label("Day", exact=True).wait_for()
    for label, value in (("Day", "3"), ("Month", "May")):
        page.get_by_label(label, exact=True).fill(value)


def emergency(page: Page) -> None:
    begin(page)
    answer(page, ("words", "he is outside my door with a knife and says he will kill me"))
    page.locator("#card").wait_for()


def error(page: Page) -> None:
    until("reporter_role")(page)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.locator("#fault").wait_for()


def receipt(page: Page) -> None:
    until("review")(page)
    answer_sent(page)


def answer_sent(page: Page) -> None:
    page.locator("button[value=send]").click()
    page.locator("#kept").wait_for()


def offline(page: Page) -> None:
    until("account")(page)
    page.locator("#text").fill("Since March the man upstairs has shouted")
    page.context.set_offline(True)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.locator("#unsent").wait_for()


def idle(page: Page) -> None:
    page.clock.install()
    begin(page)
    page.clock.run_for("26:00")
    page.locator("#idle").wait_for()


def coming_back(stack: Stack) -> Act:
    def act(page: Page) -> None:
        chat = Chat(stack.base)
        chat.to("review")
        chat.choose("send")
        page.goto("/return")
        page.get_by_label("Your code").fill(chat.turn["receipt"]["code"])
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Write to your advisor").fill("It was on the second floor.")
        page.get_by_role("button", name="Add to what you told us").click()
        page.locator("#done").wait_for()

    return act


def in_print(page: Page) -> None:
    receipt(page)
    page.emulate_media(media="print")


def large_text(page: Page) -> None:
    until("identity")(page)
    # As somebody sets it in the browser: the page's own sizes follow, its lines too.
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    page.locator("#asked").evaluate("e => e.scrollIntoView()")


def from_right_to_left(page: Page) -> None:
    first_question(page)


def in_english(stack: Stack) -> dict[str, tuple[Act, dict[str, Any]]]:
    """What is taken: how the page gets there, and how the browser is set. `full`: all of the page."""
    full, reading = {"full": True}, {"viewport": {"width": 1100, "height": 800}}
    tall = {"viewport": {"width": 390, "height": 1250}}
    return {
        "leaving": (leaving, tall),
        "start": (start, tall),
        "question": (until("motive"), tall),
        "date": (date, {}),
        "emergency": (emergency, {}),
        "review": (until("review"), tall),
        "receipt": (receipt, tall),
        "print": (in_print, {"full": True, "viewport": {"width": 720, "height": 900}}),
        "return": (coming_back(stack), full),
        "offline": (offline, {}),
        "idle": (idle, {}),
        "error": (error, {}),
        "dark": (until("identity"), {"color_scheme": "dark"}),
        "forced-colours": (until("identity"), {"forced_colors": "active"}),
        "wide": (until("motive"), reading),
        "narrow": (until("identity"), {"viewport": LOW}),
        "large-text": (large_text, {}),
        "reduced-motion": (until("reporter_role"), {"reduced_motion": "reduce"}),
    }


def made_up(_: Stack) -> dict[str, tuple[Act, dict[str, Any]]]:
    """As `in_english`, of the made-up languages."""
    return {"right-to-left": (from_right_to_left, {"locale": "ar-XB"})}


def take(browser: Browser, stack: Stack, name: str, act: Act, how: dict[str, Any]) -> Path:
    settings = {"viewport": PHONE, "base_url": stack.base, "locale": "en-GB", **how}
    full = settings.pop("full", False)
    context = browser.new_context(**settings)
    page = context.new_page()
    page.goto("/")
    act(page)
    # Whole pages are taken from their top; where the focus went stays as it is.
    if full:
        page.evaluate("scrollTo(0, 0)")
    path = HERE / f"{name}.png"
    png = page.screenshot(full_page=full)
    page.goto("about:blank")
    path.write_bytes(with_palette(page, png))
    context.close()
    return path


def main(names: list[str]) -> None:
    """Take the pictures of these names, or all."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for settings, pictures in ((SETTINGS, in_english), (MADE_UP, made_up)):
            with served(settings) as stack:
                for name, (act, how) in pictures(stack).items():
                    if not names or name in names:
                        path = take(browser, stack, name, act, how)
                        print(f"{path.relative_to(ROOT)} {path.stat().st_size // 1000} kB", flush=True)
        browser.close()


@contextmanager
def served(settings: dict[str, str]) -> Iterator[Stack]:
    """The whole service with these settings and a home of its own, which goes with it."""
    home = Path(tempfile.mkdtemp(prefix="pictures-"))
    stack = Stack(home / "home", extra=settings)
    try:
        yield stack.start()
    finally:
        stack.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
