"""Receipt codes: 16 digits, shown once, the only way back to a report for somebody who gave no name.

Stored only as Argon2id with the installation's secret salt: slow to guess, and still found by its hash.
Attempts are throttled at the front door. 10^16 codes and one secret salt: an attacker with the database
but without the keys has nothing to test a guess with.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.store.tables import receipt

if TYPE_CHECKING:
    from casework.privacy import Keys
    from casework.store.store import Db

DIGITS = 16
# 19 MiB and two passes: the least that OWASP recommends, about 20 ms; the front door's memory stays small.
_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1
_BY_HASH = sa.select(receipt).where(receipt.c.code_hash == sa.bindparam("hash"))
_BY_ID = sa.select(receipt).where(receipt.c.id == sa.bindparam("key"))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a code opens: a case that was sent, or a draft that was paused."""

    id: str
    kind: str
    case_reference: str | None
    draft_id: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Code:
    """A new code that opens nothing yet, with its hash. It can be read only now; nobody can look it up later."""

    digits: str = field(repr=False)
    hash: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """Grouped in fours: "1234 5678 9012 3456"."""
        return " ".join(self.digits[start : start + 4] for start in range(0, DIGITS, 4))


def make_code(keys: Keys) -> Code:
    """A new code with its slow hash: to be made before a transaction begins, because SQLite has one writer and all
    others would wait for the hash."""
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    return Code(digits, hash_code(keys, digits))


def issue(
    db: Db,
    now: datetime,
    code: Code,
    kind: str = "case",
    *,
    case_reference: str | None = None,
    draft_id: str | None = None,
    expires_at: datetime | None = None,
) -> Receipt:
    """From the commit on the code opens this case or this paused draft."""
    if kind not in ("case", "paused") or (case_reference is None) == (draft_id is None):
        raise ValueError("a receipt is for a case or for a paused draft")
    made = Receipt(secrets.token_hex(16), kind, case_reference, draft_id, expires_at)
    db.execute(receipt.insert(), {
        "id": made.id, "code_hash": code.hash, "kind": kind, "case_reference": case_reference, "draft_id": draft_id,
        "created_at": now, "expires_at": expires_at,
    })  # fmt: skip
    return made


def find(db: Db, code: str, now: datetime) -> Receipt | None:
    """What this code opens; None for a wrong or an expired one, after the same slow work."""
    digits = tidy(code)
    return None if digits is None else find_hash(db, hash_code(db.keys, digits), now)


def find_hash(db: Db, code_hash: bytes, now: datetime) -> Receipt | None:
    """As ``find``, for callers that hash outside the transaction (``hash_code(keys, tidy(code))``)."""
    return _alive(db.execute(_BY_HASH, {"hash": code_hash}).first(), now)


def find_id(db: Db, receipt_id: str, now: datetime) -> Receipt | None:
    """The receipt of this id, if its code still opens anything."""
    return _alive(db.execute(_BY_ID, {"key": receipt_id}).first(), now)


def keeps(db: Db, draft_id: str, now: datetime) -> bool:
    """Whether a code still opens this paused draft."""
    rows = db.execute(sa.select(receipt).where(receipt.c.draft_id == draft_id))
    return any(_alive(row, now) is not None for row in rows)


def replace(db: Db, found: Receipt, now: datetime, code: Code) -> Receipt:
    """Put a new code in place of one that may be known to somebody else; the old one opens nothing any more."""
    db.execute(receipt.delete().where(receipt.c.id == found.id))
    return issue(
        db, now, code, found.kind, case_reference=found.case_reference, draft_id=found.draft_id,
        expires_at=found.expires_at,
    )  # fmt: skip


def revoke(db: Db, found: Receipt) -> None:
    """The code was used up: a paused report that is open again needs a new one for the next pause."""
    db.execute(receipt.delete().where(receipt.c.id == found.id))


def tidy(code: str) -> str | None:
    """The 16 digits of what somebody typed, with any spaces and dashes; None for anything else."""
    digits = re.sub(r"[\s.\-\u2010-\u2015]", "", code)
    return digits if re.fullmatch(r"[0-9]{16}", digits) else None


def _alive(row: Any, now: datetime) -> Receipt | None:
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return Receipt(row.id, row.kind, row.case_reference, row.draft_id, row.expires_at)


def hash_code(keys: Keys, digits: str) -> bytes:
    """The slow hash a code is found by."""
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        digits.encode(), keys.salt, time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES,
        hash_len=32, type=Type.ID,
    )  # fmt: skip
