"""The last resort around every request: bodies have a size, and nothing ends as a 500."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.chat.errors import ChatError, error
from web.logs import fault_of, log
from web.refusals import Refusals

# Two fields of 4,000 characters, each as long as a character can become in JSON or in a form.
BODY_BYTES = 128 * 1024
# What is read and thrown away of a body that is too large, so that the sender sees the answer.
_DRAINED_BYTES = 4 * 1024 * 1024
_DRAIN_SECONDS = 3.0


class Guard:
    """Caps the body (forms of the pages cap themselves) and turns whatever goes wrong inside into a typed answer."""

    def __init__(self, app: ASGIApp, *, refusals: Refusals, body_bytes: int = BODY_BYTES) -> None:
        self.app = app
        self.refusals = refusals
        self.body_bytes = body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, taken = False, 0

        async def capped() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > self.body_bytes:
                    await _drain(receive, taken, message.get("more_body", False))
                    raise error("too_large")
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            if _is_form_of_a_page(scope, self.refusals.api):
                # Its reader keeps what it can of the words and gives them back (`page_forms`).
                await self.app(scope, receive, watched)
                return
            if _declared(scope) > self.body_bytes:
                await _drain(receive, 0, True)
                raise error("too_large")
            await self.app(scope, capped, watched)
        except ClientDisconnect:
            return
        except ChatError as problem:
            if not started:
                await self.refusals.answer(Request(scope), problem)(scope, receive, send)
        except Exception as fault:
            log().error("fault", **fault_of(fault))
            if not started:
                await self.refusals.fault(Request(scope))(scope, receive, send)


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            with contextlib.suppress(ValueError):
                return int(value)
    return 0


def _is_form_of_a_page(scope: Scope, api: str) -> bool:
    kind = dict(scope["headers"]).get(b"content-type", b"")
    return not scope["path"].startswith(api) and kind.startswith(b"application/x-www-form-urlencoded")


async def _drain(receive: Receive, taken: int, more: bool) -> None:
    """Read on for a while: a sender in the middle of a body may not look at an answer before its end."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while more and taken <= _DRAINED_BYTES:
                message = await receive()
                more = message["type"] == "http.request" and message.get("more_body", False)
                taken += len(message.get("body", b""))
