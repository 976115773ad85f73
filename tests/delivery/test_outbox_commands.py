"""``reporting outbox`` as a person uses it: what is dead, and sending it again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from casework import clocks
from casework.store import Store
from tests.delivery.conftest import HOOK_KEY, hooked
from tests.delivery.receivers import Receiver
from tests.domain.conftest import NAMED, make_case
from tests.domain.posting import deliver_all

REPORTING = str(Path(sys.executable).parent / "reporting")


def reporting(store: Store, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "REPORTING_HOME": str(store.settings.home), "REPORTING_ENV": "test"}
    return subprocess.run(
        [REPORTING, "outbox", *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_dead_letter_is_listed_and_sent_again(receiver: Receiver, open_store: Callable[..., Store]) -> None:
    store = open_store(**hooked(receiver))
    moment = clocks.now(store.settings)
    reference = make_case(store, moment, identity="named", answers=NAMED).reference
    assert reporting(store, "dead").returncode == 0
    receiver.behave = 410
    assert deliver_all(store, moment).dead == 1
    shown = reporting(store, "dead")
    listed = reporting(store, "dead", "--json")
    counted = reporting(store, "status", "--json")
    assert shown.returncode == listed.returncode == counted.returncode == 1
    (letter,) = json.loads(listed.stdout)
    assert (letter["reference"], letter["way"], letter["error"]) == (reference, "webhook", "http_410")
    assert letter["id"] in shown.stdout and letter == json.loads(counted.stdout)["dead_letters"][0]
    assert not any(word in shown.stdout + counted.stdout for word in ("canary", HOOK_KEY, receiver.url))

    page = reporting(store, "dead", "--limit", "1", "--json")
    assert f"--after {letter['id']}" in page.stderr and json.loads(page.stdout) == [letter]
    assert json.loads(reporting(store, "dead", "--after", letter["id"], "--json").stdout) == []
    assert reporting(store, "dead", "--after", "00000000").returncode == 1

    assert reporting(store, "resend", "00000000").returncode == 1
    done = reporting(store, "resend", letter["id"][:8], "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"id": letter["id"], "state": "pending"})
    assert reporting(store, "dead", "--json").stdout.strip() == "[]"
    receiver.behave = 200
    assert deliver_all(store, clocks.now(store.settings)).sent == 1
    assert receiver.keys == [letter["id"]] * 2
