"""Logs without people in them: JSON lines of allow-listed fields, nothing else gets through.

No text, no name, no id of a session or a report, no address, no query and no path as it was typed
(a path can be anything): the route's template instead.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALLOWED = frozenset(
    {
        "event",
        "level",
        "time",
        "method",
        "route",
        "status",
        "ms",
        "part",
        "reason",
        "error",
        "where",
        "logger",
    }
)
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})


def only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Drop every field that is not allow-listed, and whatever is no short plain value."""
    kept: dict[str, Any] = {}
    for name, value in event.items():
        if name in ALLOWED and isinstance(value, (str, int, float, bool)):
            kept[name] = value[:120] if isinstance(value, str) else value
    return kept


class Lines:
    """Writes to whatever standard error is at that moment."""

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")

    info = warning = error = msg


@lru_cache(maxsize=1)
def log() -> Any:
    """The logger: JSON lines on standard error, of allow-listed fields only, whatever it is handed."""
    return structlog.wrap_logger(
        Lines(),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.BoundLogger,
    )


def configure() -> None:
    """Send what the libraries log to standard error too, as JSON lines without anybody's words."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryLines())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").setLevel(logging.INFO)


class LibraryLines(logging.Formatter):
    """A library's line as its template only: what would be filled in may be somebody's words."""

    def format(self, record: logging.LogRecord) -> str:
        template = record.msg if isinstance(record.msg, str) and "%" in record.msg else "message"
        line = {
            "level": record.levelname.lower(),
            "logger": record.name,
            "where": f"{record.module}:{record.lineno}",
            "event": template[:120],
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line)


def fault_of(error: BaseException) -> dict[str, str]:
    """An exception as its type and the place it came from, never its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = ""
    if trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        where = f"{module}:{trace.tb_lineno}"
    return {"error": type(error).__name__, "where": where}


class RequestLog:
    """One line a request: method, route template, status, milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            log().info(
                "request",
                method=method,
                route=getattr(scope.get("route"), "path", "none"),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
