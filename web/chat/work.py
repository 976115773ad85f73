"""Work with the database, kept off the event loop: a small pool of threads, each call with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from casework.conversation.turns import Services
from casework.privacy import SealError
from casework.store import StoreUnavailable
from web.chat.errors import ChatError
from web.logs import fault_of, log

Result = TypeVar("Result")
THREADS = 6


class RecordDown(Exception):
    """The database gave no answer in time, or none that could be read."""


class Work:
    """Runs functions of the record in threads, each with the services as its first argument."""

    def __init__(self, services: Services, threads: int = THREADS) -> None:
        self._services = services
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="record")

    async def run(self, function: Callable[..., Result], *given: Any, seconds: float = 4.0) -> Result:
        """The function's result. Raises `RecordDown` where the store is out of reach or too slow."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                # The thread speaks the language of the request.
                run = copy_context().run
                return await loop.run_in_executor(self._threads, run, function, self._services, *given)
        except ChatError:
            raise
        except (StoreUnavailable, SealError, TimeoutError, OSError) as problem:
            log().warning("record down", **fault_of(problem))
            raise RecordDown(type(problem).__name__) from None

    def close(self) -> None:
        """Let running work end; take no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
