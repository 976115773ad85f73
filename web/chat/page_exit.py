"""The way out: leaving, closing, and whether the page is looked at. None of it may fail."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.chat.errors import ChatError
from web.chat.page_headers import (
    WIPE,
    forget,
    from_elsewhere,
    remember,
    remember_briefly,
    session_of,
    session_to_write,
    touch,
)
from web.chat.sessions import COOKIE

if TYPE_CHECKING:
    from web.chat.service import ChatService


class ExitRoutes:
    """The handlers of the way out."""

    def __init__(self, service: ChatService) -> None:
        self.service = service

    async def leave(self, request: Request) -> Response:
        """Exit: end the session here, wipe what the browser holds, show something else. Never fails."""
        return await self._out(request, self.service.leave)

    async def close(self, request: Request) -> Response:
        """Put the page away: the session ends here too, and what is left can only be opened with its code."""
        return await self._out(request, self.service.put_away)

    async def _out(self, request: Request, end: Callable[[str], Awaitable[None]]) -> Response:
        purpose = request.headers.get("sec-purpose", "") + request.headers.get("purpose", "")
        if "prefetch" in purpose:
            return Response(status_code=204)
        if request.method != "HEAD" and (token := session_to_write(request)) and not from_elsewhere(request):
            # If it fails the draft runs out by itself: the way out must not wait for it.
            with contextlib.suppress(ChatError):
                await end(token)
        quiet = request.method == "POST"
        response = Response(status_code=204) if quiet else RedirectResponse(self.service.settings.exit_url, 303)
        response.headers["Clear-Site-Data"] = WIPE
        if not quiet and COOKIE not in request.cookies:
            touch(response)
        forget(response)
        return response

    async def presence(self, request: Request) -> Response:
        """Whether the page is looked at, says the script; ten minutes away, and the cookie is gone."""
        response, token = Response(status_code=204), session_of(request)
        if not token or from_elsewhere(request):
            return response
        match request.query_params.get("is"):
            case "away":
                remember_briefly(request, response, token)
            case "over":
                forget(response)
            case _:
                remember(request, response, token)
        return response
