"""The cookie, the same-origin rule and the redirects of the pages. Security headers: `web.headers`."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.chat.sessions import COOKIE, clear_cookie, from_cookie, set_cookie

# The session's own cookie is expired by name; the "cookies" part would reach the landlord's whole domain.
WIPE = '"storage", "cache"'
AWAY_SECONDS = 600


def from_elsewhere(request: Request) -> bool:
    """Whether another site made the browser send this request.

    `Referrer-Policy: no-referrer` makes browsers send `Origin: null` with a form, so `Sec-Fetch-Site` is
    asked first. Browsers older than that header are let through: the cookie is `SameSite=Strict`, so
    another site cannot bring it along.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None or origin == "null":
        return False
    return urlsplit(origin).netloc != request.headers.get("host")


def session_of(request: Request) -> str | None:
    """The session's token from the cookie, or None: also where nobody used the page for half an hour."""
    token, idle = from_cookie(request)
    return None if idle else token


def was_idle(request: Request) -> bool:
    """Whether there is a session that is not shown any more because nobody used it."""
    token, idle = from_cookie(request)
    return token is not None and idle


def session_to_write(request: Request) -> str | None:
    """The session's token for words that are sent, and for leaving: that is never too late."""
    return from_cookie(request)[0]


def remember(request: Request, response: Response, token: str) -> None:
    """Set the session's cookie; it goes with the browser window."""
    set_cookie(response, token, secure=is_secure(request))


def remember_briefly(request: Request, response: Response, token: str) -> None:
    """Let the browser drop the session's cookie unless the page is looked at again in ten minutes."""
    set_cookie(response, token, secure=is_secure(request), seconds=AWAY_SECONDS)


def forget(response: Response) -> None:
    """Expire the session's cookie."""
    clear_cookie(response)


def touch(response: Response) -> None:
    """Set a cookie that says nothing, before `forget`.

    Without script a browser may keep the page that is left in memory, with what was typed in its fields. It drops
    it when the site's cookies change, and where there is none it needs one to change.
    """
    response.set_cookie(COOKIE, "", httponly=True, samesite="strict", path="/")


def go(where: str) -> RedirectResponse:
    """On to another of our pages, so that a reload posts nothing again."""
    return RedirectResponse(where, 303)


def address_of(request: Request) -> str | None:
    """Where the request comes from, for the limits; it is never kept."""
    return request.client.host if request.client else None


def is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def framed_elsewhere(request: Request) -> bool:
    """Whether another site shows this in a frame: browsers keep our cookie out of there, so the chat would not work.

    A website of the same domain (`www.example.org` for `chat.example.org`) is no other site.
    """
    headers = request.headers
    return headers.get("sec-fetch-dest") in ("iframe", "frame") and headers.get("sec-fetch-site") == "cross-site"
