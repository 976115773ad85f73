"""How every refusal leaves the front door: a page for a browser that asked for one, JSON for all others."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from web.chat import page_troubles
from web.chat.errors import ChatError, error, message_of, response_of
from web.chat.page_render import Pages
from web.logs import fault_of, log

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class Refusals:
    """Answers for errors, by exception. Paths below `api` always get JSON."""

    def __init__(self, pages: Pages, api: str, down: Callable[[], ChatError]) -> None:
        self._pages = pages
        self.api = api
        self._down = down

    @property
    def handlers(self) -> dict[int | type[Exception], Handler]:
        """What the framework calls for which exception."""
        return {
            ChatError: self._chat_error,
            HTTPException: self._http_error,
            RequestValidationError: self._not_valid,
        }

    def fault(self, request: Request) -> Response:
        """The last resort: something that nobody expected went wrong."""
        return self.answer(request, self._down())

    def answer(self, request: Request, problem: ChatError) -> Response:
        """The refusal in the form that this request can read."""
        if request.scope["path"].startswith(self.api) or "text/html" not in request.headers.get("accept", ""):
            return response_of(problem)
        try:
            return page_troubles.trouble(self._pages, request, problem, links=page_troubles.START_AGAIN)
        except Exception as fault:
            log().error("no page for a refusal", **fault_of(fault))
            return response_of(problem)

    async def _chat_error(self, request: Request, problem: Exception) -> Response:
        assert isinstance(problem, ChatError)
        return self.answer(request, problem)

    async def _http_error(self, request: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)
        code = _CODES.get(problem.status_code, "malformed")
        headers = {**(problem.headers or {})}
        if problem.status_code == 405:
            headers["Allow"] = ", ".join(_methods_of(request))
        return self.answer(request, ChatError(problem.status_code, code, message_of(code), headers=headers))

    async def _not_valid(self, request: Request, _: Exception) -> Response:
        return self.answer(request, error("malformed"))


def _methods_of(request: Request) -> list[str]:
    """Every method of this address: the framework names those of one route only, and an address may have several."""
    routes = request.app.routes
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
