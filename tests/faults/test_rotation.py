"""Keys are rotated while everything runs and people report: nothing is lost, and nothing is unreadable."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from casework import clocks, receipts
from casework.cases import records
from casework.privacy import Keys
from casework.settings import load_settings
from casework.store import Store
from casework.store.tables import case_record
from tests.kit import Chat, Stack

pytestmark = [pytest.mark.stack, pytest.mark.slow]
REPORTERS, ROTATIONS = 2, 2
ACCOUNT = "Reporter {} number {}: the people upstairs play very loud music until three."


def test_keys_are_rotated_under_people_who_report(stack: Stack) -> None:
    begun = Chat(stack.base)
    begun.to("still_happening", {"account": ACCOUNT.format("begun", 0)})
    told: dict[str, tuple[str, str]] = {}
    faults: list[BaseException] = []
    enough = threading.Event()

    def report(name: int) -> None:
        number = 0
        try:
            while not enough.is_set() or number == 0:
                words, chat = ACCOUNT.format(name, number), Chat(stack.base)
                chat.to("review", {"account": words})
                chat.choose("send")
                told[chat.reference] = words, chat.turn["receipt"]["code"]
                number += 1
        except BaseException as error:
            faults.append(error)

    reporters = [threading.Thread(target=report, args=(name,)) for name in range(REPORTERS)]
    for one in reporters:
        one.start()
    try:
        for number in range(ROTATIONS):
            done = stack.reporting("keys", "rotate", "--json")
            assert done["number"] == number + 2 and done["damaged"] == 0 and not done["resumed"]
    finally:
        enough.set()
        for one in reporters:
            one.join(120)
    assert faults == [] and len(told) >= REPORTERS
    # A conversation that was begun under the first key goes on under the last.
    begun.to("review")
    begun.choose("send")
    told[begun.reference] = ACCOUNT.format("begun", 0), begun.turn["receipt"]["code"]
    settings = load_settings(_env_file=None, home=stack.home, env="test")
    store = Store(settings, Keys.load(stack.home))
    with store.read() as db:
        for reference, (words, code) in told.items():
            assert words in records.first_told(db, reference)["answers"]["account"]
            found = receipts.find(db, code, clocks.now(settings))
            assert found is not None and found.case_reference == reference
        assert db.scalar(sa.select(sa.func.count()).select_from(case_record)) == len(told)
    store.close()
    assert stack.reporting("audit", "verify", "--json")["whole"]
