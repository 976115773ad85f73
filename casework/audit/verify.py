"""Looking whether the chain is whole: no entry altered, removed, inserted or cut off at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit.chain import START, Head, digest
from casework.audit.head import read_head
from casework.store.guard_tables import audit_entry

if TYPE_CHECKING:
    from casework.store.store import Store

_IN_ORDER = sa.select(audit_entry).order_by(audit_entry.c.seq)
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Verified:
    """How many entries there are, the end of the chain, and what is wrong with it: sentences, empty when the
    chain is whole."""

    count: int
    head: str
    problems: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        return {"whole": self.whole, "entries": self.count, "head": self.head, "problems": list(self.problems)}


def verify(store: Store, expected: str = "") -> Verified:
    """Walk the whole chain. ``expected`` is a head that was noted elsewhere (``12:ab34…``): it finds a chain
    cut back together with its head file. Raises ``StoreUnavailable``."""
    problems: list[str] = []
    kept = _kept(store, problems)
    wanted = [head for head in (kept, _noted(expected, problems)) if head is not None]
    hashes: dict[int, bytes] = {}
    count, place, before = 0, 0, START
    with store.read() as db:
        rows = db.connection.execute(_IN_ORDER.execution_options(yield_per=_AT_ONCE))
        for row in rows:
            count += 1
            if row.seq != place + 1:
                problems.append(_gap(place + 1, row.seq - 1) if row.seq > place else f"Entry {row.seq} was inserted.")
            found = digest(
                store.keys, before, row.seq, row.at, row.who, row.act, row.reference, row.outcome, row.intent,
                row.detail,
            )  # fmt: skip
            # After a gap the hash cannot fit, and the gap has been told.
            if found != row.hash and row.seq == place + 1:
                problems.append(f"Entry {row.seq} was altered or inserted.")
            place, before = row.seq, row.hash
            if any(head.seq == row.seq for head in wanted):
                hashes[row.seq] = row.hash
    for head in wanted:
        if head.seq > place:
            problems.append(f"The end was cut off: {head.seq} entries were there, the last is now {place}.")
        elif head.seq and hashes.get(head.seq) != head.hash:
            problems.append(f"Entry {head.seq} is not the one that was there.")
    if kept is None and count and not problems:
        problems.append("The sealed head (audit.head) is missing, so a cut at the end cannot be seen.")
    return Verified(count, f"{place}:{before.hex()}", tuple(dict.fromkeys(problems)))


def _kept(store: Store, problems: list[str]) -> Head | None:
    from casework.privacy import SealError

    try:
        return read_head(store.settings.home, store.keys)
    except SealError:
        problems.append("The sealed head (audit.head) was altered.")
        return None


def _noted(text: str, problems: list[str]) -> Head | None:
    if not text:
        return None
    seq, _, found = text.strip().partition(":")
    try:
        return Head(int(seq), bytes.fromhex(found))
    except ValueError:
        problems.append("The head to compare with is not one: it looks like 12:ab34… .")
        return None


def _gap(first: int, last: int) -> str:
    return f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."
