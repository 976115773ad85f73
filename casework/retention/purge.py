"""The purge: unsent drafts, transcripts of sent ones, expired receipts, cases past their time.

Each record goes in one transaction of its own, so a crash leaves whole records only. Advisors are told of
serious danger before an unsent draft goes (conversation.md, "Pausing, leaving, breaking off").
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import Act, note
from casework.cases.records import PROGRAM
from casework.retention.holds import may_go
from casework.retention.periods import purge_before
from casework.retention.proof import empty_log, ids_of, prove_drafts, prove_files, prove_rows
from casework.store import drafts
from casework.store.relation_tables import joined_report
from casework.store.tables import access_log, case_record, draft, receipt, turn

if TYPE_CHECKING:
    from casework.store import Db, Store

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Purged:
    """What one run deleted. ``told`` counts drafts whose danger an advisor was told of first, ``short_cases`` those of
    the cases whose class is kept for months, ``joined`` the reports that went with their case. What is left is none,
    or the run raises."""

    drafts: int = 0
    told: int = 0
    transcripts: int = 0
    receipts: int = 0
    cases: int = 0
    short_cases: int = 0
    joined: int = 0
    rows_left: int = 0
    files_left: int = 0

    def to_json(self) -> dict[str, int]:
        return asdict(self)


def run(store: Store, now: datetime, progress: Progress | None = None) -> Purged:
    """Delete everything whose time is over, and prove that no row and no file holds it any more. Raises
    ``StoreUnavailable``, ``RetentionError``."""
    with store.read() as db:
        expired = list(db.execute(sa.select(draft.c.id).where(draft.c.expires_at <= now)).scalars())
        due = {name: _due(db, limit, now) for name, limit in purge_before(store.settings, now).items()}
    total, done = len(expired) + sum(len(references) for references in due.values()), 0
    told = joined = 0
    gone: set[str] = set()
    for draft_id in expired:
        told += _expire(store, draft_id, now)
        done += 1
        if progress:
            progress(done, total)
    for reference in (reference for references in due.values() for reference in references):
        ids, others = _purge_case(store, reference, now)
        gone |= ids
        joined += others
        done += 1
        if progress:
            progress(done, total)
    with store.begin() as db:
        transcripts = _purge_transcripts(db, now - timedelta(minutes=store.settings.ended_minutes))
        receipts = db.execute(receipt.delete().where(receipt.c.expires_at <= now)).rowcount
        if expired or transcripts or receipts:
            counts = {"drafts": len(expired), "transcripts": transcripts, "receipts": receipts}
            note(db, Act.PURGE, PROGRAM, now, detail=counts)
    prove_drafts(store, expired)
    if store.is_sqlite and (total or transcripts or receipts):
        empty_log(store)
        prove_files(store, gone | _without_case(store, expired))
    cases = sum(len(references) for references in due.values())
    return Purged(len(expired), told, transcripts, receipts, cases, len(due["short_cases"]), joined)


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


def _due(db: Db, limit: Any, now: datetime) -> list[str]:
    return list(db.execute(sa.select(case_record.c.reference).where(limit, may_go(now))).scalars())


def _purge_case(store: Store, reference: str, now: datetime) -> tuple[set[str], int]:
    """Delete a case and the reports that were joined to it, with all that belongs to them, and look that nothing is
    left before it is committed. The ids that stood in it, and how many reports were joined."""
    ids: set[str] = set()
    with store.begin() as db:
        joined = sa.select(joined_report.c.case_reference).where(joined_report.c.joined_to == reference)
        others = list(db.execute(joined).scalars())
        for one in (*others, reference):
            ids |= ids_of(db, one)
            _purge_one(db, one, now)
    return ids, len(others)


def _purge_one(db: Db, reference: str, now: datetime) -> None:
    note(db, Act.PURGE, PROGRAM, now, reference)
    db.execute(draft.delete().where(draft.c.case_reference == reference))
    db.execute(case_record.delete().where(case_record.c.reference == reference))
    # Who read it stays known; why they did may say something about it.
    db.execute(access_log.update().where(access_log.c.case_reference == reference).values(reason=None))
    prove_rows(db, reference)


def _without_case(store: Store, draft_ids: list[str]) -> set[str]:
    """Those of these drafts whose id no case bears: a stub outlives its draft."""
    with store.read() as db:
        kept = {
            key for start in range(0, len(draft_ids), 500)
            for key in db.execute(sa.select(case_record.c.submission_id).where(
                case_record.c.submission_id.in_(draft_ids[start : start + 500]))).scalars()
        }  # fmt: skip
    return set(draft_ids) - kept


def _purge_transcripts(db: Db, before: datetime) -> int:
    """The last turns of sent reports, which hold the receipt code, once they have been shown long enough."""
    ended = sa.select(draft.c.id).where(draft.c.ended)
    return db.execute(turn.delete().where(turn.c.at <= before, turn.c.draft_id.in_(ended))).rowcount
