"""The language of a request, before anything else happens with it, so that refusals speak it too.

It is that of the session, which carries it beside its token (`86 characters~tag`), else what the browser or program
asks for with `Accept-Language`. So it needs no database and no second cookie, and stands in no address. It is not
signed: whoever could change it has the token anyway, and only what is offered is ever taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casework.catalogues import best, language, spoken
from web.chat.sessions import carried_language


class Languages:
    """Lets each request speak its language. With one language on offer there is nothing to find out."""

    def __init__(self, app: ASGIApp, offered: Sequence[str]) -> None:
        self.app = app
        self._offered = tuple(offered)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Content-Language", language())
            await send(message)

        with spoken(self._of(HTTPConnection(scope)) if len(self._offered) > 1 else self._offered[0]):
            await self.app(scope, receive, named if len(self._offered) > 1 else send)

    def _of(self, request: HTTPConnection) -> str:
        carried = carried_language(request)
        if carried in self._offered:
            return carried
        return best(request.headers.get("accept-language", ""), self._offered)
