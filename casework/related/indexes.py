"""The blind indexes in the database: written with each report, kept in step with it, rotated with the keys.

What is stored is an HMAC of a normalised value under a key of the installation, bound to the kind of the value: the
same number never looks the same as a phone and as an address, and no value can be read or guessed without the keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.privacy import Keys, SealError
from casework.related.tokens import Token, tokens_of
from casework.store.relation_tables import blind_index, indexed_report
from casework.store.tables import case_record, report

if TYPE_CHECKING:
    from casework.store.store import Db

_DONE = sa.select(indexed_report.c.report_id)
# Made once: these run for every report that is filed.
_TOLD = (
    sa.select(report.c.answers, case_record.c.reporter_role, case_record.c.reference)
    .join(case_record, case_record.c.reference == report.c.case_reference)
    .where(report.c.id == sa.bindparam("report"))
)
_ROLE = sa.select(case_record.c.reporter_role).where(case_record.c.reference == sa.bindparam("reference"))
_ADD = blind_index.insert()
_INDEXED = indexed_report.insert()
_FORGET = blind_index.delete().where(blind_index.c.report_id == sa.bindparam("report"))
_NOT_INDEXED = indexed_report.delete().where(indexed_report.c.report_id == sa.bindparam("report"))


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What one call of ``rebuild_indexes`` did. ``after``: the report to go on from; None when none is left.
    ``damaged`` reports cannot be opened and keep the index they had."""

    done: int
    damaged: int
    after: str | None


def index_new(
    db: Db, reference: str, report_id: str, told: Mapping[str, Any], identity: Mapping[str, str]
) -> set[Token]:
    """Index a report that was put into the database just now, in the caller's transaction: as ``renew`` would, from
    what is at hand. Returns what it is found by."""
    role = told["answers"].get("reporter_role") or db.scalar(_ROLE, {"reference": reference})
    found = tokens_of(told, identity, role)
    _insert(db, reference, report_id, found)
    return found


def renew(db: Db, reference: str, report_id: str) -> None:
    """Index one report as it stands now, in the caller's transaction."""
    found = read_tokens(db, report_id)
    db.execute(_FORGET, {"report": report_id})
    db.execute(_NOT_INDEXED, {"report": report_id})
    _insert(db, reference, report_id, found)


def _insert(db: Db, reference: str, report_id: str, found: set[Token]) -> None:
    number = db.keys.newest
    macs = {(token.subject, token.kind, mac_of(db.keys, token, number)) for token in found}
    rows = [
        {"report_id": report_id, "case_reference": reference, "subject": subject, "kind": kind, "mac": mac}
        for subject, kind, mac in sorted(macs)
    ]
    if rows:
        db.execute(_ADD, rows)
    db.execute(_INDEXED, {"report_id": report_id, "case_reference": reference, "key_number": number})


def rebuild_indexes(db: Db, keys: Keys | None = None, *, batch: int = 200, after: str = "") -> Rebuilt:
    """Index the next reports (at most ``batch``) that the newest key has not indexed yet: all of them after a new key,
    none when it is done. Call until ``after`` is None; it may be broken off at any point and begun again without
    ``after``, and finds the rest by itself. Reports that were never indexed are indexed too."""
    own = db if keys is None else replace(db, keys=keys)
    number = own.keys.newest
    waiting = (
        sa.select(report.c.id, report.c.case_reference)
        .where(report.c.id > after, report.c.id.not_in(_DONE.where(indexed_report.c.key_number == number)))
        .order_by(report.c.id)
        .limit(batch)
    )
    rows = own.execute(waiting).all()
    damaged = 0
    for row in rows:
        try:
            renew(own, row.case_reference, row.id)
        except SealError:
            damaged += 1
    return Rebuilt(len(rows) - damaged, damaged, rows[-1].id if len(rows) == batch else None)


def left_with_key(db: Db, number: int) -> int:
    """How many reports are still found by this key only: it must not be taken away before there are none."""
    found: int = db.scalar(
        sa.select(sa.func.count()).select_from(indexed_report).where(indexed_report.c.key_number == number)
    )
    return found


def read_tokens(db: Db, report_id: str) -> set[Token]:
    """What a report is found by now: what it told, and whom an advisor has confirmed that it is about."""
    from casework.cases import records
    from casework.related.confirmed import confirmed_tokens

    row = db.execute(_TOLD, {"report": report_id}).one()
    told = records.told(db, report_id, row.answers)
    role = told["answers"].get("reporter_role") or row.reporter_role
    told_by = tokens_of(told, records.identity_of_report(db, report_id), role)
    return told_by | confirmed_tokens(db, row.reference)


def macs_of(keys: Keys, tokens: Iterable[Token]) -> dict[tuple[str, bytes], set[str]]:
    """Kind and keyed hash → the subjects they stand for, under every key at hand: while keys are rotated some reports
    are still indexed with an older one."""
    found: dict[tuple[str, bytes], set[str]] = {}
    for number in keys.numbers:
        for token in tokens:
            found.setdefault((token.kind, mac_of(keys, token, number)), set()).add(token.subject)
    return found


def mac_of(keys: Keys, token: Token, number: int) -> bytes:
    return keys.index_mac(token.kind, token.value, number)
