"""One turn, from a message that may be taken to its answer, whatever fails behind it.

Read the draft, raise the alarm if somebody may be in danger, let the assistant take the turn, read what
became of it. Where that fails a message of danger gets its card and its words are kept; any other
message gets a 503 in plain words and may be sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from casework.conversation import views
from casework.conversation.turns import Services
from web.chat import alarm, danger, offered, record
from web.chat.bodies import MessageBody, check_lengths
from web.chat.danger import Danger
from web.chat.errors import ChatError, error
from web.chat.order import LastQuestions, OneAtATime
from web.chat.payload import payload
from web.chat.rasa_client import Assistant, AssistantDown
from web.chat.record import Place
from web.chat.sessions import Session
from web.chat.work import RecordDown, Work
from web.logs import fault_of, log

# Seconds kept back from the deadline of a turn for the answer that is given when the assistant does not
# come; a message of danger needs more of them, its words are still to be kept.
_RESERVE = 1.0
_RESERVE_IN_DANGER = 2.5
_LEAST = 0.5


@dataclass
class Attempt:
    """One message on its way: what has been found out and done so far."""

    session: Session
    body: MessageBody
    seen: Danger
    ends: float
    place: Place | None = None
    alarmed: bool = False
    spooled: bool = False

    @property
    def reserve(self) -> float:
        return _RESERVE_IN_DANGER if self.seen.emergency else _RESERVE

    def left(self) -> float:
        """Seconds until the answer has to be there."""
        return self.ends - asyncio.get_running_loop().time()

    def at_most(self, seconds: float) -> float:
        """So many seconds, or what is left, but never so few that nothing can be tried."""
        return max(_LEAST, min(seconds, self.left()))


class Turns:
    """Takes the messages of all sessions, those of one session one after the other."""

    def __init__(self, services: Services, assistant: Assistant, work: Work) -> None:
        self._services = services
        self._assistant = assistant
        self._work = work
        self.order = OneAtATime()
        self.questions = LastQuestions()

    async def take(self, session: Session, body: MessageBody, seen: Danger) -> dict[str, Any]:
        """The turn of a message, within the deadline. Raises `ChatError`: 401, 409, 413 or 503."""
        ends = asyncio.get_running_loop().time() + self._services.settings.turn_deadline - _LEAST
        attempt = Attempt(session, body, seen, ends)
        try:
            check_lengths(body)
        except ChatError as refused:
            await self._refuse_with_care(attempt, refused)
        try:
            async with (
                asyncio.timeout(attempt.left() - attempt.reserve),
                self.order.turn_of(session.draft_id),
            ):
                turn = await self._take(attempt)
        except ChatError:
            raise
        except (RecordDown, AssistantDown, TimeoutError) as problem:
            log().warning("turn not taken", reason=type(problem).__name__, part=str(problem)[:40])
            turn = await self._without_assistant(attempt, record_down=isinstance(problem, RecordDown))
        except Exception as fault:
            log().error("fault", **fault_of(fault))
            turn = await self._without_assistant(attempt, record_down=False)
        self.questions.remember(session.draft_id, question_of(turn))
        return turn

    def down(self, seen: Danger | None = None) -> ChatError:
        """The 503, with the emergency numbers; with the whole card where one is due."""
        message = danger.unavailable(self._services.settings.landlord_phone)
        if seen is not None and seen.card:
            message = f"{danger.card_for(seen.flags)}\n\n{message}"
        return ChatError(503, "unavailable", message, retry_after=5)

    async def _take(self, attempt: Attempt) -> dict[str, Any]:
        session, body = attempt.session, attempt.body
        place = await self._work.run(record.place, session, body)
        if place is None:
            raise error("no_session")
        attempt.place = place
        if place.stored is not None:
            return _with_card(place.stored, attempt.seen)
        attempt.seen = seen = danger.with_choice(attempt.seen, place.question, body.chosen)
        refused = offered.refusal(place.question, place.draft, body)
        if refused is not None:
            await self._refuse_with_care(attempt, refused)
        if seen.emergency:
            await self._alarm(attempt)
        mac = record.body_mac(self._services, body)
        asked = payload(session.draft_id, place, body, danger=seen.emergency, mac=mac)
        reply = await self._assistant.turn(asked, seconds=attempt.left() - attempt.reserve - 0.1)
        turn = await self._work.run(record.turn_after, session, body, reply)
        return _with_card(turn, seen)

    async def _alarm(self, attempt: Attempt) -> None:
        """Tell an advisor before anything else is tried; with the database down the spool keeps the words."""
        try:
            attempt.spooled = await self._tell(attempt, alarm.tell, most=3.5)
        except RecordDown:
            await self._spool(attempt)
        attempt.alarmed = True

    async def _spool(self, attempt: Attempt) -> None:
        attempt.spooled = await self._tell(attempt, alarm.spool, most=1.0)

    async def _tell(self, attempt: Attempt, function: Callable[..., bool], *, most: float) -> bool:
        asked = self._asked(attempt)
        told = (attempt.session, attempt.body, attempt.seen, attempt.place, asked)
        return await self._work.run(function, *told, seconds=attempt.at_most(most))

    def _asked(self, attempt: Attempt) -> str | None:
        """The open question, as far as it is known without the database."""
        return attempt.place.question if attempt.place else self.questions.of(attempt.session.draft_id)

    async def _without_assistant(self, attempt: Attempt, *, record_down: bool) -> dict[str, Any]:
        """The turn when the assistant did not take it: a late result, or the safe reply to danger, or 503."""
        if attempt.place is None:
            attempt.seen = danger.with_choice(attempt.seen, self._asked(attempt), attempt.body.chosen)
        late = None if record_down else await self._late(attempt)
        if late is not None:
            return _with_card(late, attempt.seen)
        if not attempt.seen.emergency:
            raise self.down(attempt.seen)
        kept = await self._keep(attempt, record_down=record_down)
        asked = self._asked(attempt)
        turn = views.safe_turn(attempt.body.id, asked, kept=kept)
        if attempt.place is not None:
            turn["question"] = views.question_json(asked, attempt.place.draft)
        return _with_card(turn, attempt.seen)

    async def _late(self, attempt: Attempt) -> dict[str, Any] | None:
        try:
            return await self._work.run(record.late, attempt.session, attempt.body, seconds=_LEAST)
        except ChatError:
            raise
        except Exception as fault:
            log().warning("no late result", **fault_of(fault))
            return None

    async def _keep(self, attempt: Attempt, *, record_down: bool) -> bool:
        """Keep the words of a message of danger that nobody else took. True where they are safe."""
        try:
            if record_down and not attempt.spooled:
                await self._spool(attempt)
            elif not attempt.alarmed:
                await self._alarm(attempt)
        except Exception as fault:
            log().error("no alarm", **fault_of(fault))
        if attempt.spooled:
            return True
        try:
            await self._work.run(record.keep, attempt.session, attempt.body, seconds=attempt.at_most(1.5))
            return True
        except Exception as fault:
            log().error("words not in the draft", **fault_of(fault))
            return attempt.alarmed

    async def _refuse_with_care(self, attempt: Attempt, refused: ChatError) -> None:
        """Refuse a message; if it tells of danger the alarm is raised all the same and the card is shown."""
        if not attempt.seen.emergency:
            raise refused
        try:
            await self._alarm(attempt)
        except Exception as fault:
            log().error("words not kept", **fault_of(fault))
        message = f"{danger.card_for(attempt.seen.flags)}\n\n{refused.message}"
        raise ChatError(refused.status, refused.code, message)


def _with_card(turn: dict[str, Any], seen: Danger) -> dict[str, Any]:
    """The turn with the emergency card as its first message where one is due and none is there."""
    if seen.card and not any(message["kind"] == "emergency" for message in turn["messages"][:1]):
        rest = [message for message in turn["messages"] if message["kind"] != "emergency"]
        turn = {**turn, "messages": [*seen.messages(), *rest]}
    return turn


def question_of(turn: dict[str, Any] | None) -> str | None:
    question = turn["question"] if turn else None
    return question["name"] if question else None
