"""Worker processes as they really run: killed while they send, several at once, and what they write to their
log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from casework import clocks
from casework.advisors.demo import add_demo_advisors
from casework.outbox.overview import status
from casework.privacy import Keys
from casework.settings import Settings
from casework.store import Store
from casework.store.tables import outbox
from tests.delivery.conftest import HOOK_KEY, connected, hooked
from tests.delivery.receivers import Receiver, mail_server
from tests.domain.conftest import NAMED, labels, make_case

ROOT = Path(__file__).parents[2]
PATIENCE = 120
ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=ENGINES)
def engine_store(
    request: pytest.FixtureRequest, make_settings: Callable[..., Settings], keys: Keys
) -> Iterator[Callable[..., Store]]:
    """A store on each engine, with these settings and the demo advisors."""
    made: list[Store] = []
    where: dict[str, Any] = {}
    if request.param == "postgres":
        where["database_url"] = request.getfixturevalue("postgres_store").settings.database_url

    def open_with(**values: Any) -> Store:
        store = Store(make_settings(**where, **values), keys)
        store.upgrade()
        with store.begin() as db:
            add_demo_advisors(db)
        made.append(store)
        return store

    yield open_with
    for store in made:
        store.close()


class Worker:
    """``python -m casework.worker`` with the settings of a store."""

    def __init__(self, store: Store, log: Path) -> None:
        chosen = store.settings
        values = {
            name: getattr(chosen, name) for name in chosen.model_fields_set if getattr(chosen, name) not in (None, "")
        }
        plain = {
            f"REPORTING_{name.upper()}": str(getattr(value, "get_secret_value", lambda value=value: value)())
            for name, value in values.items() if name != "connector_allow"
        }  # fmt: skip
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "casework.worker"], cwd=ROOT, stdout=file, stderr=file,
                env={**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, **plain},
            )  # fmt: skip

    def end(self, number: int = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(PATIENCE)


@contextmanager
def workers(store: Store, folder: Path, count: int) -> Iterator[list[Worker]]:
    started = [Worker(store, folder / "worker.log") for _ in range(count)]
    try:
        yield started
    finally:
        for worker in started:
            worker.end()


def until(what: Callable[[], bool], store: Store) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, status(store, clocks.now(store.settings))
        time.sleep(0.05)


def delivered(store: Store) -> int:
    found: int = status(store, clocks.now(store.settings))["delivered"]
    return found


def test_a_message_whose_worker_was_killed_is_sent_again_after_its_lease(
    receiver: Receiver, engine_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = engine_store(**hooked(receiver, delivery_timeout=4.0, delivery_lease=8.0))
    make_case(store, clocks.now(store.settings))
    receiver.answers = ["slow"]
    with workers(store, tmp_path, 1) as (first,):
        until(lambda: len(receiver.asked) == 1, store)
        first.end(signal.SIGKILL)
    notice = outbox.c.way == "webhook"
    with store.read() as db:
        lease = db.scalar(sa.select(outbox.c.claimed_until).where(notice))
    with workers(store, tmp_path, 1):
        until(lambda: delivered(store) == 1, store)
    with store.read() as db:
        again = db.scalar(sa.select(outbox.c.tried_at).where(notice))
    assert again >= lease, "nobody else has it before the lease is over"
    assert len(receiver.asked) == 2 and len(set(receiver.keys)) == 1, "the receiver can tell"
    assert receiver.asked[0].body == receiver.asked[1].body


def test_several_workers_deliver_each_message_once(
    receiver: Receiver, engine_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = engine_store(**hooked(receiver))
    for _ in range(20):
        make_case(store, clocks.now(store.settings))
    with workers(store, tmp_path, 2):
        until(lambda: delivered(store) == 20, store)
    assert len(receiver.keys) == len(set(receiver.keys)) == 20


def test_nothing_of_anybody_is_in_what_leaves_or_in_the_log(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    with mail_server() as box:
        mail = {"outbox_transport": "smtp", "smtp_url": f"smtp://127.0.0.1:{box.port}", "mail_from": "a@b.example"}
        store = open_store(**mail, **hooked(receiver), **connected(receiver, tmp_path), delivery_attempts=2)
        with store.begin() as db:
            from casework.store.tables import advisor

            for n, key in enumerate(db.execute(advisor.select()).scalars().all()):
                db.execute(advisor.update().where(advisor.c.id == key).values(email=f"a{n}@housing.example.org"))
        receiver.answers = [500, 400, "cut"]
        emergency = labels("hate", "immediate_danger", urgency="emergency")
        make_case(store, clocks.now(store.settings), identity="named", answers=NAMED, labels=emergency)
        with workers(store, tmp_path, 1):
            until(lambda: len(receiver.asked) >= 4 and len(box.mails) >= 2, store)
        left = receiver.everything() + "".join(box.texts())
        assert "canary" not in left
    log = (tmp_path / "worker.log").read_text()
    assert "mail sent=" in log and "stopped" in log
    for secret in ("canary", HOOK_KEY, "housing.example.org", receiver.url, "Traceback"):
        assert secret not in log


def test_a_slow_case_system_does_not_delay_mail(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    receiver.behave = "slow"
    slow = {"delivery_timeout": 60.0, "delivery_lease": 120.0}
    store = open_store(**connected(receiver, tmp_path), **slow, outbox_transport="file")
    for _ in range(3):
        make_case(store, clocks.now(store.settings))
    with workers(store, tmp_path, 1) as (worker,):
        until(lambda: len(receiver.asked) == 1, store)
        until(lambda: delivered(store) == 3, store)
        assert len(receiver.asked) == 1, "all mail left while one notice was under way"
        # It would wait for the notice.
        worker.end(signal.SIGKILL)


def test_a_worker_does_not_start_with_a_map_that_lets_names_out(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = open_store(**connected(receiver, tmp_path))
    (tmp_path / "map.yml").write_text("fields: {who: identity_details.reporter_name}")
    worker = Worker(store, tmp_path / "worker.log")
    assert worker.process.wait(PATIENCE) == 2
    written = (tmp_path / "worker.log").read_text()
    assert written.startswith("Not started: REPORTING_CONNECTOR_MAP") and "REPORTING_CONNECTOR_ALLOW" in written
