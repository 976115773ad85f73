"""Couriers: one thread for each way out, so that a slow case system never delays an alert. Any number of
workers may run at once; claims keep them apart."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from casework.outbox.delivery import deliver
from casework.outbox.ways import Way, configured

if TYPE_CHECKING:
    from casework.store import Store

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0


class Couriers:
    """``start()`` them once; they end after ``stop`` is set, each when its message is through.

    Raises ``MapError`` where the field map cannot be used.
    """

    def __init__(self, store: Store, stop: threading.Event) -> None:
        self._store = store
        self._stop = stop
        self._threads = [
            threading.Thread(target=self._work, args=(way,), name=f"courier-{way.name}", daemon=True)
            for way in configured(store.settings)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> None:
        """Wait for messages that are under way, so many seconds each at most: a claim runs out by itself."""
        for thread in self._threads:
            thread.join(seconds)

    def _work(self, way: Way) -> None:
        from casework.clocks import now

        failing = False
        while not self._stop.is_set():
            try:
                done = deliver(self._store, lambda: now(self._store.settings), [way], until=self._stop.is_set)
            except Exception as error:
                # A database that is away is logged once, not each second.
                if not failing:
                    log.error("%s failed: %s", way.name, type(error).__name__)
                failing = True
            else:
                if failing:
                    log.info("%s works again", way.name)
                failing = False
                if done.sent or done.failed:
                    log.info("%s sent=%d failed=%d dead=%d", way.name, done.sent, done.failed, done.dead)
            self._stop.wait(PAUSE_SECONDS)
