"""The processes of a drill: those that file, those that deliver, and the one that receives. All can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def start(arguments: list[str], environment: Mapping[str, str], log: Path, **more: Any) -> subprocess.Popen[str]:
    """One of our modules as a process, with these settings and no others."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("REPORTING_")}
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=ROOT, env={**own, **environment}, stderr=file, text=True, **more
        )


class Filing:
    """One process that files reports, until it is killed or ended."""

    def __init__(self, environment: Mapping[str, str], log: Path, seed: int, die_at: int = 0) -> None:
        arguments = ["tests.drill.filer", "--seed", str(seed), "--die-at", str(die_at)]
        self.process = start(arguments, environment, log, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._line() == {"ready": True}, log.read_text()[-2000:]

    def file(self, number: int) -> dict[str, Any] | None:
        """What the reporter is told; None where nobody answers any more."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{number}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._line()

    def was_killed(self) -> bool:
        """Whether SIGKILL ended it; any other end is a fault of the process itself."""
        return self.process.wait(60) == -signal.SIGKILL

    def kill(self) -> None:
        self.process.kill()

    def end(self) -> None:
        self.process.kill()
        self.process.wait(60)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()

    def _line(self) -> dict[str, Any] | None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        # A line that was cut off is no answer.
        answer: dict[str, Any] | None = json.loads(line) if line.endswith("\n") else None
        return answer


class Courier:
    """``python -m casework.worker``."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.process = start(["casework.worker"], environment, log)

    def end(self, number: int = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(60)


@dataclass(frozen=True)
class Receiving:
    """The receivers' ports, and the file of what they had."""

    http: int
    mail: int
    book: Path


@contextmanager
def receiving(folder: Path) -> Iterator[Receiving]:
    """The receivers, in a process of their own."""
    book = folder / "arrived.jsonl"
    process = start(["tests.drill.receiving", str(book)], {}, folder / "receiving.log",
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    try:
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        yield Receiving(ports["http"], ports["mail"], book)
    finally:
        process.communicate(timeout=60)
