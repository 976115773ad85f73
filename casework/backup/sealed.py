"""The sealed file: a line that says what it is, then sealed blocks, each with its length before it.

Each block is bound to its backup, to its place and to whether it is the last one, so blocks that were swapped, left
out, taken from another backup or cut off do not open. The first block says which engine and migration it is of.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casework.privacy import Keys

MAGIC = b"reporting backup 1\n"
BLOCK_BYTES = 1024 * 1024
_NAME_BYTES = 16
_LENGTH_BYTES = 4


class BackupError(RuntimeError):
    """A backup cannot be written, opened or restored. The message is a sentence for the operator."""


def write_sealed(path: Path, keys: Keys, about: dict[str, Any], source: Path) -> None:
    """Seal ``source`` into a new file, whole and on disk or not there at all. Raises ``BackupError``."""
    name = secrets.token_bytes(_NAME_BYTES)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with source.open("rb") as plain, os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        ) as file:  # fmt: skip
            file.write(MAGIC + name)
            _write_block(file, keys, name, 0, False, json.dumps(about).encode())
            place, block = 1, plain.read(BLOCK_BYTES)
            while True:
                following = plain.read(BLOCK_BYTES)
                _write_block(file, keys, name, place, not following, block)
                if not following:
                    break
                place, block = place + 1, following
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        raise BackupError(f"{path} is there already; a backup never replaces a file.") from None
    except OSError as error:
        raise BackupError(f"{path} cannot be written.") from error
    finally:
        draft.unlink(missing_ok=True)


def read_about(path: Path, keys: Keys) -> dict[str, Any]:
    """What a backup says of itself. Raises ``BackupError``."""
    for block in _blocks(path, keys):
        about: dict[str, Any] = json.loads(block)
        return about
    raise BackupError(f"{path} is no backup.")


def open_sealed(path: Path, keys: Keys, target: Path) -> dict[str, Any]:
    """Write what was sealed to ``target`` (which must be there, and private); what it says of itself.

    Raises ``BackupError`` where any block does not open: then ``target`` is of no use.
    """
    blocks = _blocks(path, keys)
    about: dict[str, Any] = json.loads(next(blocks))
    try:
        with target.open("wb") as file:
            for block in blocks:
                file.write(block)
    except OSError as error:
        raise BackupError("There is no room to open the backup.") from error
    return about


def _blocks(path: Path, keys: Keys) -> Iterator[bytes]:
    from casework.privacy import SealError

    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise BackupError(f"{path} is no backup.")
            name, place = file.read(_NAME_BYTES), 0
            size = file.read(_LENGTH_BYTES)
            while True:
                length = int.from_bytes(size)
                if len(size) < _LENGTH_BYTES or length > 2 * BLOCK_BYTES:
                    raise BackupError(f"{path} is damaged or was cut off.")
                sealed = file.read(length)
                size = file.read(_LENGTH_BYTES)
                yield keys.open(sealed, context=_context(name, place, not size))
                if not size:
                    break
                place += 1
            if place == 0:
                raise BackupError(f"{path} is damaged or was cut off.")
    except OSError as error:
        raise BackupError(f"{path} cannot be read.") from error
    except SealError:
        raise BackupError(f"{path} was altered or cut off, or its key is gone.") from None


def _write_block(file: IO[bytes], keys: Keys, name: bytes, place: int, last: bool, block: bytes) -> None:
    sealed = keys.seal(block, context=_context(name, place, last))
    file.write(len(sealed).to_bytes(_LENGTH_BYTES) + sealed)


def _context(name: bytes, place: int, last: bool) -> str:
    return f"backup|{name.hex()}|{place}|{'last' if last else 'more'}"
