"""The real running stack for tests, and a client that talks to it as the page does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 240
# Answers that lead on along the short path where a scenario does not care.
ORDINARY: Mapping[str, str] = {
    "danger_now": "no",
    "danger_check": "no",
    "safe_to_chat": "safe",
    "reporter_role": "self",
    "age_group": "18_plus",
    "affected_consent": "yes",
    "affected_at_risk": "yes",
    "account": "The people upstairs play very loud music until three in the morning.",
    "account_more": "done",
    "still_happening": "ongoing",
    "relationship_to_them": "neighbour",
    "motive": "none",
    "urgent_repair": "no",
    "identity": "anonymous",
    "where_postcode": "L36 9YZ",
    "leave_check": "no",
}


@dataclass
class Stack:
    """``python -m stack`` with a home of its own."""

    home: Path
    port: int = field(default_factory=free_port)
    extra: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "REPORTING_HOME": str(self.home),
            "PORT": str(self.port),
            "REPORTING_ENV": "test",
            "REPORTING_RATE_LIMIT": "off",
            **self.extra,
        }

    @property
    def log(self) -> Path:
        return self.home.parent / f"{self.home.name}.log"

    def start(self) -> Stack:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "stack"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self.wait_ready()
        return self

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process is None or self.process.poll() is None, self.log.read_text()[-2000:]
            if self.is_ready():
                return
            time.sleep(0.1)
        raise AssertionError("the stack is not ready:\n" + self.log.read_text()[-2000:])

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.base + "/readyz", timeout=30) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def processes(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = json.loads((self.home / "run" / "stack.json").read_text())
        return found

    def signal(self, name: str, number: int) -> int:
        """Send a signal to one of our processes; its process id."""
        pid = self.processes()[name]["pid"]
        os.kill(pid, number)
        return pid

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def reporting(self, *arguments: str) -> Any:
        """Run the command line with ``--json`` output; parsed."""
        done = subprocess.run(
            [str(Path(sys.executable).parent / "reporting"), *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def case(self, reference: str) -> dict[str, Any]:
        found: dict[str, Any] = self.reporting("cases", "show", reference, "--json")
        return found

    def cases(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.reporting("cases", "list", "--json")
        return found


class Chat:
    """One conversation over the chat API."""

    def __init__(self, base: str, **start: str) -> None:
        self.api = base + "/chat/api"
        self.session = ""
        self.count = 0
        status, body = self.request("POST", "/sessions", start)
        assert status == 201, (status, body)
        self.session, self.turn = body["session"], body["turn"]
        self.last: dict[str, Any] = {}

    def request(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None) -> tuple[int, Any]:
        """Status and JSON of one request."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if self.session:
            headers["Authorization"] = f"Bearer {self.session}"
        request = urllib.request.Request(self.api + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())

    def post(self, **body: Any) -> tuple[int, Any]:
        """One message; a new id unless one is given. The turn is kept when there is one."""
        if "id" not in body:
            self.count += 1
            body["id"] = f"m{self.count}"
        self.last = body
        status, answer = self.request("POST", "/messages", body)
        if status == 200:
            self.turn = answer["turn"]
        return status, answer

    def say(self, text: str) -> dict[str, Any]:
        status, answer = self.post(text=text)
        assert status == 200, (self.asked, text, status, answer)
        return self.turn

    def choose(self, *values: str, note: str | None = None) -> dict[str, Any]:
        question = self.turn["question"] or {"kind": "choice", "options": []}
        offered = {option["value"] for option in question["options"]}
        several = question["kind"] == "choices" and values[0] in offered
        body: dict[str, Any] = {"choices": list(values)} if several else {"choice": values[0]}
        if note is not None:
            body["note"] = note
        status, answer = self.post(**body)
        assert status == 200, (self.asked, values, status, answer)
        return self.turn

    def answer(self, value: str | list[str]) -> dict[str, Any]:
        """Answer the open question: words where words are asked for, options (or controls) elsewhere."""
        if isinstance(value, list):
            return self.choose(*value)
        if self.turn["question"]["kind"] in ("text", "date") and value not in (
            "skip",
            "back",
            "leave",
            "pause",
        ):
            return self.say(value)
        return self.choose(value)

    def to(self, question: str, answers: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Answer along the way until ``question`` is open."""
        for _ in range(60):
            if self.asked == question:
                return self.turn
            assert self.asked is not None, f"the conversation ended before {question}"
            self.answer((answers or {}).get(self.asked, ORDINARY.get(self.asked, "skip")))
        raise AssertionError(f"{question} was never asked; {self.asked} is open")

    @property
    def asked(self) -> str | None:
        question = self.turn["question"]
        return question["name"] if question else None

    @property
    def kinds(self) -> list[str]:
        return [message["kind"] for message in self.turn["messages"]]

    @property
    def reference(self) -> str:
        reference: str = self.turn["receipt"]["reference"]
        return reference
