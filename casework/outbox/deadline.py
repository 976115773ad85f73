"""One deadline for a whole attempt. A socket's own timeout begins anew with each byte, so a receiver that
drips would hold a worker for hours; here the sockets are closed when the time is over."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType

from casework.outbox.letters import NotDelivered

TOO_SLOW = "too_slow"


class Deadline:
    """``with Deadline(20) as deadline:`` the sockets given to ``watch`` live 20 seconds at most."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._guard = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._close)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self._ends

    def left(self) -> float:
        """Seconds that are left. Raises ``NotDelivered`` where none are."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise NotDelivered(TOO_SLOW)
        return seconds

    def watch(self, connection: socket.socket | None) -> None:
        """Close this socket when the time is over."""
        if connection is None:
            return
        with self._guard:
            self._sockets.append(connection)
        if self.passed:
            self._close()

    def _close(self) -> None:
        with self._guard:
            for connection in self._sockets:
                # Not SSLSocket.shutdown: it takes the encryption away from under whoever is reading.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
