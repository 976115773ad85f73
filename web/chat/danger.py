"""Danger first: what a message says of danger, found before anything else and with nothing but plain Python.

Needs no database, no model and no other process (conversation, "Danger first").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from casework.questions import wording
from casework.triage import screen
from web.chat.bodies import MessageBody
from web.logs import fault_of, log

_ASKS_OF_DANGER = ("danger_now", "danger_check")
_FIRE = "arson_fire"
# A message longer than this is refused in any case; its beginning and its end are screened all the same.
_READ = 8_000


@dataclass(frozen=True)
class Danger:
    """`emergency`: somebody may be in danger now. `card`: the emergency card is shown."""

    emergency: bool = False
    card: bool = False
    flags: frozenset[str] = frozenset()

    def messages(self) -> list[dict[str, str]]:
        """The emergency card as the first messages of a turn; none where no card is due."""
        return [{"text": card_for(self.flags), "kind": "emergency"}] if self.card else []


def look(body: MessageBody) -> Danger:
    """Screen everything that was typed. A screen that fails counts as danger: the card does no harm."""
    typed = body.words
    if not typed.strip():
        return Danger()
    if len(typed) > _READ:
        typed = f"{typed[:_READ]} {typed[-_READ:]}"
    try:
        found = screen(typed)
    except Exception as fault:
        log().error("screen failed", **fault_of(fault))
        return Danger(emergency=True, card=True)
    return Danger(found.emergency, found.emergency, frozenset(found.flags))


def with_choice(found: Danger, question: str | None, chosen: tuple[str, ...]) -> Danger:
    """Add what an option says: `yes` to a question of danger is an emergency, `not_sure` shows the card."""
    if question in _ASKS_OF_DANGER:
        if "yes" in chosen:
            flags = found.flags | {"immediate_danger"}
            return replace(found, emergency=True, card=True, flags=flags)
        if "not_sure" in chosen:
            return replace(found, card=True)
    return found


def card_for(flags: frozenset[str]) -> str:
    """The card, with what to do in a fire where there may be one."""
    return wording.card() if _FIRE not in flags else "\n".join([wording.card(), *wording.say("card_fire")])


def unavailable(landlord_phone: str = "") -> str:
    """What is said when the assistant cannot answer: the emergency numbers, and the landlord's other way."""
    words = wording.unavailable()
    return f"{words}\n{wording.landlord()}: {landlord_phone}" if landlord_phone else words
