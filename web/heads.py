"""`HEAD`, which every address has that has `GET` (RFC 9110, 9.3.2): the same headers, no body, and nothing happens.

The handlers see the method and do not act; what is left of an answer to be acted on goes here.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

READING = ("GET", "HEAD")
# A browser would act on these: the session would begin to run anew, or end.
ACTED_ON = ("Set-Cookie", "Clear-Site-Data")


class Heads:
    """Takes the body, and the headers that change something, from every answer to a `HEAD`, refusals too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def headers_only(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name in ACTED_ON:
                    del headers[name]
            elif message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(scope, receive, headers_only)
