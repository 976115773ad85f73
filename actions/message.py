"""The message in hand as ``casework`` takes it, and what to do where something fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from casework import catalogues
from casework.conversation import Incoming, Outcome
from casework.conversation.turns import Services, open_services
from casework.conversation.understand import Ranking
from casework.conversation.views import said

Result = TypeVar("Result")
log = logging.getLogger("actions")


class NotDone(RuntimeError):
    """An action could not be carried out. Carries the kind of fault, never what was said."""


@dataclass(frozen=True)
class Message:
    """One user message with what the front door sent beside it."""

    incoming: Incoming
    ranking: Ranking
    draft_id: str
    body_mac: bytes
    said: Any
    from_front_door: bool


@lru_cache(maxsize=1)
def services() -> Services:
    """Settings, keys and store of this process."""
    return open_services()


def read_message(tracker: Tracker) -> Message:
    """The latest message of the tracker, and from here on its language. Typed words are the person's own, as the front
    door received them."""
    latest = tracker.latest_message
    beside = latest.get("metadata") or {}
    catalogues.use(beside.get("language") or catalogues.ENGLISH)
    chosen, several = beside.get("choice"), beside.get("choices")
    typed = None
    if chosen is None and several is None:
        typed = beside.get("words", latest.get("text") or "")
    ranking = [(entry["name"], float(entry["confidence"])) for entry in latest.get("intent_ranking") or ()]
    return Message(
        incoming=Incoming(
            message_id=beside.get("message_id") or latest.get("message_id") or tracker.sender_id,
            text=typed,
            choice=chosen,
            choices=tuple(several) if several is not None else None,
            note=beside.get("note") or "",
            danger=bool(beside.get("danger")),
        ),
        ranking=ranking,
        draft_id=tracker.sender_id,
        body_mac=bytes.fromhex(beside.get("body_mac") or ""),
        said=beside.get("said"),
        from_front_door="message_id" in beside,
    )


async def carried_out(function: Callable[..., Result], *given: Any, **named: Any) -> Result:
    """Run blocking work of ``casework`` beside the event loop. Raises NotDone, without words, whatever goes wrong."""
    try:
        return await asyncio.to_thread(function, *given, **named)
    except Exception as fault:
        log.error("not done: %s in %s", type(fault).__name__, function.__name__)
        raise NotDone(type(fault).__name__) from None


def utter(dispatcher: CollectingDispatcher, outcome: Outcome) -> None:
    """Say the outcome. Answers to people's questions are responses of the domain; the rest is said as text."""
    for saying in outcome.say:
        if saying.name.startswith("ask_") or saying.name in ("greet", "thank"):
            dispatcher.utter_message(response=f"utter_{saying.name}")
            continue
        for message in said(saying):
            dispatcher.utter_message(text=message["text"])
