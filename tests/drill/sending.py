"""Senders: they file all reports through processes that are killed, and repeat what was not acknowledged."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from tests.drill.conftest import Installation
from tests.drill.processes import Courier, Filing

PROCESSES = 2
# How many of the reports are sent a second time, while the first is under way or after it was acknowledged.
REPEATED = 0.05
# How long a report takes about, statements and seconds: only where in it a process is killed hangs on these.
POINTS = 120
SECONDS = 0.06


@dataclass
class Told:
    """What reporters were told: reference and code by the number of the report, and what went wrong."""

    receipts: dict[int, tuple[str, str]] = field(default_factory=dict)
    differing: list[int] = field(default_factory=list)
    kills: int = 0
    kills_at_points: int = 0
    courier_kills: int = 0


class Senders:
    """Files the reports 0 to ``count`` with ``kills`` processes killed, half at counted points, half at any moment."""

    def __init__(self, where: Installation, count: int, kills: int, seed: int) -> None:
        self._where = where
        self._seed = seed
        self._count = count
        self._kills_to_plan = kills
        self._waiting = deque(range(count))
        self._guard = threading.Lock()
        self._chance = random.Random(seed)
        self._failures: list[BaseException] = []
        self.told = Told()

    def run(self) -> Told:
        """Until every report was acknowledged and all kills were done. Raises what a sender failed with."""
        threads = [threading.Thread(target=self._work, args=(number,)) for number in range(PROCESSES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failures:
            raise self._failures[0]
        return self.told

    def _work(self, number: int) -> None:
        try:
            while not self._failures and self._live(self._where.folder / f"filer-{number}.log"):
                pass
        except BaseException as error:
            self._failures.append(error)

    def _live(self, log: Path) -> bool:
        """The life of one process. False where nothing is left to do."""
        with self._guard:
            left = self._kills_to_plan
            ahead = max(1.0, 0.8 * len(self._waiting) / max(1, left)) * 2 * self._chance.random()
            at_point = self._chance.random() < 0.5
            if not left and not self._waiting:
                return False
            # Each kill is given to one process beforehand: two that are killed at once are two of the kills wanted.
            to_kill = left > 0
            self._kills_to_plan -= to_kill
        point = 1 + int(ahead * POINTS) if to_kill and at_point else 0
        filing = Filing(self._where.environment, log, self._seed, point)
        timer = threading.Timer(ahead * SECONDS, filing.kill)
        if to_kill and not at_point:
            timer.start()
        try:
            while (number := self._next(to_kill)) is not None:
                answer = filing.file(number)
                if answer is None:
                    self._again(number)
                    assert filing.was_killed(), log.read_text()[-2000:]
                    self._count_kill(at_point)
                    return True
                if answer.get("busy"):
                    self._again(number)
                else:
                    self._keep(number, answer["reference"], answer["code"])
            return False
        finally:
            timer.cancel()
            filing.end()

    def _next(self, to_kill: bool) -> int | None:
        """The next report; for a process that will be killed, a known one again where none waits."""
        with self._guard:
            if self._waiting:
                number = self._waiting.popleft()
                if self._chance.random() < REPEATED:
                    self._waiting.insert(self._chance.choice((0, len(self._waiting))), number)
                return number
            return self._chance.randrange(self._count) if to_kill else None

    def _again(self, number: int) -> None:
        with self._guard:
            self._waiting.insert(self._chance.choice((0, len(self._waiting))), number)

    def _count_kill(self, at_point: bool) -> None:
        with self._guard:
            self.told.kills += 1
            self.told.kills_at_points += at_point

    def _keep(self, number: int, reference: str, code: str) -> None:
        with self._guard:
            if self.told.receipts.setdefault(number, (reference, code)) != (reference, code):
                self.told.differing.append(number)


class Couriers:
    """Two processes that deliver, one of which is killed now and then and started again."""

    def __init__(self, where: Installation, kills: int, seed: int) -> None:
        self._where = where
        self._wanted_kills = kills
        self._chance = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._running: list[Courier] = []
        self.kills = 0

    def __enter__(self) -> Couriers:
        self._running = [self._start(), self._start()]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for courier in self._running:
            courier.end()

    def finish_kills(self) -> None:
        """Wait until all kills were done."""
        while self.kills < self._wanted_kills and self._thread.is_alive():
            time.sleep(0.05)

    def _start(self) -> Courier:
        return Courier(self._where.environment, self._where.folder / "couriers.log")

    def _work(self) -> None:
        while self.kills < self._wanted_kills and not self._stop.wait(2.0 + self._chance.random()):
            place = self._chance.randrange(2)
            self._running[place].end(9)
            self.kills += 1
            self._running[place] = self._start()
