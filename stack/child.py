"""One supervised process: started, restarted with growing pauses, stopped."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
STEADY_S = 20.0  # a process that lived this long starts afresh with the shortest pause
PR_SET_PDEATHSIG = 1


def _die_with(parent: int) -> Callable[[], None] | None:
    """What a child does before it becomes its program: on Linux it asks to be killed with its parent."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


@dataclass
class Child:
    """`restarts` counts the deaths; `due` is when the next start is due."""

    name: str
    command: list[str]
    environment: dict[str, str]
    port: int | None = None
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    due: float = 0.0
    _pause: float = FIRST_PAUSE_S
    _started: float = field(default=0.0)

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return self.process.pid if self.process else None

    def start(self) -> None:
        """Start it in a session of its own: a Ctrl-C at the terminal reaches the supervisor alone."""
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - one thread
        )
        self._started = time.monotonic()

    def reap(self) -> int | None:
        """Its exit status if it has just died; then the next start is due after a pause."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        now = time.monotonic()
        if now - self._started > STEADY_S:
            self._pause = FIRST_PAUSE_S
        self.process = None
        self.restarts += 1
        self.due = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE_S)
        return status

    def send(self, number: signal.Signals) -> None:
        """Send a signal if it runs."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)


def stop_all(children: list[Child], seconds: float) -> None:
    """Ask all to end, then end those that did not."""
    for child in children:
        child.send(signal.SIGTERM)
    until = time.monotonic() + seconds
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.send(signal.SIGKILL)
            child.process.wait()
        child.process = None
