"""The front door as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from casework.settings import Settings, load_settings
from web import health
from web.chat import api
from web.chat.errors import MESSAGES, ChatError, error, response_of
from web.chat.service import ChatService
from web.guard import Guard
from web.headers import SecurityHeaders
from web.logs import RequestLog

DOCUMENT = f"{api.API}/openapi.json"


def create_app(settings: Settings | None = None, service: ChatService | None = None) -> FastAPI:
    """The front door. `service` replaces the chat's service, for tests.

    Raises `SettingsError` and `KeysError` with a sentence for the operator.
    """
    settings = settings or load_settings()
    chat = service or ChatService.of(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await chat.close()

    app = FastAPI(
        title="Reporting assistant: chat",
        version="1",
        openapi_url=DOCUMENT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[
            Middleware(RequestLog),
            Middleware(SecurityHeaders, https=settings.address.startswith("https:")),
            Middleware(Guard),
        ],
        exception_handlers={
            ChatError: _chat_error,
            HTTPException: _http_error,
            RequestValidationError: _not_valid,
        },
    )
    app.include_router(api.router(chat))
    app.include_router(health.router(chat.checks()))
    _include_pages(app, chat)
    _document(app)
    return app


def _include_pages(app: FastAPI, chat: ChatService) -> None:
    try:
        from web.chat import pages
    except ModuleNotFoundError:
        return
    app.include_router(pages.router(chat), include_in_schema=False)


async def _chat_error(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, ChatError)
    return response_of(problem)


_CODES = {400: "malformed", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


async def _http_error(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    code = _CODES.get(problem.status_code, "malformed")
    answer = ChatError(problem.status_code, code, MESSAGES[code][1], headers=problem.headers or {})
    return response_of(answer)


async def _not_valid(_: Request, __: Exception) -> Response:
    return response_of(error("malformed"))


def _document(app: FastAPI) -> None:
    """Name the two ways to carry a session in the OpenAPI document."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        document.setdefault("components", {})["securitySchemes"] = {
            "session": {"type": "http", "scheme": "bearer"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": api.COOKIE},
        }
        return document

    app.openapi = openapi  # type: ignore[method-assign]
