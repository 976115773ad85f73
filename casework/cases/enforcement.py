"""Enforcement that was taken in a case (AP 2.4, HP 2.10): what the figures of both policies count."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from casework.audit import Act, note
from casework.cases import records
from casework.cases.codes import ENFORCEMENT
from casework.cases.progress import NotAllowed
from casework.cases.thread import NoCase
from casework.store.tables import enforcement_action

if TYPE_CHECKING:
    from casework.store.store import Db


def record_enforcement(db: Db, reference: str, kind: str, by: str, at: datetime, reason: str) -> None:
    """An action of one of the kinds of ``ENFORCEMENT`` was taken; ``reason`` says what and against whom, sealed in the
    timeline. Raises ``NotAllowed``, ``NoCase``."""
    if records.locked(db, reference) is None:
        raise NoCase(reference)
    if kind not in ENFORCEMENT:
        raise NotAllowed(f"Enforcement is one of {', '.join(ENFORCEMENT)}.")
    if not reason.strip():
        raise NotAllowed("Enforcement needs a reason: what was done, and why.")
    db.execute(enforcement_action.insert(), {
        "id": secrets.token_hex(16), "case_reference": reference, "at": at, "by": by, "kind": kind,
        "legal": ENFORCEMENT[kind],
    })  # fmt: skip
    note(db, Act.ENFORCE, by, at, reference, {"kind": kind})
    records.event(db, reference, "enforcement", at, by, {"kind": kind}, reason)
