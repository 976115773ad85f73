"""What is measured: a system that starts, talks and stops."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from bench.measure import memory_mb

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "var" / "bench"
LONGEST_START_S = 180.0


def free_port() -> int:
    """Of the loopback address."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Journey(ABC):
    """One conversation of 60 turns, taken turn by turn."""

    @abstractmethod
    def turn(self) -> float:
        """Take the next turn; seconds that it took."""


class Side(ABC):
    """One of the two systems."""

    name = ""

    def __init__(self) -> None:
        self.port = free_port()
        self.start_seconds = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """How it is started."""

    def folder(self) -> Path:
        """Where it is started."""
        return ROOT

    def environment(self) -> dict[str, str]:
        """What it is started with."""
        return dict(os.environ)

    @abstractmethod
    def answers(self) -> bool:
        """Whether a first message gets its reply."""

    @abstractmethod
    def journey(self) -> Journey:
        """A new conversation."""

    def prepare(self) -> None:
        """What is made once."""
        WORK.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        began = time.perf_counter()
        with (WORK / f"{self.name}.log").open("wb") as log:
            self._process = subprocess.Popen(
                self.command(), cwd=self.folder(), env=self.environment(), stdout=log, stderr=log
            )
        while not self._try():
            if self._process.poll() is not None or time.perf_counter() - began > LONGEST_START_S:
                self.__exit__()
                raise SystemExit(f"{self.name} did not start; see {WORK / f'{self.name}.log'}")
            time.sleep(0.05)
        self.start_seconds = time.perf_counter() - began
        return self

    def _try(self) -> bool:
        with contextlib.suppress(OSError, ValueError):
            return self.answers()
        return False

    def memory(self) -> float | None:
        """Summed PSS in MB."""
        return memory_mb(self._process.pid) if self._process else None

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
