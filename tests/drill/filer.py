"""A process of ours that files reports: one number a line comes in, what the reporter would be told goes out.

Each report takes the steps of the front door and the action server: its draft is begun, a danger it told of raises an
alarm, and it is sent. Any step may have been done by a process that was killed before it could answer.

``--die-at N`` kills the process with SIGKILL at the N-th point: before and after every statement, before each commit,
after it, and before the answer.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from casework.clocks import now
from casework.conversation.outcome import Incoming
from casework.conversation.sending import send_report
from casework.conversation.turns import Services
from casework.intake.alarm import raise_alarm
from casework.intake.spool import write_spool
from casework.privacy import Keys
from casework.settings import load_settings
from casework.store import Store, StoreUnavailable, drafts
from tests.drill.telling import Report, report

SENDING = Incoming("send", choice="send")


class Points:
    """Counts the places where the process can be killed, and kills it at the chosen one."""

    def __init__(self, die_at: int) -> None:
        self.count = 0
        self._die_at = die_at

    def passed(self, *_: Any) -> None:
        self.count += 1
        if self.count == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, store: Store) -> None:
        for event in ("before_cursor_execute", "after_cursor_execute", "commit"):
            sa.event.listen(store.engine, event, self.passed)


class Filer:
    """Files reports into one installation."""

    def __init__(self, services: Services, seed: int, points: Points) -> None:
        self._services = services
        self._seed = seed
        self._points = points

    def file(self, number: int) -> dict[str, Any]:
        """What the reporter of this number is told; ``busy`` where they are asked to try again."""
        found = report(self._seed, number)
        try:
            self._begin(found)
            self._points.passed()
            if found.alarm is not None:
                self._tell_danger(found)
                self._points.passed()
            told = send_report(self._services, found.draft.id, SENDING).receipt
        except StoreUnavailable:
            return {"number": number, "busy": True}
        assert told is not None
        self._points.passed()
        return {"number": number, "reference": told["reference"], "code": told["code"], "points": self._points.count}

    def _begin(self, found: Report) -> None:
        # A report that is sent twice at once may be begun by both: on PostgreSQL the second learns it at its insert.
        with suppress(sa.exc.IntegrityError), self._services.store.begin() as db:
            if drafts.get(db, found.draft.id, for_update=True) is None:
                mac = self._services.keys.mac("session", f"token of {found.number}")
                drafts.create(db, session_mac=mac, now=now(db.settings), channel=found.draft.channel,
                              state=found.draft.to_state(), draft_id=found.draft.id)  # fmt: skip

    def _tell_danger(self, found: Report) -> None:
        assert found.alarm is not None
        moment = now(self._services.settings)
        if found.spooled:
            write_spool(self._services.settings.spool, self._services.keys, found.alarm, moment)
        else:
            raise_alarm(self._services.store, found.alarm, moment, told=found.draft)


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--seed", type=int, required=True)
    given.add_argument("--die-at", type=int, default=0)
    chosen = given.parse_args()
    settings = load_settings(_env_file=None)
    keys = Keys.load(settings.home)
    store = Store(settings, keys)
    points = Points(chosen.die_at)
    points.watch(store)
    filer = Filer(Services(settings, keys, store), chosen.seed, points)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(filer.file(int(line))), flush=True)


if __name__ == "__main__":
    main()
