"""Keys of one installation, and sealing with them.

A sealed value is AES-256-GCM: one byte with the number of the key, 12 bytes nonce, ciphertext with tag.
The context (``table|column|row id``) is authenticated with it, so a value copied to another row or column
does not open. The newest key seals; older ones still open, which is all that rotation needs.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
_SEAL_FILE = re.compile(r"seal-(\d{1,3})\.key$")


class KeysError(RuntimeError):
    """Keys are missing, unreadable or open to others. The message is a sentence for the operator."""


class SealError(ValueError):
    """A sealed value cannot be opened: altered, moved to another row, or sealed with a key that is gone."""


@dataclass(frozen=True, slots=True)
class Keys:
    """All secrets of an installation that live in ``{home}/keys`` (directory 0700, files 0600)."""

    ring: dict[int, AESGCM] = field(repr=False)
    newest: int
    mac_key: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @classmethod
    def load(cls, home: Path, create: bool = False) -> Keys:
        """Read the keys below ``home``; with ``create`` make those that are missing. Raises ``KeysError``."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        directory = Path(home) / "keys"
        if create:
            _make_missing(directory)
        ring = {number: AESGCM(_read(path)) for number, path in _seal_files(directory)}
        if not ring:
            raise KeysError(f"There are no keys in {directory}; `make run` makes them.")
        return cls(ring, max(ring), _read(directory / "mac.key"), _read(directory / "receipts.salt"))

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """Encrypt and bind to ``context``."""
        nonce = os.urandom(NONCE_BYTES)
        number = self.newest
        return bytes((number,)) + nonce + self.ring[number].encrypt(nonce, plaintext, context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt a value that was sealed for ``context``. Raises ``SealError``."""
        from cryptography.exceptions import InvalidTag

        if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES or sealed[0] not in self.ring:
            raise SealError("a sealed value is damaged or its key is gone")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self.ring[sealed[0]].decrypt(nonce, body, context.encode())
        except InvalidTag:
            raise SealError("a sealed value was altered or belongs elsewhere") from None

    def mac(self, purpose: str, data: bytes | str) -> bytes:
        """HMAC-SHA256 for one purpose ("session", "body"): the same data gives another value for another
        purpose."""
        body = data.encode() if isinstance(data, str) else data
        return hmac.digest(self.mac_key, purpose.encode() + b"\x00" + body, "sha256")


def add_seal_key(home: Path) -> int:
    """Start a new sealing key (rotation): everything sealed from the next start on uses it. Returns its
    number."""
    directory = Path(home) / "keys"
    number = max((number for number, _ in _seal_files(directory)), default=0) + 1
    if number > 255:
        raise KeysError("All 255 key numbers are used.")
    _make(directory / f"seal-{number}.key")
    return number


def _seal_files(directory: Path) -> list[tuple[int, Path]]:
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    found = [(int(match[1]), directory / name) for name in names if (match := _SEAL_FILE.match(name))]
    return sorted(pair for pair in found if 1 <= pair[0] <= 255)


def _make_missing(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _seal_files(directory):
        _make(directory / "seal-1.key")
    for name in ("mac.key", "receipts.salt"):
        if not (directory / name).exists():
            _make(directory / name)


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
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _read(path: Path) -> bytes:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeysError(f"{path} can be read by others; its mode must be 0600.")
        value = path.read_bytes()
    except OSError as error:
        raise KeysError(f"The key {path} cannot be read.") from error
    if len(value) != KEY_BYTES:
        raise KeysError(f"The key {path} is damaged: {KEY_BYTES} bytes are expected.")
    return value
