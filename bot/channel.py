"""The only way into the Rasa server: one message of the front door, one JSON reply.

Nothing of what a person wrote is logged here, and nothing is kept after the reply.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.constants import REQUESTED_SLOT
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from bot.turn import FORM, ActionFailed, Turn, current_turn

logger = logging.getLogger("bot.channel")

KEY_HEADER = "X-Front-Door"
# The payloads of buttons. They name their intent, so the language model has nothing to find out.
BUTTONS = ("/start_report", "/choose")
LONGEST_TEXT = 12_000  # an account has at most 10,000 characters; the front door has checked that already
LONGEST_ID = 64


class SaidChannel(OutputChannel):
    """Collects what the bot says, each with the name of its response."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name, which responses may be written for."""
        return "front_door"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one message whole: a blank line in it stays a blank line."""
        self.said.append(
            {
                "response": message.get("utter_action"),
                "text": message.get("text") or "",
                "custom": message.get("custom"),
            }
        )


def parsed_button(text: str) -> dict[str, Any] | None:
    """What Rasa's own reading of a button's payload comes to; None for typed words."""
    if text not in BUTTONS:
        return None
    intent = {"name": text[1:], "confidence": 1.0}
    return {"text": text, "intent": intent, "intent_ranking": [intent], "entities": []}


class BadMessage(ValueError):
    """The front door's message has not the agreed shape."""


def read_turn(body: Any) -> tuple[str, str, str, Turn, dict[str, Any]]:
    """Sender, message id, text, the turn's state and the metadata of a front door message."""
    if not isinstance(body, dict):
        raise BadMessage("object expected")
    sender, message_id, text = (body.get(name) for name in ("sender", "message_id", "text"))
    for value, longest in ((sender, LONGEST_ID), (message_id, LONGEST_ID), (text, LONGEST_TEXT)):
        if not isinstance(value, str) or not value or len(value) > longest:
            raise BadMessage("sender, message_id and text are needed")
    marks, question = body.get("marks"), body.get("question")
    if marks is not None and not (isinstance(marks, dict) and all(isinstance(mark, str) for mark in marks.values())):
        raise BadMessage("marks are words by slot")
    if question is not None and not isinstance(question, str):
        raise BadMessage("question is a name")
    turn = Turn(marks=marks, loop=body.get("loop") is True, question=question)
    metadata = {name: value for name, value in body.items() if name != "marks"}
    return sender, message_id, text, turn, metadata


class FrontDoorChannel(InputChannel):
    """`POST /webhooks/front_door/turn`; see the module's first lines."""

    def __init__(self, key: str | None = None) -> None:
        self._key = (key or "").encode()
        # Messages of one sender wait their turn here: Rasa's own lock is polled only once a second.
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    def name(cls) -> str:
        """Part of the address."""
        return "front_door"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> FrontDoorChannel:
        """The key comes from the environment, never from a file of the repository."""
        return cls(os.environ.get("FRONT_DOOR_KEY"))

    def _is_front_door(self, request: Request) -> bool:
        given = request.headers.get(KEY_HEADER, "")
        return not self._key or hmac.compare_digest(given.encode("utf-8", "replace"), self._key)

    async def _take(self, body: Any, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> dict[str, Any]:
        sender, message_id, text, turn, metadata = read_turn(body)
        out = SaidChannel()
        queue = self._queues.setdefault(sender, asyncio.Lock())
        async with queue:
            token = current_turn.set(turn)
            try:
                await on_new_message(
                    UserMessage(
                        text,
                        out,
                        sender,
                        input_channel=self.name(),
                        message_id=message_id,
                        metadata=metadata,
                        parse_data=parsed_button(text),
                    )
                )
            finally:
                current_turn.reset(token)
        if turn.failed or turn.tracker is None:
            raise ActionFailed(turn.failed or "turn")
        tracker = turn.tracker
        return {
            "said": out.said,
            "question": tracker.get_slot(REQUESTED_SLOT),
            "loop": tracker.active_loop_name == FORM,
            "acted": True,
        }

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's two addresses."""
        front_door = Blueprint("front_door", None)

        @front_door.get("/")
        async def health(_: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @front_door.post("/turn")
        async def take_turn(request: Request) -> HTTPResponse:
            if not self._is_front_door(request):
                return json({"error": "forbidden"}, status=403)
            try:
                return json(await self._take(request.json, on_new_message))
            except BadMessage:
                return json({"error": "malformed"}, status=400)
            except ActionFailed as failure:
                logger.error("action failed: %s", failure)
                return json({"error": "action_failed"}, status=502)
            except Exception as error:
                # The kind of error only: its text and its traceback may hold the person's words.
                logger.error("turn failed: %s", type(error).__name__)
                return json({"error": "turn_failed"}, status=500)

        return front_door
