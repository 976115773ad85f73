"""Raising an alarm never fails for want of a database (conversation.md, "Danger first")."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casework.cases.stubs import Told
    from casework.store import Store


@dataclass(frozen=True, slots=True)
class Alarm:
    """One message of danger. ``typed`` is false for a chosen option, which may still be corrected."""

    submission_id: str
    message_id: str
    words: str = field(default="", repr=False)
    question: str | None = None
    flags: tuple[str, ...] = ()
    urgency: str = "emergency"
    typed: bool = True
    channel: str = "webchat"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Raised:
    """What became of an alarm: a case (``reference``), or a sealed file that waits (``spooled``)."""

    reference: str | None
    advisor: str | None
    spooled: bool = False


def raise_alarm(store: Store, alarm: Alarm, now: datetime, told: Told | None = None) -> Raised:
    """Commit the stub case with its alert; with the database down write the sealed spool file instead.

    Safe to repeat with the same message. Raises ``OSError`` only where neither the database nor the disk
    can be written: then nothing was kept, and the caller must say so.
    """
    from casework.intake.spool import write_spool
    from casework.store import StoreUnavailable

    try:
        from casework.intake.taking import read, take_in

        labels = read(alarm)
        with store.begin() as db:
            stub = take_in(db, alarm, labels, now, told)
        return Raised(stub.reference, stub.advisor)
    except StoreUnavailable:
        write_spool(store.settings.spool, store.keys, alarm, now)
        return Raised(None, None, spooled=True)
