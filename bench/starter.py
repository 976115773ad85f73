"""The starter bot: what `rasa init` makes, with its default pipeline, over Rasa's REST channel."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from pathlib import Path

from bench.http_json import Client
from bench.side import ROOT, WORK, Journey, Side

RASA = ROOT / "bot" / ".venv" / "bin" / "rasa"
SAYS = ("hi", "not so good", "yes", "are you a bot?", "hello", "great", "bye", "hey there", "very sad", "no")


class StarterJourney(Journey):
    """The starter bot's own small talk, over and over."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sender = uuid.uuid4().hex
        self._turn = 0

    def turn(self) -> float:
        """One message."""
        text = SAYS[self._turn % len(SAYS)]
        self._turn += 1
        began = time.perf_counter()
        status, said = self._client.post("/webhooks/rest/webhook", {"sender": self._sender, "message": text})
        took = time.perf_counter() - began
        if status != 200 or not isinstance(said, list):
            raise SystemExit(f"the starter bot answered {status} at turn {self._turn}")
        return took


class Starter(Side):
    """Trained once, kept under var/bench."""

    name = "starter bot"

    def folder(self) -> Path:
        """Its project."""
        return WORK / "starter"

    def environment(self) -> dict[str, str]:
        """Telemetry off; quiet TensorFlow."""
        return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}

    def prepare(self) -> None:
        """`rasa init`, which trains as well."""
        super().prepare()
        if list((self.folder() / "models").glob("*.tar.gz")):
            return
        self.folder().mkdir(parents=True, exist_ok=True)
        print("Making and training the starter bot (once; some minutes) ...", flush=True)
        with (WORK / "starter-init.log").open("wb") as log:
            subprocess.run(
                [str(RASA), "init", "--no-prompt", "--init-dir", str(self.folder())],
                check=True, env=self.environment(), stdout=log, stderr=log,
            )  # fmt: skip

    def command(self) -> list[str]:
        """As a developer would run it, on the loopback address."""
        (self.folder() / "credentials.yml").write_text("rest:\n", "utf-8")
        return [str(RASA), "run", "-i", "127.0.0.1", "-p", str(self.port), "--credentials", "credentials.yml"]

    def answers(self) -> bool:
        """To "hi"."""
        status, said = Client(self.port).post("/webhooks/rest/webhook", {"sender": "first", "message": "hi"})
        return status == 200 and bool(said)

    def journey(self) -> Journey:
        """A new sender."""
        return StarterJourney(Client(self.port))
