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

LONGEST_PAGE = 1000


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


def entries(
    db: Db, reference: str = "", act: str = "", limit: int = LONGEST_PAGE, after: int = 0
) -> list[dict[str, Any]]:
    """A page of entries, newest first, as the command line shows them. ``after``: the place of the last one of the
    page before. Raises ``ValueError`` for a page that is too long."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise ValueError(f"a page has 1 to {LONGEST_PAGE} entries")
    statement = sa.select(audit_entry).order_by(audit_entry.c.seq.desc()).limit(limit)
    if reference:
        statement = statement.where(audit_entry.c.reference == reference)
    if act:
        statement = statement.where(audit_entry.c.act == act)
    if after:
        statement = statement.where(audit_entry.c.seq < after)
    return [
        {"seq": row.seq, "at": row.at.isoformat(), "who": row.who, "act": row.act, "reference": row.reference,
         "outcome": row.outcome, "intent": row.intent, "detail": json.loads(row.detail)}
        for row in db.execute(statement)
    ]  # fmt: skip
