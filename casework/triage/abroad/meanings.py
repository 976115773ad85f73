"""Words of other languages that mean two things, and what standing beside them settles which.

``idiom: cut|chop+hedge|tree`` in a table: beside a hedge or tree, in one sentence, these words mean nothing; with ``~``
for ``+`` only where no ``person`` stands next to them; with ``<`` only where it stands before (the noun of a light
verb: a drum is hit, a horn is hit). ``lone: pours+@|belt``: such a word alone counts only beside a belt or a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

# So many words before or behind, a word settles which of two meanings another has; the noun of a light verb, before.
_BESIDE, _BEFORE = 5, 4
_JOINT = re.compile("([+~<])")


class _Stems:
    """Beginnings of words, and whole words after ``=``, written with ``|`` between."""

    def __init__(self, written: str, fold: Callable[[str], str]) -> None:
        parts = [part for part in written.split("|") if part and part != "@"]
        self._whole = frozenset(fold(part[1:]) for part in parts if part.startswith("="))
        self._begins = tuple(fold(part) for part in parts if not part.startswith("="))

    def fit(self, forms: list[str]) -> bool:
        """Whether a word, in any of its forms, is one of these."""
        return any(form in self._whole or form.startswith(self._begins) for form in forms)


@dataclass(frozen=True, slots=True)
class _Pair:
    concept: str
    joint: str
    or_person: bool
    beside: _Stems


@dataclass(slots=True)
class Meanings:
    """The words of two meanings of one language, by their beginnings, whole ones with ``=`` behind."""

    fold: Callable[[str], str]
    pairs: dict[str, list[_Pair]] = field(default_factory=dict)
    persons: _Stems | None = None
    longest: int = 0

    def add(self, concept: str, written: str) -> bool:
        """One line's entry; False where it is none of these."""
        if concept == "person":
            self.persons = _Stems(written.replace(" ", "|"), self.fold)
            return True
        if not _JOINT.search(written):
            return False
        heads, joint, beside = _JOINT.split(written)
        pair = _Pair(concept, joint, "@" in beside.split("|"), _Stems(beside, self.fold))
        for head in heads.split("|"):
            key = self.fold(head.lstrip("=")) + ("=" if head.startswith("=") else "")
            self.pairs.setdefault(key, []).append(pair)
            self.longest = max(self.longest, len(key))
        return True

    def settle(self, told: set[int], forms: list[list[str]], steps: list[int]) -> tuple[list[int], list[int]]:
        """Which of the words that tell something are part of a figure of speech, and which mean another thing alone."""
        figures: list[int] = []
        alone: list[int] = []
        for i in told:
            pairs = self._of(forms[i])
            if not pairs:
                continue
            reach = range(max(i - _BESIDE, 0), min(i + _BESIDE + 1, len(forms)))
            near = [k for k in reach if k != i and abs(steps[k] - steps[i]) <= _BESIDE]
            person = any(abs(k - i) <= 2 and self.persons is not None and self.persons.fit(forms[k]) for k in near)
            lone, heard = False, False
            for pair in pairs.values():
                beside = any(pair.beside.fit(forms[k]) for k in near if pair.joint != "<" or i - _BEFORE <= k < i)
                if pair.concept == "lone":
                    lone, heard = True, heard or beside or (pair.or_person and person)
                elif beside and not (person and pair.joint == "~"):
                    figures.append(i)
            if lone and not heard:
                alone.append(i)
        return figures, alone

    def _of(self, forms: list[str]) -> dict[int, _Pair]:
        """What is known of a word in any of its forms."""
        found: dict[int, _Pair] = {}
        for form in forms:
            size = min(len(form), self.longest)
            whole = [form + "="] if len(form) < self.longest else []
            for key in (*whole, *(form[:end] for end in range(1, size + 1))):
                found.update((id(one), one) for one in self.pairs.get(key, ()))
        return found
