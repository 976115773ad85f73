"""What is recorded, and noting it in a transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casework.store.store import Db

Detail = Mapping[str, str | int | bool | None]
_LONGEST_DETAIL = 1000
# Codes and numbers only: whatever reads like a sentence could be one of somebody's.
_CODE = re.compile(r"[A-Za-z0-9_.:+-]{1,64}")


class Act(StrEnum):
    """Acts that are audited. The log of readings names its own, of the same form."""

    READ_ACCOUNT = "read_account"
    READ_MESSAGES = "read_messages"
    REVEAL_IDENTITY = "reveal_identity"
    ASK_IDENTITY = "ask_identity"
    APPROVE_IDENTITY = "approve_identity"
    WITHHOLD_IDENTITY = "withhold_identity"
    CHANGE_LABEL = "change_label"
    CONFIRM_LABELS = "confirm_labels"
    CHANGE_STATUS = "change_status"
    TRANSFER = "transfer"
    ENFORCE = "enforce"
    RESPONDENT = "respondent"
    FINDING = "finding"
    DECLINE_JOIN = "decline_join"
    RECOUNT = "recount_load"
    EXPORT = "export"
    ERASE_IDENTITY = "erase_identity"
    PURGE = "purge"
    ROTATE_KEYS = "rotate_keys"
    RETIRE_KEY = "retire_key"
    BACK_UP = "back_up"
    RESTORE = "restore"


class Outcome(StrEnum):
    """``intent``: about to happen; ``done``; ``failed``: rolled back or broken off."""

    INTENT = "intent"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry before it has its place in the chain. ``intent`` is the place of the intent it ends."""

    act: str
    who: str
    at: datetime
    reference: str | None = None
    outcome: Outcome = Outcome.DONE
    intent: int | None = None
    detail: Detail = field(default_factory=dict)

    def __post_init__(self) -> None:
        if codes_in(self.detail) != dict(self.detail) or not _is_code(self.act):
            raise ValueError("the detail of an audit entry holds codes and numbers only")
        if len(self.detail_text) > _LONGEST_DETAIL:
            raise ValueError("the detail of an audit entry is too long")

    @property
    def detail_text(self) -> str:
        """The detail as it is stored and hashed."""
        return json.dumps(dict(self.detail), sort_keys=True, separators=(",", ":"))


def codes_in(detail: Mapping[str, Any] | None) -> dict[str, str | int | bool | None]:
    """What of a timeline's detail an entry may hold: anything else stays out of it, and stops no act."""
    return {name: value for name, value in (detail or {}).items() if _is_code(name) and _may_be_held(value)}


def _may_be_held(value: Any) -> bool:
    return value is None or isinstance(value, int) or _is_code(value)


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def note(db: Db, act: str, who: str, at: datetime, reference: str | None = None, detail: Detail | None = None) -> None:
    """Record an act of this transaction. The entry is committed with the act; where the transaction is rolled
    back it is kept as ``failed``."""
    db.acts.append(Entry(str(act), who, at, reference, detail=detail or {}))
