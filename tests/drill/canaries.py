"""Words that nobody else writes, and looking for them in everything that a machine could hold them in."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Part of every name and contact, and of every account: two words, because an advisor may read the account. So long that
# no signature or sealed value holds a piece of one by chance, not even in base64 without regard to capitals.
WHO = "vexquillam"
WORDS = "brumfelder"
# Plain hashes of contacts would be as good as the contacts; of so many reports they are looked for.
HASHED = 25
_LETTERS = "abcdefghijklmnopqrst"


@dataclass(frozen=True, slots=True)
class Canary:
    """What one report tells that must turn up nowhere."""

    name: str
    contact: str
    affected: str
    account: str

    @classmethod
    def of(cls, number: int) -> Canary:
        own = "".join(_LETTERS[number // 20**place % 20] for place in range(3))
        phone = f"07700 {900000 + number:06}"
        return cls(
            f"Tarquin {WHO.title()}{own}", phone if number % 3 == 0 else f"{WHO}{own}@canary.example.org",
            f"Una {WHO.title()}{own}", f"They smashed my {WORDS}{own} and play music until three every night.",
        )  # fmt: skip

    @property
    def by_phone(self) -> bool:
        return "@" not in self.contact


def needles(markers: Iterable[str], canaries: Iterable[Canary]) -> dict[str, bytes]:
    """What is looked for, by what it is, without regard to capitals: the markers in every usual dress, the telephone
    numbers one by one, and plain hashes of names and contacts."""
    found: dict[str, bytes] = {}
    for marker in markers:
        found[marker] = marker.encode()
        found[f"{marker} in UTF-16"] = marker.encode("utf-16-le")
        found[f"{marker} in hexadecimal"] = marker.encode().hex().encode()
        found[f"{marker} backwards"] = marker[::-1].encode()
        for written in (marker, marker.title()):
            for shift in range(3):
                # Only the middle of a base64 text is the same whatever stands around it.
                text = base64.b64encode(b"\0" * shift + written.encode())[shift + 1 : -4]
                found[f"{written} in base64, {shift}"] = text.lower()
    for number, canary in enumerate(canaries):
        if canary.by_phone:
            found[canary.contact] = canary.contact.encode()
            found[f"{canary.contact} joined"] = canary.contact.replace(" ", "").encode()
            found[f"{canary.contact} abroad"] = b"+447700" + canary.contact[-6:].encode()
        for value in (canary.name, canary.contact) if number < HASHED else ():
            for written in {value, value.lower(), value.replace(" ", "")}:
                for kind in ("md5", "sha1", "sha256"):
                    found[f"{kind} of {written}"] = hashlib.new(kind, written.encode()).hexdigest().encode()
    return found


def hits(where: str, contents: bytes, wanted: dict[str, bytes]) -> list[str]:
    """Which of the needles are in there."""
    lowered = contents.lower()
    return [f"{where}: {name}" for name, needle in wanted.items() if needle in lowered]


def hits_below(folder: Path, wanted: dict[str, bytes]) -> list[str]:
    """In all files of a folder, and in their names."""
    return [hit for path in files_below(folder) for hit in hits(str(path), str(path).encode() + read(path), wanted)]


def files_below(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        yield from (Path(where) / name for name in names if (Path(where) / name).is_file())


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        # SQLite's own files come and go.
        return b""
