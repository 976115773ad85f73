"""Keys of one installation, and sealing with them.

A sealed value is AES-256-GCM: one byte with the number of the key, 12 bytes nonce, ciphertext with tag.
The context (``table|column|row id``) is authenticated with it, so a value copied to another row or column
does not open. The newest key seals; older ones still open. A key that was made meanwhile (rotation) is taken
up by every running process by itself.
"""

from __future__ import annotations

import hmac
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from casework.privacy.sources import (
    KeysError,
    configured,
    from_configuration,
    from_directory,
    make_missing,
    make_seal_file,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["Keys", "KeysError", "SealError", "add_seal_key", "number_of"]

log = logging.getLogger(__name__)
NONCE_BYTES = 12
TAG_BYTES = 16
# A change of the folder this young may be followed by another one with the same time stamp.
_UNSETTLED_NS = 1_000_000_000


class SealError(ValueError):
    """A sealed value cannot be opened: altered, moved to another row, or sealed with a key that is gone."""


@dataclass(slots=True)
class _Ring:
    """The sealing keys by number, those of the blind indexes that are made of them, and the folder they came from
    (None: from the configuration)."""

    keys: dict[int, AESGCM] = field(repr=False)
    index_keys: dict[int, bytes] = field(repr=False)
    newest: int
    directory: Path | None
    stamp: int = 0

    def refresh(self, force: bool = False) -> None:
        """Take up keys that were made since. A folder that is gone or damaged changes nothing: what is at hand
        still seals, and danger has to be kept."""
        if self.directory is None:
            return
        try:
            stamp = os.stat(self.directory).st_mtime_ns
            if stamp == self.stamp and not force:
                return
            raw = from_directory(self.directory).seal
            found = _ciphers(raw)
        except (OSError, KeysError) as error:
            log.error("the keys cannot be read again: %s", type(error).__name__)
            return
        # Old keys of this process stay: what it read with them may still be on its way.
        self.keys = {**self.keys, **found}
        self.index_keys = {**self.index_keys, **_index_keys(raw)}
        self.newest = max(found)
        self.stamp = 0 if time.time_ns() - stamp < _UNSETTLED_NS else stamp


@dataclass(frozen=True, slots=True)
class Keys:
    """All secrets of an installation."""

    ring: _Ring = field(repr=False)
    mac_key: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @classmethod
    def load(cls, home: Path, create: bool = False) -> Keys:
        """The keys of the configuration, or those below ``home``; with ``create`` missing files are made.
        Raises ``KeysError``."""
        directory = None if configured() else Path(home) / "keys"
        if directory is not None and create:
            make_missing(directory)
        raw = from_configuration() if directory is None else from_directory(directory)
        return cls(_Ring(_ciphers(raw.seal), _index_keys(raw.seal), max(raw.seal), directory), raw.mac, raw.receipts)

    @property
    def newest(self) -> int:
        """The number of the key that seals now."""
        self.ring.refresh()
        return self.ring.newest

    @property
    def numbers(self) -> list[int]:
        """All key numbers at hand, in order."""
        self.ring.refresh()
        return sorted(self.ring.keys)

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """Encrypt and bind to ``context``."""
        nonce = os.urandom(NONCE_BYTES)
        number = self.newest
        return bytes((number,)) + nonce + self.ring.keys[number].encrypt(nonce, plaintext, context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt a value that was sealed for ``context``. Raises ``SealError``."""
        from cryptography.exceptions import InvalidTag

        if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES:
            raise SealError("a sealed value is damaged")
        if sealed[0] not in self.ring.keys:
            self.ring.refresh(force=True)
        cipher = self.ring.keys.get(sealed[0])
        if cipher is None:
            raise SealError("a sealed value is damaged or its key is gone")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, context.encode())
        except InvalidTag:
            raise SealError("a sealed value was altered or belongs elsewhere") from None

    def mac(self, purpose: str, data: bytes | str) -> bytes:
        """HMAC-SHA256 for one purpose ("session", "body"): the same data gives another value for another
        purpose."""
        body = data.encode() if isinstance(data, str) else data
        return hmac.digest(self.mac_key, purpose.encode() + b"\x00" + body, "sha256")

    def index_mac(self, kind: str, value: str, number: int) -> bytes:
        """HMAC-SHA256 of a normalised value for the blind index of one kind, under the key of this number (one of
        ``numbers``), so that indexes are rotated with the keys."""
        if number not in self.ring.index_keys:
            self.ring.refresh(force=True)
        body = kind.encode() + b"\x00" + value.encode("utf-8", "surrogatepass")
        return hmac.digest(self.ring.index_keys[number], body, "sha256")


def number_of(sealed: bytes) -> int:
    """The number of the key that a value was sealed with; 0 for an empty one."""
    return sealed[0] if sealed else 0


def add_seal_key(home: Path) -> int:
    """Make a new sealing key below ``home``; all processes seal with it from now on. Returns its number.

    Raises ``KeysError`` where the keys stand in the configuration: it is changed by a person.
    """
    if configured():
        raise KeysError("The keys stand in REPORTING_KEYS: add a newer seal key there, restart, and run this again.")
    return make_seal_file(Path(home) / "keys")


def _ciphers(raw: Mapping[int, bytes]) -> dict[int, AESGCM]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return {number: AESGCM(value) for number, value in raw.items()}


def _index_keys(raw: Mapping[int, bytes]) -> dict[int, bytes]:
    """A key of its own for each number: what seals does nothing else."""
    return {number: hmac.digest(value, b"blind index", "sha256") for number, value in raw.items()}
