"""The worker process: takes in spooled alarms, delivers the outbox, tells of broken-off danger and of promises
that run out, deletes what expired.

Run with ``python -m casework.worker``; several may run at once. It may be killed at any point: each step is
one transaction, done again where it was not finished. Only counts are logged.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casework.store import Store

log = logging.getLogger("casework.worker")
ROUND_SECONDS = 1.0
# How long the end waits for a message that is under way.
LAST_SECONDS = 10.0
SLOW_ROUND_SECONDS = 60.0


def main() -> int:
    """Work until told to stop; 2 with a sentence where the settings or the keys are wrong."""
    from casework.privacy import Keys, KeysError
    from casework.settings import SettingsError, load_settings
    from casework.store import Store

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    # Its warnings hold addresses of requests.
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    try:
        settings = load_settings()
        keys = Keys.load(settings.home)
    except (SettingsError, KeysError) as error:
        print(f"Not started: {error}", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    store = Store(settings, keys)
    log.info("started")
    try:
        run(store, stop)
    finally:
        store.close()
    log.info("stopped")
    return 0


def run(store: Store, stop: threading.Event) -> None:
    """Work until ``stop`` is set. Each part fails on its own: a broken mail server never delays an alarm."""
    from casework.outbox.couriers import Couriers

    steps = Steps(store)
    couriers = Couriers(store, stop)
    couriers.start()
    slow_due = 0.0
    while not stop.is_set():
        steps.attempt("spool", steps.spool)
        if time.monotonic() >= slow_due:
            slow_due = time.monotonic() + SLOW_ROUND_SECONDS
            steps.attempt("broken_off", steps.broken_off)
            steps.attempt("clocks", steps.clocks)
            steps.attempt("retention", steps.retention)
        stop.wait(ROUND_SECONDS)
    couriers.join(LAST_SECONDS)


class Steps:
    """The worker's steps, and what each has said last: a database that is away is logged once, not each
    second."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._failing: set[str] = set()
        self._seen: set[tuple[str, int]] = set()

    def attempt(self, name: str, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:
            if name not in self._failing:
                log.error("%s failed: %s", name, type(error).__name__)
            self._failing.add(name)
        else:
            if name in self._failing:
                log.info("%s works again", name)
            self._failing.discard(name)

    def spool(self) -> None:
        from casework.intake.spool import spooled, take_in_spool

        if spooled(self.store.settings.spool) and (taken := take_in_spool(self.store)):
            log.info("spool taken_in=%d", taken)

    def broken_off(self) -> None:
        from casework.clocks import now
        from casework.retention import tell_broken_off

        if told := tell_broken_off(self.store, now(self.store.settings), self._seen):
            log.info("broken_off told=%d", told)

    def clocks(self) -> None:
        from casework.clocks import now
        from casework.clocks.watch import watch

        done = watch(self.store, now(self.store.settings))
        if done.reminded or done.missed:
            log.info("clocks reminded=%d missed=%d", done.reminded, done.missed)

    def retention(self) -> None:
        from casework.clocks import now
        from casework.retention import run as purge

        done = purge(self.store, now(self.store.settings))
        if any(done.to_json().values()):
            log.info("retention %s", " ".join(f"{name}={n}" for name, n in done.to_json().items()))


if __name__ == "__main__":
    raise SystemExit(main())
