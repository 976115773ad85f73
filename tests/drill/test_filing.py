"""Reports through the real transaction while processes are killed: none is lost, doubled or without an owner, and each
message arrives under its key.

`make drill` sends 10,000 and kills at 200 points; the seed is in every failure.
"""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from casework import audit, clocks
from casework.intake import spooled
from casework.store import Store
from casework.store.tables import outbox
from tests.drill import counts
from tests.drill.checking import faults_of_cases, faults_of_delivery
from tests.drill.conftest import Installation
from tests.drill.receiving import Arrived
from tests.drill.sending import Couriers, Senders

pytestmark = pytest.mark.slow
PATIENCE = 600


def until_delivered(store: Store) -> None:
    """Nothing waits in the spool, nothing is due, and nothing failed that is tried again later."""
    end = time.monotonic() + PATIENCE
    waiting = -1
    while waiting or spooled(store.settings.spool):
        assert time.monotonic() < end, f"{waiting} messages still wait"
        time.sleep(0.2)
        with store.read() as db:
            # An alert that was delivered comes again, long after the drill.
            due = (outbox.c.kind != "alert") | outbox.c.last_error.is_not(None)
            due |= outbox.c.next_at <= clocks.now(store.settings)
            left = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state == "pending", due)
            waiting = db.scalar(left)


@pytest.mark.parametrize("killed", [False, True], ids=["undisturbed", "killed"])
def test_every_report_becomes_one_case_and_every_message_arrives(installation: Installation, killed: bool) -> None:
    store = installation.store
    reports, kills, courier_kills = counts.REPORTS, counts.KILLS, counts.COURIER_KILLS
    if not store.is_sqlite:
        reports, kills, courier_kills = counts.POSTGRES_REPORTS, counts.POSTGRES_KILLS, 1
    senders = Senders(installation, reports, kills if killed else 0, counts.SEED)
    with Couriers(installation, courier_kills if killed else 0, counts.SEED) as couriers:
        told = senders.run()
        couriers.finish_kills()
        until_delivered(store)
    moment = clocks.now(store.settings)
    arrived = Arrived.read(installation.receivers.book)
    print(f"\n{reports} reports, killed {told.kills} times ({told.kills_at_points} at counted points), couriers "
          f"{couriers.kills} times; {len(arrived.http)} notices and {len(arrived.mail)} mails, "
          f"{arrived.repeats} came again under their key")  # fmt: skip
    assert set(told.receipts) == set(range(reports)) and told.differing == [], counts.SEED
    assert told.kills == (kills if killed else 0) and couriers.kills == (courier_kills if killed else 0)
    assert faults_of_cases(store, told.receipts, counts.SEED, moment) == [], counts.SEED
    assert faults_of_delivery(store, arrived, moment) == [], counts.SEED
    assert audit.verify(store).whole
