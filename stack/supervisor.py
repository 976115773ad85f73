"""Runs the four processes: Rasa, the action server, the worker and the front door.

Rasa takes longest to start and needs neither keys nor database, so it is started while those are made ready.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from stack.child import Child, stop_all
from stack.health import Watch, is_ready
from stack.ports import LOOPBACK, free_ports, is_free
from stack.record import AlreadyRunning, Record

ROOT = Path(__file__).resolve().parent.parent
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
STOP_S = 10.0
TICK_S = 0.1
PATIENCE_S = 60.0
MOST_EARLY_DEATHS = 5  # of one process before the service was ready for the first time
# What Rasa is given of the environment: it holds no case data and gets no case settings.
RASA_KEEPS = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "BOT_LEAN")
# One process each on a small machine: no thread pools of the numeric libraries, one memory arena or two.
SMALL = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class CannotRun(RuntimeError):
    """The service cannot be started; the message says why."""


class Supervisor:
    """One installation's processes."""

    def __init__(self) -> None:
        self._stopping = False
        self._ready = False
        self._wake_r, self._wake_w = socket.socketpair()
        self._wake_r.setblocking(False)
        self._wake_w.setblocking(False)
        self._began = time.monotonic()
        self._children: list[Child] = []
        self._record: Record | None = None

    def run(self) -> int:
        """Until told to stop; 0 then, 2 where it cannot be started."""
        self._catch_signals()
        try:
            facts = self._start()
            return self._watch(facts)
        except (CannotRun, AlreadyRunning) as reason:
            print(reason, file=sys.stderr, flush=True)
            return 2
        finally:
            stop_all(self._children, STOP_S)
            if self._record is not None:
                self._record.close()

    def _catch_signals(self) -> None:
        signal.set_wakeup_fd(self._wake_w.fileno(), warn_on_full_buffer=False)

        def stop(*_: Any) -> None:
            self._stopping = True

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _start(self) -> dict[str, Any]:
        if not BOT_PYTHON.exists():
            raise CannotRun("The assistant's environment is missing. Run `make run`.")
        rasa, actions = self._ports()
        shared = {
            "RASA_PORT": str(rasa),
            "ACTIONS_PORT": str(actions),
            "ACTION_PORT": str(actions),
            "ACTION_ENDPOINT": f"http://{LOOPBACK}:{actions}/webhook",
            "FRONT_DOOR_KEY": os.environ.get("FRONT_DOOR_KEY") or secrets.token_urlsafe(32),
        }
        bot_side = {name: os.environ[name] for name in RASA_KEEPS if name in os.environ}
        self._add("rasa", [str(BOT_PYTHON), "-m", "bot.serve"], {**bot_side, **SMALL, **shared}, rasa)
        facts = self._prepare()
        app_side = {**os.environ, **SMALL, **shared, "REPORTING_HOME": facts["home"]}
        without_key = {name: value for name, value in app_side.items() if name != "FRONT_DOOR_KEY"}
        self._add("actions", [sys.executable, "-m", "actions"], without_key, actions)
        self._add("web", [sys.executable, "-m", "web"], app_side, facts["port"])
        self._add("worker", [sys.executable, "-m", "casework.worker"], without_key, None)
        self._write_record()
        return facts

    def _ports(self) -> tuple[int, int]:
        given = [os.environ.get("RASA_PORT"), os.environ.get("ACTIONS_PORT")]
        rasa, actions = (int(g) if g and g.isdigit() else free for g, free in zip(given, free_ports(2), strict=True))
        return rasa, actions

    def _prepare(self) -> dict[str, Any]:
        made = subprocess.run([sys.executable, "-m", "stack.prepare"], stdout=subprocess.PIPE, check=False)
        if made.returncode != 0 or self._stopping:
            raise CannotRun("It was not started.")
        facts: dict[str, Any] = json.loads(made.stdout)
        self._record = Record(Path(facts["home"]))
        if not is_free(facts["host"], facts["port"]):
            port = facts["port"]
            raise CannotRun(
                f"Port {port} is taken by another program. Choose another one, for example: PORT={port + 1} make run"
            )
        return facts

    def _add(self, name: str, command: list[str], environment: dict[str, str], port: int | None) -> None:
        child = Child(name, command, environment, port)
        child.start()
        self._children.append(child)

    def _write_record(self) -> None:
        if self._record is not None:
            self._record.write(self._children)

    def _watch(self, facts: dict[str, Any]) -> int:
        warned, watch = False, Watch(facts["host"])
        while not self._stopping:
            self._sleep(TICK_S if not self._ready or self._any_due() else 5.0)
            if self._stopping:
                break
            self._tend()
            for name in watch.over(self._children) if self._ready else ():
                print(f"{name} does not answer; it is ended.", file=sys.stderr, flush=True)
            if not self._ready and is_ready(facts["host"], facts["port"]):
                self._ready = True
                self._greet(facts)
            if not self._ready and not warned and time.monotonic() - self._began > PATIENCE_S:
                warned = True
                print(
                    f"Not ready yet; {facts['address']}/readyz names what is missing.",
                    file=sys.stderr,
                    flush=True,
                )
        print("Stopping.", flush=True)
        return 0

    def _any_due(self) -> bool:
        return any(child.process is None for child in self._children)

    def _sleep(self, seconds: float) -> None:
        """Until a signal comes, or for that long."""
        readable, _, _ = select.select([self._wake_r], [], [], seconds)
        if readable:
            try:
                while self._wake_r.recv(512):
                    pass
            except BlockingIOError:
                pass

    def _tend(self) -> None:
        """Note who died; start again who is due."""
        changed = False
        for child in self._children:
            status = child.reap()
            if status is not None:
                changed = True
                print(
                    f"{child.name} ended with status {status}; it is started again.",
                    file=sys.stderr,
                    flush=True,
                )
                if not self._ready and child.restarts >= MOST_EARLY_DEATHS:
                    raise CannotRun(f"{child.name} does not start; the lines above say why.")
            if child.process is None and time.monotonic() >= child.due:
                changed = True
                child.start()
        if changed:
            self._write_record()

    def _greet(self, facts: dict[str, Any]) -> None:
        took = time.monotonic() - self._began
        print(f"Ready after {took:.1f} s. Chat: {facts['address']}/  Desk: {facts['address']}/desk", flush=True)
        print(f"Data: {facts['home']} ({facts['database']}). Ctrl-C stops it.", flush=True)
        if facts["demo_advisors"]:
            print(f"{facts['demo_advisors']} demo advisors were added: import your own before use.", flush=True)
