"""Telling an advisor that somebody may be in danger, before the assistant is asked anything."""

from __future__ import annotations

from casework import clocks
from casework.conversation.turns import Services
from casework.intake import Alarm, raise_alarm
from casework.intake.spool import write_spool
from web.chat.bodies import MessageBody
from web.chat.danger import Danger
from web.chat.record import Place
from web.chat.sessions import Session


def tell(
    services: Services,
    session: Session,
    body: MessageBody,
    seen: Danger,
    place: Place | None,
    asked: str | None,
) -> bool:
    """Make or extend the stub case with its alert; with the database down, write the sealed file instead.

    True where it went to the spool. Raises `OSError` where neither could be written.
    """
    now = clocks.now(services.settings)
    told = place.draft if place is not None and not place.ended else None
    return raise_alarm(services.store, _alarm(session, body, seen, asked), now, told).spooled


def spool(
    services: Services, session: Session, body: MessageBody, seen: Danger, _: Place | None, asked: str | None
) -> bool:
    """Write the sealed file at once, where the database is known to be down. Raises `OSError`."""
    now = clocks.now(services.settings)
    write_spool(services.settings.spool, services.keys, _alarm(session, body, seen, asked), now)
    return True


def _alarm(session: Session, body: MessageBody, seen: Danger, asked: str | None) -> Alarm:
    flags = tuple(sorted(seen.flags))
    return Alarm(session.draft_id, body.id, body.words, asked, flags, typed=bool(body.words.strip()))
