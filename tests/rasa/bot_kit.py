"""The Rasa server as it is served, with an action server of the test's own beside it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
KEY = "key-of-the-test"
Reply = tuple[int, dict[str, Any]]
NO_EVENTS: Reply = (200, {"events": [], "responses": []})


def slot(name: str, value: Any) -> dict[str, Any]:
    """A reply's event that sets a slot."""
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


class Actions:
    """An action server that answers what `answer` says and keeps what it was asked."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Reply] = lambda call: NO_EVENTS
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.calls.append(call)
                status, reply = outer.answer(call)
                body = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Server:
    """A running `python -m bot.serve`."""

    port: int
    process: subprocess.Popen[str]
    actions: Actions
    log: Path
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 100_000)))

    def call(self, method: str, path: str, body: Any = None, key: str | None = KEY) -> tuple[int, Any]:
        """One request; the status and the JSON, or the raw text where it is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json", **({"X-Front-Door": key} if key else {})}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        raw = response.read()
        connection.close()
        try:
            return response.status, json.loads(raw)
        except ValueError:
            return response.status, raw.decode("utf-8", "replace")

    def turn(self, text: str, **given: Any) -> tuple[int, Any]:
        """A front door message; `marks`, `loop` and `question` default to the beginning of a report."""
        body = {
            "sender": "draft-1",
            "message_id": f"m{next(self.numbers)}",
            "text": text,
            "choice": None,
            "choices": None,
            "note": None,
            "danger": False,
            "marks": {},
            "loop": False,
            "question": None,
            **given,
        }
        return self.call("POST", "/webhooks/front_door/turn", body)


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[Server]:
    """Started, waited for, stopped."""
    actions = Actions()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "bot.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(BOT_PYTHON), "-m", "bot.serve"],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "HOME": os.environ.get("HOME", "/"),
                "RASA_PORT": str(port),
                "ACTION_ENDPOINT": actions.url,
                "FRONT_DOOR_KEY": KEY,
                **environment,
            },
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    server = Server(port, process, actions, log)
    try:
        wait_until_up(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        actions.close()


def wait_until_up(server: Server, seconds: float = 120) -> None:
    """Until its health address answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert server.process.poll() is None, server.log.read_text()
        try:
            if server.call("GET", "/webhooks/front_door/") == (200, {"status": "ok"}):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"not up after {seconds} s:\n{server.log.read_text()}")
