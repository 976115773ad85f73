"""Delivering the outbox: one message is claimed, sent outside any transaction, marked. A crash in between
sends it again under the same key. Failures back off; after the last attempt a message goes to the dead
letters, which a person sees. Alerts never die and are repeated until somebody acknowledges."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from casework.outbox import claims
from casework.outbox.deadline import Deadline
from casework.outbox.letters import NotDelivered

if TYPE_CHECKING:
    from casework.outbox.ways import Way
    from casework.store import Store

log = logging.getLogger(__name__)
# A round ends after so many messages, so that whoever asked can see to other things.
ROUND = 200


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did. ``failed`` counts ``dead`` too."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


def deliver(
    store: Store, clock: Callable[[], datetime], ways: Iterable[Way], until: Callable[[], bool] = lambda: False
) -> Delivered:
    """Send what is due on these ways, one message after the other, or ``until`` says that it is enough.
    ``clock`` tells the time of each step.

    Raises ``StoreUnavailable``.
    """
    counted: Counter[str] = Counter()
    for way in ways:
        for _ in range(ROUND):
            outcome = None if until() else deliver_one(store, clock, way)
            if outcome is None:
                break
            counted[outcome] += 1
    return Delivered(counted["sent"], counted["failed"] + counted["dead"], counted["dead"])


def deliver_one(store: Store, clock: Callable[[], datetime], way: Way) -> str | None:
    """Send the next message of this way: ``sent``, ``failed``, ``dead`` or ``done`` (nobody wants it); None
    where nothing is due. Raises ``StoreUnavailable``."""
    taken = claims.claim(store, way, clock())
    if taken is None:
        return None
    if taken.letter is None:
        return taken.outcome
    try:
        with Deadline(store.settings.delivery_timeout) as deadline:
            way.send(taken.letter, deadline)
    except NotDelivered as error:
        return "dead" if claims.failed(store, taken, error, clock()) else "failed"
    except Exception as error:
        # The error's words may hold an address; its type does not.
        log.error("%s: not foreseen: %s", way.name, type(error).__name__)
        return "dead" if claims.failed(store, taken, NotDelivered("not_foreseen"), clock()) else "failed"
    claims.delivered(store, taken, clock())
    return "sent"
