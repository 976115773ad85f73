"""The labelled accounts of ``data/triage``: one JSON object a line, one file a voice, one folder a part.

No account is a real person's. A voice stands in one part only, so no part has heard the voices of another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from casework.triage.labels import ASB_TYPES, CATEGORIES, HATE_KINDS, RISK_FLAGS, STRANDS, URGENCIES

FOLDER = Path(__file__).parents[1] / "data" / "triage"
PARTS = ("train", "development", "test")
# The kinds of voices, by the digit of a voice's name ("B3": writer B, third voice).
GROUPS = {
    "1": "British slang",
    "2": "second-language English",
    "3": "children, plain words",
    "4": "older, formal, rambling",
    "5": "told for somebody else",
    "6": "panic and text-speak",
    "7": "like public cases",
    "8": "functional tests, other languages",
}
NEAR_MISSES = "near misses and their twins"
MANY = {"strands": STRANDS, "asb_types": ASB_TYPES, "risk_flags": RISK_FLAGS}


@dataclass(frozen=True)
class Account:
    """One account and its settled labels, as ``triage-labels`` names them; ``pair`` joins minimal pairs, ``readers``
    is how many labelled it without seeing each other's labels, ``language`` is named in part ``train`` where it is not
    English."""

    id: str
    text: str
    category: str
    hate_kind: str | None
    strands: frozenset[str]
    asb_types: frozenset[str]
    risk_flags: frozenset[str]
    urgency: str
    pair: str | None
    readers: int = 1
    language: str = "English"

    @property
    def voice(self) -> str:
        """The voice that tells it, as "B3"."""
        return self.id.partition("-")[0]

    @property
    def near(self) -> bool:
        """Whether its voice tells of near misses and their true twins ("A8n"): what only sounds like danger or hate."""
        return self.voice[2:] in ("n", "m")

    @property
    def group(self) -> str:
        """The kind of voice, in words; a voice in another language ends with the language's code ("Z8pl")."""
        return NEAR_MISSES if self.near else GROUPS[self.voice[1]]


def _account(line: str) -> Account:
    entry = json.loads(line)
    made = Account(
        entry["id"],
        entry["text"],
        entry["category"],
        entry.get("hate_kind"),
        frozenset(entry.get("strands", ())),
        frozenset(entry.get("asb_types", ())),
        frozenset(entry.get("risk_flags", ())),
        entry["urgency"],
        entry.get("pair"),
        entry.get("readers", 1),
        entry.get("language", "English"),
    )
    _check(made)
    return made


def _check(account: Account) -> None:
    wrong = [value for name, known in MANY.items() for value in getattr(account, name) if value not in known]
    if account.category not in CATEGORIES or account.urgency not in URGENCIES or wrong:
        raise ValueError(f"account {account.id}: unknown label {wrong or account.category}")
    if (account.hate_kind in HATE_KINDS) != (account.category == "hate"):
        raise ValueError(f"account {account.id}: hate_kind {account.hate_kind} with category {account.category}")


@cache
def accounts(part: str) -> tuple[Account, ...]:
    """All accounts of one part, in the order of their ids. Raises ``ValueError`` on a label the guide lacks."""
    if part not in PARTS:
        raise ValueError(f"no part {part!r}; parts are {', '.join(PARTS)}")
    return tuple(sorted((_account(line) for line in _lines(part)), key=lambda one: one.id))


def _lines(part: str) -> Iterator[str]:
    for path in sorted((FOLDER / part).glob("*.jsonl")):
        yield from path.read_text(encoding="utf-8").splitlines()
