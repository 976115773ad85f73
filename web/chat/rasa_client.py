"""The one way to the assistant: a kept-alive loopback connection to the channel of the Rasa server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import aiohttp

# Rasa's web server drops a connection after five idle seconds: let go of it first.
_IDLE_SECONDS = 4.0
_CHANNEL = "/webhooks/front_door/"


class AssistantDown(Exception):
    """The assistant gave no usable answer; the reason is a short code, never anybody's words."""


@dataclass(frozen=True)
class Said:
    """One thing the assistant said: the name of the response, its text, and data beside it."""

    response: str | None
    text: str
    custom: dict[str, Any] | None


@dataclass(frozen=True)
class Reply:
    """A turn as the assistant took it; `question` is the one it asks next."""

    said: tuple[Said, ...]
    question: str | None
    loop: bool


class Assistant:
    """Sends turns to Rasa. Open it inside the event loop that will use it."""

    def __init__(self, url: str, key: str | None) -> None:
        self._turn_url = url.rstrip("/") + _CHANNEL + "turn"
        self._health_url = url.rstrip("/") + _CHANNEL
        self._headers = {"Content-Type": "application/json"}
        if key:
            self._headers["X-Front-Door"] = key
        self._http: aiohttp.ClientSession | None = None

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=_IDLE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._http

    async def close(self) -> None:
        """Close the connections; a later turn opens new ones."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def turn(self, payload: dict[str, Any], *, seconds: float) -> Reply:
        """Take one turn within `seconds`. Raises `AssistantDown` whatever goes wrong.

        A connection that was closed while it lay idle is tried once more: the message id makes
        that safe, a known id does nothing twice.
        """
        body = json.dumps(payload).encode()
        try:
            async with asyncio.timeout(seconds):
                try:
                    return await self._post(body)
                except (aiohttp.ServerDisconnectedError, ConnectionResetError):
                    return await self._post(body)
        except TimeoutError:
            raise AssistantDown("timeout") from None
        except (aiohttp.ClientError, OSError):
            raise AssistantDown("unreachable") from None

    async def _post(self, body: bytes) -> Reply:
        async with self._client().post(self._turn_url, data=body, headers=self._headers) as answer:
            raw = await answer.read()
            if answer.status != 200:
                raise AssistantDown(f"status {answer.status}")
        return read_reply(raw)

    async def healthy(self, *, seconds: float) -> bool:
        """Whether the channel answers."""
        return await self.reaches(self._health_url, seconds=seconds)

    async def reaches(self, url: str, *, seconds: float) -> bool:
        """Whether `url` gives 200 within `seconds`."""
        try:
            async with asyncio.timeout(seconds), self._client().get(url) as answer:
                return answer.status == 200
        except (TimeoutError, aiohttp.ClientError, OSError):
            return False


def read_reply(raw: bytes) -> Reply:
    """The channel's answer. Raises `AssistantDown` where it is not what the channel promises."""
    try:
        data = json.loads(raw)
        if data.get("acted") is False:
            raise AssistantDown("action failed")
        said = tuple(Said(each.get("response"), each.get("text") or "", each.get("custom")) for each in data["said"])
        question = data["question"]
        if not (question is None or isinstance(question, str)):
            raise TypeError("question")
        return Reply(said, question, bool(data["loop"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise AssistantDown("unreadable") from None
