"""The labelled accounts in ``triage_cases``.

One line of gold is ``category[/kind] | strands | asb types | risk flags | urgency``; a label with ``?`` is optional.
``missed`` names the parts that the rules alone are known to get wrong. No account is a real person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from casework.triage import Labels

FOLDER = Path(__file__).parent / "triage_cases"


@dataclass(frozen=True)
class Wanted:
    """Labels that must be given, and those that may be."""

    must: frozenset[str]
    may: frozenset[str]

    def met(self, said: Sequence[str]) -> bool:
        """Whether all that must be said is said, and nothing that may not be."""
        return self.must <= set(said) <= self.must | self.may


@dataclass(frozen=True)
class Gold:
    """One account with its labels."""

    file: str
    text: str
    category: str
    kind: str | None
    open_category: bool
    strands: Wanted
    types: Wanted
    flags: Wanted
    urgency: str
    open_urgency: bool
    missed: frozenset[str]

    def wrong(self, said: Labels) -> set[str]:
        """The parts in which these labels are not the account's."""
        met = {
            "category": self.open_category or said.category == self.category,
            "kind": self.kind is None or said.hate_kind == self.kind,
            "strands": self.strands.met(said.strands),
            "types": self.types.met(said.asb_types),
            "flags": self.flags.met(said.risk_flags),
            "urgency": self.open_urgency or said.urgency == self.urgency,
        }
        return {part for part, right in met.items() if not right}


def _wanted(text: str) -> Wanted:
    words = [] if text.strip() == "-" else text.split()
    return Wanted(
        frozenset(word for word in words if not word.endswith("?")),
        frozenset(word[:-1] for word in words if word.endswith("?")),
    )


def _gold(file: str, entry: dict[str, str]) -> Gold:
    head, strands, types, flags, urgency = (part.strip() for part in entry["gold"].split("|"))
    category, _, kind = head.rstrip("?").partition("/")
    return Gold(
        file,
        entry["text"],
        category,
        kind or None,
        head.endswith("?"),
        _wanted(strands),
        _wanted(types),
        _wanted(flags),
        urgency.rstrip("?"),
        urgency.endswith("?"),
        frozenset(entry.get("missed", "").split()),
    )


@cache
def cases() -> tuple[Gold, ...]:
    """All labelled accounts."""
    return tuple(
        _gold(path.stem, entry) for path in sorted(FOLDER.glob("*.yml")) for entry in yaml.safe_load(path.read_text())
    )
