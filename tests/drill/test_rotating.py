"""Keys are rotated under many cases; the rotation is killed and goes on, and every word is readable throughout.

`make drill` rotates 10,000 cases.
"""

from __future__ import annotations

import random
import secrets
import signal

import pytest
import sqlalchemy as sa

from casework import cases
from casework.cases import records
from casework.conversation.submission import submission_of
from casework.privacy import Keys, rotation
from casework.privacy.places import places
from casework.related.indexes import left_with_key
from casework.store import Store
from casework.store.tables import case_record
from tests.domain.conftest import CHRISTMAS_EVE
from tests.drill import counts
from tests.drill.telling import report
from tests.rotating import rotated

pytestmark = pytest.mark.slow
AT_ONCE = 100
# Smaller than what the first kill leaves behind, so that each finds something done and something to do.
BATCH = 10
LOOKED_AT = 25


def fill(store: Store, count: int) -> dict[str, str]:
    """Reference and account of each."""
    told = {}
    for start in range(0, count, AT_ONCE):
        with store.begin() as db:
            for number in range(start, min(count, start + AT_ONCE)):
                draft = report(counts.SEED, number).draft
                draft.id = secrets.token_hex(16)
                told[cases.create_case(db, submission_of(draft), CHRISTMAS_EVE).reference] = draft.account
    return told


def unreadable(store: Store, told: dict[str, str]) -> list[str]:
    """The references of which the account is not what was told."""
    with store.read() as db:
        return [key for key, words in told.items() if records.first_told(db, key)["answers"]["account"] != words]


def test_a_rotation_of_many_cases_is_finished_after_it_was_killed(staffed: Store) -> None:
    told = fill(staffed, counts.ROTATED)
    chance = random.Random(counts.SEED)
    whole = rotation.counts(staffed)[1]
    assert whole >= counts.ROTATED
    for kill in range(1, counts.ROTATION_KILLS + 1):
        enough = whole - int(whole * (kill - chance.random() / 2) / (counts.ROTATION_KILLS + 1))
        die_at = rotation.counts(staffed)[1] - enough
        assert rotated(staffed, die_at=die_at, batch=BATCH) == -signal.SIGKILL
        assert rotation.pending(staffed)
        left = rotation.counts(staffed)
        assert left[1] and left[2], "some values have the old key, some the new one"
        assert unreadable(staffed, dict(chance.sample(sorted(told.items()), min(len(told), LOOKED_AT)))) == []
        # Whoever reports meanwhile is not kept waiting, and is read with the others.
        told |= fill(staffed, 1)
    assert rotated(staffed) == 0
    assert not rotation.pending(staffed) and rotation.counts(staffed)[1] == 0
    assert staffed.keys.numbers == [1, 2], "it went on with the same key"
    with staffed.read() as db:
        assert (left_with_key(db, 1), left_with_key(db, 2)) == (0, len(told))
        assert db.scalar(sa.select(sa.func.count()).select_from(case_record)) == len(told)
    rotation.retire(staffed, 1, "cli:drill")
    alone = Store(staffed.settings, Keys.load(staffed.settings.home))
    assert alone.keys.numbers == [2] and unreadable(alone, told) == []
    with alone.read() as db:
        for place in places():
            for row in db.execute(sa.select(place.table).where(place.column.is_not(None))).mappings():
                alone.keys.open(row[place.column.name], context=place.context(dict(row)))
    alone.close()
