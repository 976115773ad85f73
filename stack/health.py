"""Whether the processes answer: the whole service at the start, each by itself later on."""

from __future__ import annotations

import http.client
import signal
import time
from dataclasses import dataclass, field

from stack.child import Child
from stack.ports import LOOPBACK

ALL_ADDRESSES = ("0.0.0.0", "::", "")
PATHS = {"rasa": "/webhooks/front_door/", "actions": "/health", "web": "/healthz"}
ASK_EVERY_S = 5.0
HUNG_AFTER_S = 30.0


def answers(host: str, port: int, path: str, seconds: float) -> bool:
    """Whether a GET brings 200 in time."""
    connection = http.client.HTTPConnection(LOOPBACK if host in ALL_ADDRESSES else host, port, timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_ready(host: str, port: int) -> bool:
    """Whether the front door says that every part is."""
    return answers(host, port, "/readyz", 3.0)


@dataclass
class Watch:
    """Ends a process that lives and does not answer, so that it is started again."""

    host: str
    _asked: float = 0.0
    _silent_since: dict[int, float] = field(default_factory=dict)

    def over(self, children: list[Child]) -> list[str]:
        """Ask each now and then; the names of those that were ended."""
        now = time.monotonic()
        if now - self._asked < ASK_EVERY_S:
            return []
        self._asked = now
        ended = []
        alive = {child.pid for child in children}
        self._silent_since = {pid: since for pid, since in self._silent_since.items() if pid in alive}
        for child in children:
            if child.pid is None or child.port is None or child.name not in PATHS:
                continue
            host = self.host if child.name == "web" else LOOPBACK
            if answers(host, child.port, PATHS[child.name], 1.0):
                self._silent_since.pop(child.pid, None)
            elif now - self._silent_since.setdefault(child.pid, now) >= HUNG_AFTER_S:
                child.send(signal.SIGKILL)
                ended.append(child.name)
        return ended
