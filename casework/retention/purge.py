"""The purge: unsent drafts, transcripts of sent ones, expired receipts, cases past their time.

Each record goes in one transaction of its own, so a crash leaves whole records only. Advisors are told of
serious danger before an unsent draft goes (conversation.md, "Pausing, leaving, breaking off").
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import Act, note
from casework.cases.records import PROGRAM
from casework.retention.periods import purge_before
from casework.store import drafts
from casework.store.tables import access_log, case_record, draft, metadata, receipt, turn

if TYPE_CHECKING:
    from casework.store import Db, Store

log = logging.getLogger(__name__)
_OF_CASES = [table for table in metadata.sorted_tables if "case_reference" in table.c and table is not access_log]
Progress = Callable[[int, int], None]


class RetentionError(RuntimeError):
    """A purge left something behind. The message names the tables, nothing else."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What one run deleted. ``told`` counts drafts whose danger an advisor was told of first."""

    drafts: int = 0
    told: int = 0
    transcripts: int = 0
    receipts: int = 0
    cases: int = 0

    def to_json(self) -> dict[str, int]:
        return asdict(self)


def run(store: Store, now: datetime, progress: Progress | None = None) -> Purged:
    """Delete everything whose time is over. Raises ``StoreUnavailable``, ``RetentionError``."""
    with store.read() as db:
        expired = list(db.execute(sa.select(draft.c.id).where(draft.c.expires_at <= now)).scalars())
        old_cases = [row for limit in purge_before(store.settings, now) for row in _closed(db, limit)]
    total, done = len(expired) + len(old_cases), 0
    told = 0
    for draft_id in expired:
        told += _expire(store, draft_id, now)
        done += 1
        if progress:
            progress(done, total)
    for reference in old_cases:
        _purge_case(store, reference, now)
        done += 1
        if progress:
            progress(done, total)
    with store.begin() as db:
        transcripts = _purge_transcripts(db, now - timedelta(minutes=store.settings.ended_minutes))
        receipts = db.execute(receipt.delete().where(receipt.c.expires_at <= now)).rowcount
        if expired or transcripts or receipts:
            counts = {"drafts": len(expired), "transcripts": transcripts, "receipts": receipts}
            note(db, Act.PURGE, PROGRAM, now, detail=counts)
    _prove_drafts(store, expired)
    if store.is_sqlite and (expired or old_cases or transcripts or receipts):
        _empty_log(store)
    return Purged(len(expired), told, transcripts, receipts, len(old_cases))


def tell_broken_off(store: Store, now: datetime, seen: set[tuple[str, int]]) -> int:
    """Tell advisors of chats about serious danger that broke off. ``seen`` remembers what was looked at
    already."""
    before = now - timedelta(minutes=store.settings.broken_off_minutes)
    told = 0
    with store.read() as db:
        rows = db.execute(
            sa.select(draft.c.id, draft.c.revision)
            .where(~draft.c.ended, draft.c.touched_at <= before, draft.c.expires_at > now)
        ).all()  # fmt: skip
    seen.intersection_update((row.id, row.revision) for row in rows)
    for row in rows:
        if (row.id, row.revision) not in seen:
            with store.begin() as db:
                told += _tell(db, drafts.get(db, row.id, for_update=True), now)
            seen.add((row.id, row.revision))
    return told


def _expire(store: Store, draft_id: str, now: datetime) -> bool:
    with store.begin() as db:
        found = drafts.get(db, draft_id, for_update=True)
        if found is None or found.expires_at > now:
            return False
        told = not found.ended and _tell(db, found, now)
        drafts.delete(db, draft_id)
    return told


def _tell(db: Db, found: drafts.Draft | None, now: datetime) -> bool:
    from casework.cases import tell_before_leaving
    from casework.conversation.turns import load

    return found is not None and not found.ended and tell_before_leaving(db, load(found), now)


def _closed(db: Db, limit: Any) -> Iterable[str]:
    return db.execute(sa.select(case_record.c.reference).where(limit, ~case_record.c.held)).scalars().all()


def _purge_case(store: Store, reference: str, now: datetime) -> None:
    """Delete a case with all that belongs to it, and look that nothing is left before it is committed."""
    with store.begin() as db:
        note(db, Act.PURGE, PROGRAM, now, reference)
        db.execute(draft.delete().where(draft.c.case_reference == reference))
        db.execute(case_record.delete().where(case_record.c.reference == reference))
        # Who read it stays known; why they did may say something about it.
        db.execute(access_log.update().where(access_log.c.case_reference == reference).values(reason=None))
        left = [table.name for table in _OF_CASES if _rows_of(db, table, reference)]
        if left:
            raise RetentionError(f"A purge left rows in {', '.join(left)}.")


def _rows_of(db: Db, table: sa.Table, reference: str) -> Any:
    return db.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.case_reference == reference))


def _purge_transcripts(db: Db, before: datetime) -> int:
    """The last turns of sent reports, which hold the receipt code, once they have been shown long enough."""
    ended = sa.select(draft.c.id).where(draft.c.ended)
    return db.execute(turn.delete().where(turn.c.at <= before, turn.c.draft_id.in_(ended))).rowcount


def _prove_drafts(store: Store, expired: list[str]) -> None:
    with store.read() as db:
        for start in range(0, len(expired), 500):
            keys = expired[start : start + 500]
            for table in (turn, receipt):
                statement = sa.select(sa.func.count()).select_from(table).where(table.c.draft_id.in_(keys))
                if db.scalar(statement):
                    raise RetentionError(f"A purge left rows in {table.name}.")


def _empty_log(store: Store) -> None:
    """Deleted pages are overwritten in the file (secure_delete), and still stand in SQLite's log until
    now."""
    with store.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
