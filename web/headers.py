"""Security headers on every answer, whatever gave it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def policy(framed_by: Sequence[str] = (), *, frames: bool = False) -> str:
    """The content policy: nothing but our own files, and nothing inline.

    `framed_by` names the exact origins that may show a page in a frame; `frames` lets a page show our own pages.
    """
    ancestors = " ".join(framed_by) or "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "manifest-src 'self'",
            *(("frame-src 'self'",) if frames else ()),
            f"frame-ancestors {ancestors}",
            "base-uri 'none'",
        )
    )


HEADERS: dict[str, str] = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Robots-Tag": "noindex",
}
# Nothing that was shown may be found again with Back or on the disk; only built files may be kept.
UNKEPT = "no-store"
BUILT_FILES = "/static/"
KEPT = "public, max-age=3600"


class SecurityHeaders:
    """Puts the headers on every HTTP answer that does not set its own."""

    def __init__(self, app: ASGIApp, *, https: bool = False, framed_by: Sequence[str] = ()) -> None:
        self.app = app
        self._headers = dict(HEADERS)
        if framed_by:
            # The older header cannot name another origin; browsers that know the policy do not read it.
            del self._headers["X-Frame-Options"]
            self._headers["Content-Security-Policy"] = policy(framed_by)
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                built = scope["path"].startswith(BUILT_FILES) and message["status"] in (200, 304)
                headers.setdefault("Cache-Control", KEPT if built else UNKEPT)
            await send(message)

        await self.app(scope, receive, send_with_headers)
