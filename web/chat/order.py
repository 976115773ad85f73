"""One message of a session after the other, and what a process remembers of a session meanwhile."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class OneAtATime:
    """A lock for each session in use. Other front-door processes are kept apart by the commit of a turn."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn_of(self, draft_id: str) -> AsyncIterator[None]:
        """Wait for the turns before; the lock is forgotten when nobody holds or waits for it."""
        lock, users = self._locks.get(draft_id, (asyncio.Lock(), 0))
        self._locks[draft_id] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(draft_id)
            if users > 1:
                self._locks[draft_id] = (lock, users - 1)


class LastQuestions:
    """The name of the question each session stands at, for the turn that is given with the database down.

    Bounded, in memory only, and without a word of anybody.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._names: OrderedDict[str, str] = OrderedDict()

    def remember(self, draft_id: str, question: str | None) -> None:
        self._names.pop(draft_id, None)
        if question is not None:
            self._names[draft_id] = question
            if len(self._names) > self._most:
                self._names.popitem(last=False)

    def of(self, draft_id: str) -> str | None:
        return self._names.get(draft_id)
