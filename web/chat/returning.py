"""Coming back to a sent report, as the pages use it: danger first, limits, and plain words when something is down."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from casework.cases import Wish
from casework.questions import wording
from web.chat import alarm, danger, own_case, receipts
from web.chat.bodies import MESSAGE_CHARACTERS, MessageBody
from web.chat.danger import Danger
from web.chat.errors import ChatError, error
from web.chat.limits import Limits
from web.chat.order import OneAtATime
from web.chat.sessions import Session, Sessions
from web.chat.work import RecordDown, Work
from web.logs import fault_of, log

Said = list[dict[str, str]]


class Returning:
    """What can be done with a session that a receipt code opened. Each raises `ChatError`: 401, 429 or 503."""

    def __init__(
        self, sessions: Sessions, limits: Limits, work: Work, down: Callable[[Danger | None], ChatError]
    ) -> None:
        self._sessions = sessions
        self._limits = limits
        self._work = work
        self._down = down
        self._order = OneAtATime()

    async def look(self, token: str, *, reading: bool = True) -> dict[str, Any]:
        """The case: status in plain words, messages, how the reporter is reached. `reading`: it is shown now."""
        session = self._sessions.read(token)
        self._limits.take("reading of a session", session.draft_id)
        try:
            return await self._work.run(own_case.look, session, reading)
        except RecordDown:
            raise self._down(None) from None

    async def write(self, token: str, form: str, words: str, kind: str) -> Said:
        """Send words to the advisor: `message`, or `addition` to the report. Also raises `empty`, `too_long`."""
        if not words.strip():
            raise error("empty")
        return await self._take(token, form, words, own_case.write, kind)

    async def withdraw(self, token: str, form: str, words: str) -> Said:
        """Withdraw, with a word on it or without."""
        return await self._take(token, form, words, own_case.withdraw)

    async def go_on(self, token: str, form: str) -> Said:
        """Take a withdrawal back."""
        return await self._take(token, form, "", own_case.go_on)

    async def reach(self, token: str, form: str, wish: Wish | None) -> Said:
        """Change how the reporter is reached; None makes them anonymous. Also raises `ContactError`."""
        typed = [wish.name, wish.value, wish.note] if wish else []
        return await self._take(token, form, "\n".join(part for part in typed if part.strip()), own_case.reach, wish)

    async def new_code(self, token: str) -> str:
        """A new code; the old one stops at once. Of two presses the answer to the later holds the code that counts."""
        session = self._sessions.read(token)
        self._limits.take("messages of a session", session.draft_id)
        try:
            async with self._order.turn_of(session.draft_id):
                return await self._work.run(receipts.new_code, session)
        except RecordDown:
            raise self._down(None) from None

    async def _take(self, token: str, form: str, words: str, act: Callable[..., Said], *given: Any) -> Said:
        session = self._sessions.read(token)
        body = MessageBody(id=_key(form, act.__name__, words, *given), text=words)
        seen = danger.look(body)
        try:
            self._limits.take("messages of a session", session.draft_id)
        except ChatError as refused:
            raise _with_card(refused, seen) from None
        # Words of danger are taken however long they are: nobody is asked to shorten a cry for help.
        if len(words) > MESSAGE_CHARACTERS and not seen.emergency:
            raise error("too_long")
        try:
            said = await self._work.run(act, session, body.id, words, seen, *given)
        except RecordDown:
            raise await self._kept(session, body, seen) from None
        except ChatError as refused:
            raise _with_card(refused, seen) from None
        return said if any(message["kind"] == "emergency" for message in said) else [*seen.messages(), *said]

    async def _kept(self, session: Session, body: MessageBody, seen: Danger) -> ChatError:
        """With the database down words of danger go to the spool, sealed; the refusal says what became of them."""
        if not seen.emergency:
            return self._down(seen)
        try:
            await self._work.run(alarm.spool, session, body, seen, None, None)
        except Exception as fault:
            log().error("words not kept", **fault_of(fault))
            return self._down(seen)
        words = "\n".join(wording.say("unavailable_kept"))
        return _with_card(ChatError(503, "unavailable", words, retry_after=5), seen)


def _with_card(refused: ChatError, seen: Danger) -> ChatError:
    if seen.card:
        refused.message = f"{danger.card_for(seen.flags)}\n\n{refused.message}"
    return refused


def _key(form: str, *given: Any) -> str:
    """The same form sent again is the same message; other words in it, after going Back, are another."""
    return "r" + sha256("\0".join([form, *map(repr, given)]).encode()).hexdigest()[:30]
