"""Outbox rows, written in the caller's transaction: they stand or fall with what they tell of. They hold no
words and no names: which case, what happened, which way, and which advisor."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.store.tables import outbox

if TYPE_CHECKING:
    from casework.settings import Settings
    from casework.store.store import Db

MAIL, CASE_SYSTEM, WEBHOOK = "mail", "case_system", "webhook"
# What other programs can be told of. ``emergency``: somebody has to act now.
# ``identity_released``: a second person let the case system know who somebody is.
EVENTS = ("new_case", "case_completed", "words_added", "withdrawal_asked", "emergency", "identity_released")
# Of these the systems are told whenever an advisor is.
_TOLD_TO_SYSTEMS = frozenset({"words_added", "withdrawal_asked"})

_KNOWN = sa.select(outbox.c.id).where(outbox.c.idempotency_key == sa.bindparam("key"))
_ADD = outbox.insert()


def put(
    db: Db,
    kind: str,
    reference: str,
    at: datetime,
    *,
    advisor_id: str | None = None,
    way: str = MAIL,
    key: str = "",
    not_before: datetime | None = None,
) -> bool:
    """Add a message to be delivered; the same key again adds nothing. Only mail has an advisor; mail without
    one goes to the reporter, where they asked for it.

    The key stays in the house: what leaves carries the row's random id.
    """
    begins = kind if way == MAIL else f"{way}:{kind}"
    full_key = f"{begins}:{reference}:{key or advisor_id or 'once'}"
    if db.scalar(_KNOWN, {"key": full_key}) is not None:
        return False
    db.execute(_ADD, {
        "id": secrets.token_hex(16), "idempotency_key": full_key, "kind": kind, "case_reference": reference,
        "advisor_id": advisor_id, "way": way, "state": "pending", "created_at": at, "next_at": not_before or at,
        "attempts": 0, "deliveries": 0,
    })  # fmt: skip
    if way == MAIL and kind in _TOLD_TO_SYSTEMS:
        tell_systems(db, kind, reference, at, key=key)
    return True


def ways_to_systems(settings: Settings) -> list[str]:
    """The ways to other programs that are configured."""
    addresses = {CASE_SYSTEM: settings.connector_url, WEBHOOK: settings.webhook_url.get_secret_value()}
    return [way for way, address in addresses.items() if address]


def tell_systems(db: Db, event: str, reference: str, at: datetime, key: str = "") -> None:
    """Tell the landlord's case system and the webhook, where there are any, that something happened."""
    for way in ways_to_systems(db.settings):
        put(db, event, reference, at, way=way, key=key)


def announce(db: Db, reference: str, advisor_id: str, at: datetime, priority: str, completed: bool = False) -> None:
    """Tell the advisor and the systems of a new case (or of a stub that is whole now); for an emergency also
    alert, the duty managers from the first repeat on."""
    event = "case_completed" if completed else "new_case"
    put(db, event, reference, at, advisor_id=advisor_id)
    tell_systems(db, event, reference, at)
    if priority == "emergency":
        alert(db, reference, advisor_id, at)


def alert_anew(db: Db, reference: str, advisor_id: str, at: datetime, key: str) -> None:
    """Alert where no alert is waiting: one that nobody has acknowledged comes again by itself."""
    from casework.clocks.keeping import start_clocks
    from casework.clocks.promises import Deadline

    if start_clocks(db, reference, [Deadline("alert", at)], at, again=True):
        alert(db, reference, advisor_id, at, key=key)


def alert(db: Db, reference: str, advisor_id: str, at: datetime, key: str = "") -> None:
    """Alert the owner at once, and whoever is on duty; the duty managers whom the report does not name when nobody has
    acknowledged after a while."""
    from casework.advisors.duty import NO_ADDRESS, duty_managers, on_duty_for
    from casework.advisors.transfer import needs_of_case
    from casework.cases import records
    from casework.clocks.keeping import start_clocks
    from casework.clocks.promises import Deadline

    needs = needs_of_case(db, records.locked(db, reference))
    if put(db, "alert", reference, at, advisor_id=advisor_id, key=f"{key}{advisor_id}"):
        # It is repeated until somebody acknowledges, so there is always a clock to be met.
        start_clocks(db, reference, [Deadline("alert", at)], at, again=True)
        # An emergency goes to whoever is on duty now, also where it appears in a case that has its owner already.
        for person in on_duty_for(db, needs, at):
            put(db, "alert", reference, at, advisor_id=person, key=f"{key}{person}")
    tell_systems(db, "emergency", reference, at, key=key)
    later = at + timedelta(minutes=db.settings.alert_repeat_minutes)
    for manager in duty_managers(db, needs, at, leave_out={advisor_id}):
        # Nobody reads a desk without an address, and an alert is never given up.
        if manager.email != NO_ADDRESS:
            put(db, "alert", reference, at, advisor_id=manager.id, key=f"{key}{manager.id}", not_before=later)
