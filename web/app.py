"""The front door as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from casework.settings import Settings, load_settings
from web import health
from web.chat import api
from web.chat.pages import PageRoutes
from web.chat.service import ChatService
from web.guard import Guard
from web.headers import SecurityHeaders
from web.heads import Heads
from web.languages import Languages
from web.logs import RequestLog
from web.refusals import Refusals

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

    pages = PageRoutes(chat)
    refusals = Refusals(pages.pages, api.API, chat.down)
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
            Middleware(
                SecurityHeaders,
                https=settings.address.startswith("https:"),
                framed_by=(*settings.embed_origins, *(("'self'",) if settings.embed_page else ())),
            ),
            Middleware(Heads),
            Middleware(Languages, offered=settings.languages),
            Middleware(Guard, refusals=refusals),
        ],
        exception_handlers=refusals.handlers,
    )
    app.include_router(api.router(chat))
    app.include_router(health.router(chat.checks()))
    app.include_router(pages.routes())
    _document(app)
    return app


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
