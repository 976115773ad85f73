"""Acts of more than one transaction, and reading the audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework import clocks
from casework.audit.acts import Act, Detail, Entry, Outcome
from casework.store.guard_tables import audit_entry

if TYPE_CHECKING:
    from casework.store.store import Db, Store


@contextmanager
def acting(
    store: Store, act: Act, who: str, reference: str | None = None, detail: Detail | None = None
) -> Iterator[dict[str, Any]]:
    """Record an intent, let the block work in transactions of its own, then record what became of it.

    The block may add codes and numbers to the given dict: they are the outcome's detail. An intent without an
    outcome is an act whose process was killed. Raises ``StoreUnavailable`` where the intent cannot be kept:
    then the block is not run.
    """

    def keep(outcome: Outcome, intent: int | None, codes: Detail) -> int:
        entry = Entry(str(act), who, clocks.now(store.settings), reference, outcome, intent, dict(codes))
        return store.keep_acts([entry]).seq

    begun = keep(Outcome.INTENT, None, detail or {})
    found: dict[str, Any] = {}
    try:
        yield found
    except BaseException as error:
        keep(Outcome.FAILED, begun, {**found, "because": type(error).__name__})
        raise
    keep(Outcome.DONE, begun, found)


def entries(db: Db, reference: str = "", act: str = "", limit: int = 1000) -> list[dict[str, Any]]:
    """The newest entries, newest first, as the command line shows them."""
    statement = sa.select(audit_entry).order_by(audit_entry.c.seq.desc()).limit(limit)
    if reference:
        statement = statement.where(audit_entry.c.reference == reference)
    if act:
        statement = statement.where(audit_entry.c.act == act)
    return [
        {"seq": row.seq, "at": row.at.isoformat(), "who": row.who, "act": row.act, "reference": row.reference,
         "outcome": row.outcome, "intent": row.intent, "detail": json.loads(row.detail)}
        for row in db.execute(statement)
    ]  # fmt: skip
