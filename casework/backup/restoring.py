"""Putting a backup back. Everything about it is checked before the database is touched."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework import clocks
from casework.audit import head as audit_head
from casework.audit.acts import Act, Entry, Outcome
from casework.audit.chain import Head, last
from casework.backup import engines
from casework.backup.backing import engine_of, private_file, prove
from casework.backup.sealed import BackupError, open_sealed
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store import Store


@dataclass(frozen=True, slots=True)
class Restored:
    """``made_at`` is when the backup was made; ``cases`` are in the database now, ``replaced`` were before."""

    made_at: str
    cases: int
    replaced: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def restore(store: Store, path: Path, by: str, overwrite: bool = False) -> Restored:
    """Replace the database by a backup, in one transaction of the engine. Refused where it holds cases, unless
    ``overwrite``. Raises ``BackupError``, ``StoreUnavailable``: then the database is as it was.

    The restored audit goes on from where it was then; the restore is an entry in it, with the place where the
    replaced one ended.
    """
    with private_file(store) as plain:
        about = open_sealed(path, store.keys, plain)
        _fits(store, about)
        prove(store, plain)
        store.upgrade()
        replaced, before = _now(store)
        if replaced and not overwrite:
            raise BackupError(f"The database holds {replaced} cases; --overwrite replaces them by the backup.")
        intent = store.keep_acts([_entry(store, by, Outcome.INTENT, {"replaced": replaced})])
        try:
            engines.load(store, plain)
        except BaseException as error:
            codes: dict[str, str | int] = {"because": type(error).__name__}
            store.keep_acts([_entry(store, by, Outcome.FAILED, codes, intent.seq)])
            raise
    store.upgrade()
    cases, restored = _now(store)
    codes = {"replaced": replaced, "head": restored.seq, "head_before": before.seq, "hash_before": before.hash.hex()}
    # The head stands further than the restored chain now, so it is moved back first, then on with the entry.
    audit_head.put(store.settings.home, store.keys, restored)
    store.keep_acts([_entry(store, by, Outcome.DONE, codes)])
    return Restored(about["at"], cases, replaced)


def _fits(store: Store, about: dict[str, Any]) -> None:
    from casework.store.migrate import knows

    if about.get("engine") != engine_of(store):
        raise BackupError(f"This is a backup of {about.get('engine')}, the database here is {engine_of(store)}.")
    if not knows(str(about.get("revision"))):
        raise BackupError("This backup was made by a newer version of the program.")


def _now(store: Store) -> tuple[int, Head]:
    with store.read() as db:
        return int(db.scalar(sa.select(sa.func.count()).select_from(case_record))), last(db)


def _entry(
    store: Store, by: str, outcome: Outcome, detail: dict[str, str | int], intent: int | None = None
) -> Entry:  # fmt: skip
    return Entry(Act.RESTORE, by, clocks.now(store.settings), None, outcome, intent, detail)
