"""The chat API under `/chat/api`: thin, everything it does is in the service."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from casework.catalogues import best, use
from web.chat import shapes
from web.chat.bodies import MessageBody, ReceiptBody, StartBody, Strict, read_body
from web.chat.service import ChatService
from web.chat.sessions import COOKIE, clear_cookie, token_of

__all__ = ["API", "COOKIE", "router"]
API = "/chat/api"
_SECURITY: list[dict[str, list[str]]] = [{"session": []}, {"cookie": []}]


def router(service: ChatService) -> APIRouter:
    """The routes, on one service."""
    routes = APIRouter(prefix=API, tags=["chat"])

    @routes.post("/sessions", status_code=201, **_documented(shapes.Started, 201, StartBody, closed=False))
    async def start(request: Request) -> Response:
        """Open a chat. The session goes into `Authorization: Bearer` of every other request.

        Its language is the body's, else the best for `Accept-Language`; `Content-Language` says which it is.
        """
        raw = await request.body()
        wanted = read_body(raw, StartBody).language if raw.strip() else None
        if wanted:
            use(best(wanted, service.settings.languages))
        started = await service.start(address=_address(request))
        return JSONResponse({"session": started.token, "turn": started.turn}, 201)

    @routes.post("/messages", **_documented(shapes.TurnAnswer, 200, MessageBody, more=(409, 413)))
    async def message(request: Request) -> Response:
        """One message: typed words, or an option of the open question. Safe to repeat with the same id."""
        token = service.known(token_of(request))
        body = read_body(await request.body(), MessageBody)
        return JSONResponse({"turn": await service.message(token, body, address=_address(request))})

    @routes.head("/transcript", include_in_schema=False)
    @routes.get("/transcript", **_documented(shapes.Transcript, 200))
    async def transcript(request: Request) -> Response:
        """All turns of this chat so far."""
        entries = await service.transcript(token_of(request) or "")
        return JSONResponse({"turns": [entry.turn for entry in entries]})

    @routes.post("/leave", status_code=204, **_documented(None, 204))
    async def leave(request: Request) -> Response:
        """Leave at once: what was not sent is deleted, and the session with it."""
        await service.leave(token_of(request) or "")
        response = Response(status_code=204)
        clear_cookie(response)
        return response

    @routes.post("/receipts", **_documented(shapes.ReceiptAnswer, 200, ReceiptBody, more=(404,), closed=False))
    async def receipts(request: Request) -> Response:
        """Come back with a receipt code, to a paused report or to a sent one."""
        body = read_body(await request.body(), ReceiptBody)
        return JSONResponse(await service.receipt(body.code, address=_address(request)))

    return routes


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None


def _documented(
    answer: type[Any] | None,
    status: int,
    body: type[Strict] | None = None,
    *,
    more: tuple[int, ...] = (),
    closed: bool = True,
) -> dict[str, Any]:
    """What OpenAPI says of a route: its body, its answer and the refusals it can give."""
    refusals = {400, 413, 429, 503, *more, *({401, 403} if closed else set())}
    responses: dict[int | str, dict[str, Any]] = {each: {"model": shapes.Error} for each in sorted(refusals)}
    responses[status] = {"model": answer} if answer is not None else {"description": "Done"}
    extra: dict[str, Any] = {"security": _SECURITY} if closed else {}
    if body is not None:
        extra["requestBody"] = {
            "required": body is not StartBody,
            "content": {"application/json": {"schema": body.model_json_schema()}},
        }
    return {"responses": responses, "openapi_extra": extra}
