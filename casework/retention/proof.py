"""The proof of a purge: no row and no file holds anything of what was deleted.

Rows are looked for in every table. In the files of the database the random ids of what was deleted are looked for,
byte by byte: they stood in the same pages as the words. With PostgreSQL the files are the server's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.store.fair_tables import finding, respondent
from casework.store.tables import access_log, message, metadata, receipt, report, turn

if TYPE_CHECKING:
    from casework.store import Db, Store

# The access log and the audit outlive the case, without its words.
OF_CASES = [table for table in metadata.sorted_tables if "case_reference" in table.c and table is not access_log]
_OF_DRAFTS = (turn, receipt)
_ID = re.compile(rb"(?=([0-9a-f]{32}))")
_NO_ID = re.compile(rb"[^0-9a-f]")
# So many are looked for one by one faster than all that looks like an id.
_FEW = 20
_CHUNK = 4 * 1024 * 1024
_TRIES, _WAIT_SECONDS = 10, 0.3


class RetentionError(RuntimeError):
    """A purge left something behind. The message names tables or files, nothing else."""


def ids_of(db: Db, reference: str) -> set[str]:
    """The random ids that a case is written with, to be looked for in the files afterwards."""
    return {
        key for table in (report, message, receipt, respondent, finding)
        for key in db.execute(sa.select(table.c.id).where(table.c.case_reference == reference)).scalars()
    }  # fmt: skip


def prove_rows(db: Db, reference: str) -> None:
    """Raises ``RetentionError`` where a table still has rows of this case."""
    left = [table.name for table in OF_CASES if rows_of(db, table, reference)]
    if left:
        raise RetentionError(f"A purge left rows in {', '.join(left)}.")


def rows_of(db: Db, table: sa.Table, reference: str) -> int:
    """How many rows of a case a table has."""
    found: int = db.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.case_reference == reference))
    return found


def prove_drafts(store: Store, expired: list[str]) -> None:
    """Raises ``RetentionError`` where something of these drafts is left."""
    with store.read() as db:
        for start in range(0, len(expired), 500):
            keys = expired[start : start + 500]
            for table in _OF_DRAFTS:
                statement = sa.select(sa.func.count()).select_from(table).where(table.c.draft_id.in_(keys))
                if db.scalar(statement):
                    raise RetentionError(f"A purge left rows in {table.name}.")


def prove_files(store: Store, ids: Collection[str]) -> None:
    """Raises ``RetentionError`` where a file of the database still holds one of these ids.

    Deleted pages are overwritten in the file (secure_delete), and stand in SQLite's log until it is emptied, which
    has to wait for whoever reads from it.
    """
    prove_bytes(store, {key.encode() for key in ids})


def prove_bytes(store: Store, wanted: Collection[bytes]) -> None:
    """As ``prove_files``, for any bytes of 32 or less that nothing else is like: ids, or the beginnings of sealed
    values that were overwritten."""
    if not store.is_sqlite or not wanted:
        return
    path = Path(store.settings.database.removeprefix("sqlite:///"))
    files = [path, path.with_name(f"{path.name}-wal")]
    for _ in range(_TRIES):
        empty_log(store)
        left = [file.name for file in files if file.exists() and _holds(file, set(wanted))]
        if not left:
            return
        time.sleep(_WAIT_SECONDS)
    raise RetentionError(f"Traces are left in {', '.join(left)}.")


def empty_log(store: Store) -> None:
    """Write SQLite's log into the database file and cut it off."""
    with store.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _holds(path: Path, ids: set[bytes]) -> bool:
    if len(ids) <= _FEW or any(_NO_ID.search(key) for key in ids):
        return any(key in chunk for chunk in _chunks(path) for key in ids)
    return any(found in ids for chunk in _chunks(path) for found in _ID.findall(chunk))


def _chunks(path: Path) -> Iterable[bytes]:
    """The bytes of a file in pieces that overlap by the length of an id."""
    with path.open("rb") as file:
        rest = b""
        while piece := file.read(_CHUNK):
            yield rest + piece
            rest = (rest + piece)[-31:]
