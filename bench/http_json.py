"""One kept connection, JSON both ways: the same client for both sides."""

from __future__ import annotations

import http.client
import json
from typing import Any


class Client:
    """Opens again after a connection that was closed."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """Status and JSON."""
        payload = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
        try:
            self._connection.request("POST", path, payload, headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()
            self._connection.request("POST", path, payload, headers)
            response = self._connection.getresponse()
        raw = response.read()
        return response.status, json.loads(raw) if raw else None

    def close(self) -> None:
        """Done."""
        self._connection.close()
