"""The session of a chat: an opaque token that any front-door process can check by itself.

A token is 16 random bytes, the draft's id and an HMAC over both under the installation's key; where several languages
are offered the session's own stands behind it. So it
is checked without the database (a message of danger is answered while that is down), and the
database, which keeps only a second MAC of it, gives nobody a way in.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from casework.catalogues import ENGLISH, language
from casework.privacy import Keys
from web.chat.errors import error

# A neutral name: it says nothing about reporting to whoever looks at the browser afterwards.
COOKIE = "messages"
_RANDOM, _DRAFT, _MAC = 16, 16, 32
_TOKEN_CHARACTERS = 86
# Between the token and the language of the session, where several are offered.
_SPEAKS = "~"
# A page that nobody used for so long shows nothing any more, with or without script. The page's own script warns
# five minutes before; the two minutes more are for its signs of life, which come once a minute.
IDLE_SECONDS = 30 * 60
_GRACE_SECONDS = 2 * 60


@dataclass(frozen=True)
class Session:
    """A token that was ours: the draft it belongs to and what the database knows it by."""

    draft_id: str
    mac: bytes


class Sessions:
    """Makes and checks tokens with the installation's keys. `languages` are those that reporters may choose from."""

    def __init__(self, keys: Keys, languages: Sequence[str] = (ENGLISH,)) -> None:
        self._keys = keys
        self._several = len(languages) > 1

    def mint(self, draft_id: str) -> tuple[str, Session]:
        """A new token for a draft (32 hexadecimal characters), in the language of the request."""
        body = secrets.token_bytes(_RANDOM) + bytes.fromhex(draft_id)
        token = base64.urlsafe_b64encode(body + self._sign(body)).rstrip(b"=").decode()
        return (speaking(token, language()) if self._several else token), self._session(body)

    def read(self, token: str | None) -> Session:
        """The session of a token. Raises `no_session` (401) for anything that was not minted here."""
        token = (token or "").partition(_SPEAKS)[0]
        if len(token) != _TOKEN_CHARACTERS or not token.isascii():
            raise error("no_session")
        try:
            raw = base64.b64decode(token + "==", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise error("no_session") from None
        body, sign = raw[: _RANDOM + _DRAFT], raw[_RANDOM + _DRAFT :]
        if len(sign) != _MAC or not hmac.compare_digest(sign, self._sign(body)):
            raise error("no_session")
        return self._session(body)

    def _sign(self, body: bytes) -> bytes:
        return self._keys.mac("session token", body)

    def _session(self, body: bytes) -> Session:
        return Session(body[_RANDOM:].hex(), self._keys.mac("session", body))


def token_of(request: HTTPConnection) -> str | None:
    """The token a request carries: the bearer header, else the page's cookie.

    With the cookie the origin is checked: raises `wrong_origin` (403). A cookie that was not used for half an
    hour still takes words, which must not be lost, but shows nothing.
    """
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, given = header.partition(" ")
        return given.strip() if scheme.lower() == "bearer" else None
    token, idle = from_cookie(request)
    if token:
        require_same_origin(request)
    return None if idle and request.scope.get("method") in ("GET", "HEAD") else token


def from_cookie(request: HTTPConnection) -> tuple[str | None, bool]:
    """The token in the page's cookie, and whether that was not used for half an hour.

    The time stands beside the token and is not signed: who could change it has the token anyway.
    """
    token, _, stamp = request.cookies.get(COOKIE, "").partition(".")
    try:
        used = int(stamp, 16) if stamp else _now()
    except ValueError:
        used = 0
    held = token if token.partition(_SPEAKS)[0] else None
    return held, _now() - used > IDLE_SECONDS + _GRACE_SECONDS


def speaking(token: str, tag: str) -> str:
    """The token with the language of its session; without a token, a choice made before there is a session."""
    return f"{token.partition(_SPEAKS)[0]}{_SPEAKS}{tag}"


def carried_language(request: HTTPConnection) -> str:
    """The language that the session, or a choice made before it, carries; empty where there is none."""
    header = request.headers.get("authorization")
    token = header.partition(" ")[2] if header is not None else request.cookies.get(COOKIE, "").partition(".")[0]
    return token.partition(_SPEAKS)[2].strip()


def require_same_origin(request: HTTPConnection) -> None:
    """Raises `wrong_origin` unless the request comes from our own pages.

    A form of a page with `Referrer-Policy: no-referrer` sends `Origin: null`; there the browser's
    own word, `Sec-Fetch-Site`, counts, which no page can forge.
    """
    headers = request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin is not None and origin != "null":
        allowed = _is_ours(origin, headers.get("host")) and site in (None, "same-origin")
    elif request.scope.get("method") in ("GET", "HEAD"):
        allowed = site in (None, "same-origin", "none")
    else:
        allowed = site == "same-origin"
    if not allowed:
        raise error("wrong_origin")


def _is_ours(origin: str, host: str | None) -> bool:
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == (host or "").lower()
    except ValueError:
        return False


def set_cookie(response: Response, token: str, *, secure: bool, seconds: int | None = None) -> None:
    """Hand the page its session: out of reach of scripts and of other sites, gone with the window.

    With `seconds` the browser drops it after so long, whatever becomes of the window.
    """
    value = f"{token}.{_now():x}"
    response.set_cookie(COOKIE, value, max_age=seconds, httponly=True, samesite="strict", secure=secure, path="/")


def clear_cookie(response: Response) -> None:
    """Take the page's session away."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def _now() -> int:
    return int(time.time())
