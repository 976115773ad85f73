"""Ways out for tests: letters are kept instead of sent, and fail as long as they are told to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from casework.outbox.deadline import Deadline
from casework.outbox.delivery import Delivered, deliver
from casework.outbox.letters import Letter, NotDelivered
from casework.outbox.ways import Way, configured, mail_way
from casework.store import Store


class Post:
    """Keeps letters."""

    def __init__(self, fails: int = 0, error: NotDelivered | None = None) -> None:
        self.letters: list[Letter] = []
        self.fails = fails
        self.error = error or NotDelivered("unreachable")

    def __call__(self, letter: Letter) -> None:
        if self.fails:
            self.fails -= 1
            raise self.error
        self.letters.append(letter)


def mail_by(store: Store, send: Callable[[Letter], None]) -> Way:
    """Mail as it is composed, given to ``send``."""

    def way(letter: Letter, deadline: Deadline) -> None:
        send(letter)

    found = mail_way(store.settings, way)
    assert found is not None
    return found


def deliver_mail(store: Store, moment: datetime, send: Callable[[Letter], None]) -> Delivered:
    """One round of the mail at this moment."""
    return deliver(store, lambda: moment, [mail_by(store, send)])


def deliver_all(store: Store, moment: datetime) -> Delivered:
    """One round of everything that is configured."""
    return deliver(store, lambda: moment, configured(store.settings))
