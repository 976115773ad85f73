"""The spool: one sealed file a message, whole and on disk before the reporter is answered, taken in by
the worker.

A file's name is a keyed hash of submission and message, so a retry writes the same file, and says nothing.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from casework.files import flush_directory
from casework.intake.alarm import Alarm
from casework.privacy import Keys, SealError

if TYPE_CHECKING:
    from casework.store import Store

log = logging.getLogger(__name__)
SUFFIX = ".sealed"
_DAMAGED = ".damaged"


def write_spool(directory: Path, keys: Keys, alarm: Alarm, now: datetime) -> Path:
    """Write an alarm without any database: whole and flushed to disk, or an ``OSError``."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = keys.mac("spool", f"{alarm.submission_id}/{alarm.message_id}").hex()[:32]
    text = json.dumps({"at": now.isoformat(), **alarm.to_json()}, ensure_ascii=False)
    sealed = keys.seal(text.encode("utf-8", "surrogatepass"), context=f"spool|alarm|{name}")
    unfinished = directory / f".{name}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        path = directory / f"{name}{SUFFIX}"
        os.replace(unfinished, path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    flush_directory(directory)
    return path


def read_spool(path: Path, keys: Keys) -> tuple[Alarm, datetime]:
    """The alarm of one file, and when it was raised. Raises ``SealError`` where it was altered or renamed."""
    name = path.name.removesuffix(SUFFIX)
    text = keys.open(path.read_bytes(), context=f"spool|alarm|{name}").decode("utf-8", "surrogatepass")
    value = json.loads(text)
    at = datetime.fromisoformat(value.pop("at"))
    value["flags"] = tuple(value["flags"])
    return Alarm(**value), at


def spooled(directory: Path) -> list[Path]:
    """The files that wait, oldest first."""
    try:
        names = [name for name in os.listdir(directory) if name.endswith(SUFFIX)]
    except FileNotFoundError:
        return []
    aged = []
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            aged.append(((directory / name).stat().st_mtime_ns, name))
    return [directory / name for _, name in sorted(aged)]


def take_in_spool(store: Store) -> int:
    """Make cases of all files that wait. Each is removed after its commit; a crash between takes it in
    twice, which adds nothing. A file that does not open is set aside for a person. Raises
    ``StoreUnavailable``."""
    from casework.intake.taking import read, take_in

    taken = 0
    for path in spooled(store.settings.spool):
        try:
            alarm, at = read_spool(path, store.keys)
        except FileNotFoundError:
            continue
        except (SealError, ValueError, TypeError, KeyError):
            os.replace(path, path.with_suffix(_DAMAGED))
            log.error("a spooled alarm cannot be opened; it was set aside in the spool directory")
            continue
        labels = read(alarm)
        with store.begin() as db:
            take_in(db, alarm, labels, at)
        path.unlink(missing_ok=True)
        flush_directory(path.parent)
        taken += 1
    return taken


def damaged(directory: Path) -> int:
    """How many files were set aside."""
    try:
        return sum(entry.name.endswith(_DAMAGED) for entry in os.scandir(directory))
    except FileNotFoundError:
        return 0
