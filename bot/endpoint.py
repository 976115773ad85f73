"""Calls to the action server: one kept connection, a deadline, and the domain only when it is asked for.

Stock Rasa opens a connection for every call, waits five minutes and sends the whole domain each time. The
action server answers 449 when it does not know the digest's domain; the call is then made again with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json as jsonlib
from typing import Any

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

DEADLINE_S = 6.0  # inside the front door's eight seconds for the whole turn
NEEDS_DOMAIN = 449
REJECTED = 400


def trimmed(tracker: dict[str, Any]) -> dict[str, Any]:
    """The tracker without the places of the words, and with the ranking of intents once instead of twice."""
    events = [
        {**event, "parse_data": {**event["parse_data"], "intent_ranking": [], "text_tokens": []}}
        if "parse_data" in event
        else event
        for event in tracker.get("events") or []
    ]
    latest = {**(tracker.get("latest_message") or {}), "text_tokens": []}
    return {**tracker, "events": events, "latest_message": latest}


class ActionEndpoint(EndpointConfig):
    """The action server of this stack."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._session: aiohttp.ClientSession | None = None
        self._domain: dict[str, Any] | None = None
        self._digest = ""

    def _kept_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=DEADLINE_S, sock_connect=2.0),
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=4.0, force_close=False),
                headers={"Content-Type": "application/json"},
            )
        return self._session

    def _digest_of(self, domain: dict[str, Any]) -> str:
        # The loaded model's domain is one object that never changes while this process lives.
        if domain is not self._domain:
            self._domain = domain
            self._digest = hashlib.sha256(jsonlib.dumps(domain, sort_keys=True).encode()).hexdigest()
        return self._digest

    async def request(  # type: ignore[override]
        self, method: str = "post", json: Any = None, **_: Any
    ) -> Any | None:
        """One action call; the arguments are those that Rasa's RemoteAction gives."""
        body = dict(json)
        domain = body.pop("domain", None)
        body["tracker"] = trimmed(body["tracker"])
        if domain is not None:
            body["domain_digest"] = self._digest_of(domain)
        try:
            status, reply = await self._send(body)
        except (aiohttp.ServerDisconnectedError, ConnectionResetError):
            # A kept connection that the server had just closed. Calls carry their message id, so a second
            # one of the same message changes nothing that the first one did.
            status, reply = await self._send(body)
        if status == NEEDS_DOMAIN:
            status, reply = await self._send({**body, "domain": domain})
        if status >= REJECTED:
            # An error's body may repeat the request: only a rejection's is read.
            text = reply.decode("utf-8", "replace") if status == REJECTED else ""
            raise ClientResponseError(status, "action server", text)
        return jsonlib.loads(reply)

    async def _send(self, body: dict[str, Any]) -> tuple[int, bytes]:
        payload = jsonlib.dumps(body, separators=(",", ":")).encode()
        try:
            async with self._kept_session().post(self.url, data=payload) as response:
                return response.status, await response.read()
        except asyncio.TimeoutError as late:
            raise aiohttp.ClientConnectionError("no answer in time") from late

    async def close(self) -> None:
        """Give the connection back."""
        if self._session is not None:
            await self._session.close()
