"""Signs that are sought in a message letter by letter, since their scripts or endings leave no words to look up."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def _table() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in Path(__file__).with_name("signs.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, _, rest = line.partition(":")
            found[name] = (*found.get(name, ()), *(sign.replace("_", " ") for sign in rest.split()))
    return found


def signs(kind: str) -> tuple[str, ...]:
    """The signs of one kind: ``cry``, ``danger``, ``now``, ``past``, ``alarm``. Raises ``KeyError`` on any other."""
    return _table()[kind]
