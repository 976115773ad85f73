"""The ways out that are configured. None is on by default: then everything waits, and the operator is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from casework.outbox.deadline import Deadline
from casework.outbox.letters import Letter, to_advisor
from casework.outbox.rows import CASE_SYSTEM, MAIL, WEBHOOK, ways_to_systems

if TYPE_CHECKING:
    from casework.settings import Settings
    from casework.store.store import Db

Compose = Callable[["Db", Any, str, datetime], Letter | None]
Send = Callable[[Letter, Deadline], None]


@dataclass(frozen=True, slots=True)
class Way:
    """How messages of one kind of receiver are composed and sent.

    ``compose(db, row, key, at)`` reads in the transaction of the claim; None means that nobody wants it.
    ``send`` raises ``NotDelivered``. ``in_order``: notices of one case keep their order. ``fixed``: the text
    stays the same over all retries, because receivers refuse other contents under the same key.
    """

    name: str
    compose: Compose
    send: Send
    in_order: bool = False
    fixed: bool = False


def configured(settings: Settings) -> list[Way]:
    """Raises ``MapError`` where the connector's map cannot be used."""
    found = [mail] if (mail := mail_way(settings)) else []
    systems = ways_to_systems(settings)
    if CASE_SYSTEM in systems:
        from casework.outbox.connector import Connector

        connector = Connector(settings)
        found.append(Way(CASE_SYSTEM, connector.compose, connector.send, in_order=True, fixed=True))
    if WEBHOOK in systems:
        from casework.outbox import webhook

        found.append(Way(WEBHOOK, webhook.compose, lambda letter, deadline: webhook.send(settings, letter, deadline),
                         in_order=True, fixed=True))  # fmt: skip
    return found


def names(settings: Settings) -> list[str]:
    """The names of the configured ways; opens and reads nothing."""
    return [*([MAIL] if settings.outbox_transport != "none" else []), *ways_to_systems(settings)]


def mail_way(settings: Settings, send: Send | None = None) -> Way | None:
    """The way to advisors, or None where none is configured: then messages wait."""
    from casework.outbox import mail

    if send is None and settings.outbox_transport == "file":
        send = lambda letter, _: mail.to_file(settings.home / "outgoing", letter)  # noqa: E731
    elif send is None and settings.outbox_transport == "smtp":
        send = lambda letter, deadline: mail.to_smtp(settings, letter, deadline)  # noqa: E731
    return None if send is None else Way(MAIL, _letter, send)


def _letter(db: Db, row: Any, key: str, at: datetime) -> Letter | None:
    from casework.cases import alerts

    if row.kind == alerts.KIND:
        # Asked at this moment: the reporter may not want it any more.
        return alerts.alert_letter(db, row.case_reference, key)
    return to_advisor(db.settings, key, row.kind, row.case_reference, row.email or "")
