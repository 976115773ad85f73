"""Chromium, and the pages on a front door of their own with turns made by hand."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright
from starlette.middleware import Middleware

from tests.browser.by_hand import begin
from tests.browser.seeing import OUT, Open
from tests.browser.states import Shower
from tests.kit import Chat, Stack
from tests.web.pages_by_hand import Service
from web.chat import pages
from web.chat.errors import error
from web.headers import SecurityHeaders
from web.refusals import Refusals

Door = tuple[str, Service]
PHONE = {"width": 390, "height": 844}
# How long a page may take on a machine that is busy with something else. What must be quick says so itself.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS / 2)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Callable[..., Browser]]:
    """Starts Debian's Chromium, or the one that CHROMIUM names."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        if os.environ.get("CI") == "1":
            pytest.fail("Chromium is not installed, and in CI nothing may be skipped")
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        yield partial(playwright.chromium.launch, executable_path=path, args=["--no-sandbox", "--disable-gpu"])


@pytest.fixture(scope="session")
def browser(chromium: Callable[..., Browser]) -> Iterator[Browser]:
    """One Chromium for all tests."""
    started = chromium()
    yield started
    started.close()


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    """The address of the pages, and the stand-in behind them."""
    yield from open_door()


def open_door(**changed: Any) -> Iterator[Door]:
    """The pages at an address of their own, with these settings changed; closed afterwards."""
    service = Service()
    service.settings = settings = service.settings.model_copy(update=changed)
    framed_by = (*settings.embed_origins, *(("'self'",) if settings.embed_page else ()))
    routes = pages.PageRoutes(service)  # type: ignore[arg-type]
    refusals = Refusals(routes.pages, "/chat/api", partial(error, "not_found"))
    middleware = [Middleware(SecurityHeaders, framed_by=framed_by)]
    app = FastAPI(middleware=middleware, exception_handlers=refusals.handlers)  # type: ignore[arg-type]
    app.include_router(routes.routes())
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}", service
    finally:
        server.should_exit = True
        thread.join(5)


@pytest.fixture
def service(door: Door) -> Service:
    door[1].clear()
    return door[1]


@pytest.fixture
def address(door: Door) -> str:
    return door[0]


@pytest.fixture(scope="session")
def real(running_stack: Stack) -> str:
    """The address of the whole running service."""
    return running_stack.base


@pytest.fixture
def sent(running_stack: Stack) -> Chat:
    """A report that was sent, named."""
    chat = Chat(running_stack.base)
    answers = {
        "identity": "named", "reporter_name": "Canary Name", "contact_method": "email",
        "contact_value": "canary@example.org", "contact_safety": ["email_ok"],
    }  # fmt: skip
    chat.to("review", answers)
    chat.choose("send")
    return chat


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Open]:
    """Opens pages, each in a browser of its own; a script error or a foreign address fails."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(
        path: str = "/", base: str = address, *, plain: bool = False, also: str = "", refused: bool = False, **more: Any
    ) -> Page:
        """`plain`: without the pages' script. `also`: a second address that may be asked. `refused`: it is expected
        that a policy keeps something out."""
        context = browser.new_context(**{"viewport": PHONE, "base_url": base, **more})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda message: wrong.append(message.text) if "Security Policy" in message.text and not refused else None,
        )
        page.on("request", lambda asked: None if _expected(asked.url, base, also) else wrong.append(asked.url))
        page.route(f"{OUT}**", show_weather)
        if plain:
            # Only the page's own script is kept out: axe and the tests' questions are scripts too.
            page.route("**/page.js*", lambda route: route.abort())
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def show(opened: Open, service: Service) -> Shower:
    """Opens a state of the pages by name."""
    return Shower(opened, service)


@pytest.fixture
def chat(opened: Open, service: Service) -> Page:
    """The chat at its first question."""
    page = opened()
    begin(page)
    return page


def _expected(url: str, base: str, also: str) -> bool:
    return url.startswith((base, also or base, OUT))


def show_weather(route: Route) -> None:
    """The neutral page that Exit opens, without asking for it."""
    route.fulfill(status=200, content_type="text/html", body="<title>Weather</title><h1>Sunny</h1>")
