"""Is it alive, and is every part ready: for supervisors and load balancers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.responses import JSONResponse

from web.heads import READING

Check = Callable[[], Awaitable[bool]]
PART_SECONDS = 2.0


def router(checks: dict[str, Check]) -> APIRouter:
    """`/healthz` answers while the process lives; `/readyz` names every part, 503 if one is not ready."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/healthz", methods=[*READING])
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @routes.api_route("/readyz", methods=[*READING])
    async def readyz() -> JSONResponse:
        results = await asyncio.gather(*(_passes(check) for check in checks.values()))
        parts = dict(zip(checks, results, strict=True))
        ready = all(results)
        body = {
            "status": "ready" if ready else "not ready",
            "parts": {name: _word(ok) for name, ok in parts.items()},
        }
        return JSONResponse(body, 200 if ready else 503)

    return routes


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(PART_SECONDS):
            return await check()
    except Exception:
        return False


def _word(ok: bool) -> str:
    return "ok" if ok else "down"
