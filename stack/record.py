"""`{home}/run`: which processes run, one supervisor a home, and what an earlier one left behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any, TextIO

from stack.child import Child

MODULES = {"rasa": "bot.serve", "actions": "actions", "worker": "casework.worker", "web": "web"}


class AlreadyRunning(RuntimeError):
    """Another supervisor holds this home."""


class Record:
    """Held open for as long as the supervisor lives."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "run"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = self._folder / "stack.json"
        self._lock: TextIO = (self._folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            raise AlreadyRunning(f"It is already running with the data in {home}.") from held
        self._clear_leftovers()

    def write(self, children: list[Child]) -> None:
        """Port and process id of each, whole or not at all."""
        facts: dict[str, dict[str, int | None]] = {
            child.name: {"port": child.port, "pid": child.pid} for child in children
        }
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(facts) + "\n", "utf-8")
        new.replace(self._file)

    def close(self) -> None:
        """All have ended."""
        self._file.unlink(missing_ok=True)
        self._lock.close()

    def _clear_leftovers(self) -> None:
        """End what a supervisor that was killed left running, where the system does not do that by itself."""
        try:
            earlier: Any = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return
        for name, facts in earlier.items() if isinstance(earlier, dict) else ():
            pid = facts.get("pid") if isinstance(facts, dict) else None
            if isinstance(pid, int) and name in MODULES and _is_ours(pid, MODULES[name]):
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
        self._file.unlink(missing_ok=True)


def _is_ours(pid: int, module: str) -> bool:
    """Whether this process id still is the process that was noted: numbers are used again."""
    shown = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return shown.endswith(f"-m {module}")
