"""The next message is found in the order of an index: a receiver that was away for a week holds nobody up."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from casework.outbox.claims import _NEXT, _NEXT_IN_ORDER
from casework.store import Store


@pytest.mark.parametrize("at", [0, 1], ids=["alerts", "others"])
@pytest.mark.parametrize("in_order", [False, True])
def test_the_next_message_is_found_without_sorting_or_reading_those_that_wait(
    staffed: Store, at: int, in_order: bool
) -> None:
    """The plan of SQLite. Sorted, or without an index for what stands before a message, 7,000 took half a minute."""
    due = (_NEXT_IN_ORDER if in_order else _NEXT)[at]
    with staffed.read() as db:
        text = str(due.compile(staffed.engine))
        values = tuple("x" for _ in range(text.count("?")))
        steps = [row.detail for row in db.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN") for step in steps), steps
    assert f"USING INDEX {('ix_outbox_alerts', 'ix_outbox_due')[at]} (state=? AND way=? AND next_at<?)" in steps[0]
    if in_order:
        assert any("USING INDEX ix_outbox_case (case_reference=? AND way=? AND state=?)" in step for step in steps)


def test_postgresql_knows_the_same_indexes(any_store: Store) -> None:
    found = {one["name"] for one in sa.inspect(any_store.engine).get_indexes("outbox")}
    assert {"ix_outbox_case", "ix_outbox_due", "ix_outbox_alerts"} <= found
