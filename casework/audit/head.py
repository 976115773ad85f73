"""The head: the end of the chain, sealed in a file apart from the database (``{home}/audit.head``).

Without it the newest entries could be cut off unseen. Each process moves it forward after its commit, never
back; a chain that goes on beyond the head is sound (another machine, or a process that died in between).
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from casework.audit.chain import Head
from casework.files import flush_directory

if TYPE_CHECKING:
    from casework.privacy import Keys

log = logging.getLogger(__name__)
NAME = "audit.head"
_CONTEXT = "audit.head|head|1"
_HASH_BYTES = 32


def read_head(home: Path, keys: Keys) -> Head | None:
    """The kept head; None where there is no file. Raises ``SealError`` where it was altered."""
    try:
        sealed = (home / NAME).read_bytes()
    except FileNotFoundError:
        return None
    plain = keys.open(sealed, context=_CONTEXT)
    return Head(int.from_bytes(plain[:-_HASH_BYTES]), plain[-_HASH_BYTES:])


def advance(home: Path, keys: Keys, head: Head) -> None:
    """Move the head forward to ``head``, unless it is further already. Never fails the act that was
    committed: what goes wrong is logged, and ``reporting audit verify`` says that the head stayed behind."""
    from casework.privacy import SealError

    try:
        with _alone(home):
            try:
                kept = read_head(home, keys)
            except SealError:
                # Left as it is: verification must see that somebody touched it.
                log.error("the head of the audit cannot be opened")
                return
            if kept is None or kept.seq < head.seq:
                _write(home, keys, head)
    except OSError as error:
        log.error("the head of the audit cannot be written: %s", type(error).__name__)


def put(home: Path, keys: Keys, head: Head) -> None:
    """Set the head, also back: after a restore, which is an entry itself. Raises ``OSError``."""
    with _alone(home):
        _write(home, keys, head)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One process at a time moves the head."""
    handle = os.open(home / f".{NAME}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(home: Path, keys: Keys, head: Head) -> None:
    sealed = keys.seal(head.seq.to_bytes(8) + head.hash, context=_CONTEXT)
    draft = home / f".{NAME}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, home / NAME)
        flush_directory(home)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
