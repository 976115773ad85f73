"""The chat as the API and the pages use it: sessions, turns, the way back and the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from casework.catalogues.offered import catalogue
from casework.conversation.turns import Services
from casework.privacy import Keys
from casework.questions import plan, wording
from casework.settings import Settings
from casework.store import Store
from casework.triage import ready
from web.chat import danger, receipts, record
from web.chat.bodies import MessageBody, ReceiptBody
from web.chat.errors import ChatError
from web.chat.limits import Limits, address_of
from web.chat.rasa_client import Assistant
from web.chat.record import Entry
from web.chat.returning import Returning
from web.chat.sessions import Sessions
from web.chat.turns import Turns, question_of
from web.chat.work import RecordDown, Work
from web.health import PART_SECONDS, Check

# Seconds that looking a code up takes, found or not: several times what the slow hash and a commit need.
CODE_SECONDS = 0.25
_WRONG = "wrong receipts of an address"


@dataclass(frozen=True)
class Started:
    """A new chat: what the person's side keeps, and the first turn."""

    token: str
    turn: dict[str, Any]


class ChatService:
    """Everything the reporters' side can do. One instance a process; it holds nobody's words."""

    def __init__(self, services: Services, assistant: Assistant) -> None:
        self.settings = services.settings
        self._sessions = Sessions(services.keys, services.settings.languages)
        self._assistant = assistant
        self._limits = Limits(on=services.settings.rate_limit)
        self._work = Work(services)
        self._turns = Turns(services, assistant, self._work)
        self._codes = asyncio.Semaphore(2)
        self.returning = Returning(self._sessions, self._limits, self._work, self._turns.down)

    @classmethod
    def of(cls, settings: Settings) -> ChatService:
        """The service of an installation. Raises `KeysError`; opens no connection."""
        keys = Keys.load(settings.home)
        # The tables of danger, the card and the questions are in memory before the first message comes.
        ready(), wording.card(), plan()
        for tag in settings.languages:
            catalogue(tag)
        url = f"http://127.0.0.1:{settings.rasa_port}"
        assistant = Assistant(url, settings.front_door_key.get_secret_value() or None)
        return cls(Services(settings, keys, Store(settings, keys)), assistant)

    async def close(self) -> None:
        """Let go of connections and threads."""
        await self._assistant.close()
        self._work.close()

    def down(self) -> ChatError:
        """What is said where nothing better can be, with the emergency numbers."""
        return self._turns.down()

    def known(self, token: str | None) -> str:
        """The token, if it was minted here. Raises `no_session`; asks no database."""
        self._sessions.read(token)
        return token or ""

    async def start(self, channel: str = "webchat", address: str | None = None) -> Started:
        """Open a chat with the welcome and the first question. Raises 429 and 503."""
        self._limits.take("sessions of an address", address_of(address))
        token, session = self._sessions.mint(record.new_id())
        turn = await self._read(record.start, session, channel)
        self._turns.questions.remember(session.draft_id, question_of(turn))
        return Started(token, turn)

    async def message(self, token: str, body: MessageBody, address: str | None = None) -> dict[str, Any]:
        """Take one message and give its turn. Raises `ChatError`: 401, 409, 413, 429 or 503."""
        session = self._sessions.read(token)
        seen = danger.look(body)
        try:
            self._limits.take("messages of a session", session.draft_id)
            self._limits.take("messages of an address", address_of(address))
        except ChatError as refused:
            if seen.card:
                refused.message = f"{danger.card_for(seen.flags)}\n\n{refused.message}"
            raise
        return await self._turns.take(session, body, seen)

    async def transcript(self, token: str) -> list[Entry]:
        """All turns so far. Raises 401, 429 and 503."""
        session = self._sessions.read(token)
        self._limits.take("reading of a session", session.draft_id)
        return await self._read(record.transcript, session)

    async def leave(self, token: str) -> None:
        """Delete what was not sent, at once; the session is over. Raises 401 and 503."""
        await self._end(token, record.leave)

    async def put_away(self, token: str) -> None:
        """End the session; what was not sent stays only where a code opens it. Raises 401 and 503."""
        await self._end(token, record.put_away)

    async def _end(self, token: str, how: Callable[..., None]) -> None:
        session = self._sessions.read(token)
        try:
            async with (
                asyncio.timeout(self.settings.turn_deadline),
                self._turns.order.turn_of(session.draft_id),
            ):
                await self._read(how, session)
        except TimeoutError:
            raise self.down() from None
        self._turns.questions.remember(session.draft_id, None)

    async def receipt(self, code: str, address: str | None = None, *, reading: bool = True) -> dict[str, Any]:
        """Open what a receipt code belongs to. Raises 400, 404, 429 and 503.

        `reading`: the answer itself is read, so the messages in it are not new any more.
        """
        who = address_of(address)
        self._limits.take("receipts of an address", who)
        self._limits.check(_WRONG, who)
        digits = ReceiptBody(code=code).digits()
        opened = await self._opened(digits, who, reading)
        self._turns.questions.remember(opened.session.draft_id, question_of(opened.turn))
        return {"session": opened.token, "case": opened.case, "turn": opened.turn, "turns": opened.turns}

    async def _opened(self, digits: str, who: str, reading: bool) -> receipts.Opened:
        """A right code and a wrong one take the same time: the work differs, what it takes is rounded up."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            # The slow hash takes memory: two at a time are enough for anybody who has a code.
            async with self._codes:
                began = loop.time()
                # Those who waited here together have not been counted yet.
                self._limits.check(_WRONG, who)
                opened: receipts.Opened = await self._read(receipts.opened, digits, self._sessions, reading)
                return opened
        except ChatError as refused:
            if refused.code == "unknown_code":
                self._limits.take(_WRONG, who)
            raise
        finally:
            await asyncio.sleep(began + CODE_SECONDS - loop.time())

    def checks(self) -> dict[str, Check]:
        """What has to be ready, by part."""

        async def database() -> bool:
            return await self._work.run(record.reachable)

        async def migrations() -> bool:
            return await self._work.run(record.at_head)

        async def model() -> bool:
            return await self._assistant.healthy(seconds=PART_SECONDS)

        async def action_server() -> bool:
            url = f"http://127.0.0.1:{self.settings.action_port}/health"
            return await self._assistant.reaches(url, seconds=PART_SECONDS)

        return {
            "database": database,
            "migrations": migrations,
            "model": model,
            "action_server": action_server,
        }

    async def _read(self, function: Callable[..., Any], *given: Any) -> Any:
        try:
            return await self._work.run(function, *given)
        except RecordDown:
            raise self.down() from None
