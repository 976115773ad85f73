"""Where the keys of an installation come from: its configuration, or files below its home.

``REPORTING_KEYS`` (or the file that ``REPORTING_KEYS_FILE`` names) holds all of them, one ``name:base64`` beside
the other; without it they are files in ``{home}/keys`` (directory 0700, files 0600). A key that is short, shared
with another purpose or plainly not random is refused: a start that seals with it would protect nothing.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from casework.files import flush_directory

VARIABLE = "REPORTING_KEYS"
KEY_BYTES = 32
LAST_NUMBER = 255
# 32 random bytes have about 30 different values; fewer than this many is a filled or a typed key.
_DIFFERENT_BYTES = 12
_SEAL_NAME = re.compile(r"seal-([1-9]\d{0,2})$")
_FILES = {"mac": "mac.key", "receipts": "receipts.salt"}


class KeysError(RuntimeError):
    """Keys are missing, unfit or open to others. The message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class RawKeys:
    """The secrets as they were found: ``seal`` by key number (1 to 255), each of 32 bytes."""

    seal: Mapping[int, bytes] = field(repr=False)
    mac: bytes = field(repr=False)
    receipts: bytes = field(repr=False)


def configured() -> bool:
    """Whether the keys stand in the configuration, so that files are neither read nor made."""
    return bool(os.environ.get(VARIABLE) or os.environ.get(f"{VARIABLE}_FILE"))


def from_configuration() -> RawKeys:
    """The keys of ``REPORTING_KEYS`` or ``REPORTING_KEYS_FILE``. Raises ``KeysError``; never repeats a value."""
    text = os.environ.get(VARIABLE) or _text_of_file(Path(os.environ[f"{VARIABLE}_FILE"]))
    found: dict[str, bytes] = {}
    for entry in re.split(r"[\s,]+", text.strip()):
        name, colon, value = entry.partition(":")
        if not colon or not (name in _FILES or _number(name)) or name in found:
            raise KeysError(f"{VARIABLE} has an entry that cannot be used: `reporting keys make` shows the form.")
        try:
            found[name] = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise KeysError(f"{name} in {VARIABLE} is not base64.") from None
    return _checked({name: (value, f"{name} in {VARIABLE}") for name, value in found.items()}, f"in {VARIABLE}")


def from_directory(directory: Path) -> RawKeys:
    """The keys that lie in ``directory``. Raises ``KeysError``."""
    files = {f"seal-{number}": path for number, path in seal_files(directory)}
    if not files:
        raise KeysError(f"There are no keys in {directory}; `make run` makes them.")
    files |= {name: directory / file for name, file in _FILES.items()}
    return _checked({name: (_read(path), str(path)) for name, path in files.items()}, f"in {directory}")


def make_missing(directory: Path) -> None:
    """Make the keys that are not there. Safe where two processes start at once: both end with the same ones."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not seal_files(directory):
        _make(directory / "seal-1.key")
    for file in _FILES.values():
        if not (directory / file).exists():
            _make(directory / file)


def make_seal_file(directory: Path) -> int:
    """Make the key after the newest one; its number. Raises ``KeysError`` where all numbers are used."""
    number = max((number for number, _ in seal_files(directory)), default=0) + 1
    if number > LAST_NUMBER:
        raise KeysError(f"All {LAST_NUMBER} key numbers are used.")
    _make(directory / f"seal-{number}.key")
    return number


def remove_seal_file(directory: Path, number: int) -> None:
    """Remove one sealing key for good. Raises ``KeysError``."""
    path = directory / f"seal-{number}.key"
    try:
        path.unlink()
    except OSError as error:
        raise KeysError(f"The key {path} cannot be removed.") from error
    flush_directory(directory)


def fresh_configuration() -> str:
    """A new set of keys in the form of ``REPORTING_KEYS``."""
    names = ("seal-1", *_FILES)
    return " ".join(f"{name}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}" for name in names)


def seal_files(directory: Path) -> list[tuple[int, Path]]:
    """Numbers and files of the sealing keys, in order."""
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    found = [(_number(name.removesuffix(".key")), directory / name) for name in names if name.endswith(".key")]
    return sorted((number, path) for number, path in found if number)


def _number(name: str) -> int:
    """The number in ``seal-7``; 0 for anything else."""
    match = _SEAL_NAME.match(name)
    return int(match[1]) if match and int(match[1]) <= LAST_NUMBER else 0


def _checked(found: Mapping[str, tuple[bytes, str]], where: str) -> RawKeys:
    missing = [name for name in _FILES if name not in found]
    ring = {number: value for name, (value, _) in found.items() if (number := _number(name))}
    if missing or not ring:
        raise KeysError(f"There is no key {(missing or ['seal-1'])[0]} {where}.")
    for value, place in found.values():
        if len(value) != KEY_BYTES:
            raise KeysError(f"The key {place} is damaged: {KEY_BYTES} bytes are expected.")
        if len(set(value)) < _DIFFERENT_BYTES:
            raise KeysError(f"The key {place} is not random and protects nothing.")
    if len({value for value, _ in found.values()}) != len(found):
        raise KeysError(f"Two of the keys {where} are the same; each needs a value of its own.")
    return RawKeys(ring, found["mac"][0], found["receipts"][0])


def _text_of_file(path: Path) -> str:
    try:
        # Container platforms hand secrets over as 0444 in a folder of their own, so reading is not refused here.
        if stat.S_IMODE(path.stat().st_mode) & 0o022:
            raise KeysError(f"The file of {VARIABLE}_FILE can be changed by others.")
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeysError(f"{VARIABLE}_FILE names a file that cannot be read.") from error


def _make(path: Path) -> None:
    """Write a new key so that two processes starting at once end up with the same one, whole and on disk."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    flush_directory(path.parent)


def _read(path: Path) -> bytes:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeysError(f"{path} can be read by others; its mode must be 0600.")
        return path.read_bytes()
    except OSError as error:
        raise KeysError(f"The key {path} cannot be read.") from error
