"""Whether a report names an advisor. In doubt it does: somebody else takes the case, and nothing is lost by
it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_STAFF_WORDS = frozenset(
    {"staff", "livv", "landlord", "officer", "advisor", "adviser", "manager", "housing", "caretaker"}
)
_CLOSE = 0.7


def plain_words(text: str) -> list[str]:
    """The words of a text without case, accents and marks, so that "Zieliński" and "zielinski" are the
    same."""
    flat = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    flat = "".join(letter for letter in flat if not unicodedata.combining(letter)).casefold()
    return _WORD.findall(flat)


_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ß": "ss", "’": "'"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """The texts of a report, taken apart once to be held against every advisor."""

    texts: tuple[str, ...] = field(repr=False)
    words: tuple[list[str], ...] = field(repr=False)
    found: tuple[frozenset[str], ...] = field(repr=False)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Spoken:
        kept = tuple(texts)
        words = tuple(plain_words(text) for text in kept)
        found = tuple(frozenset(word.removesuffix("'s") for word in one) for one in words)
        return cls(tuple(text.casefold() for text in kept), words, found)


def names_advisor(name: str, email: str, said: Spoken | Iterable[str], about_staff: bool = False) -> bool:
    """Whether a report names this person: in full, by family name, misspelt after the first name, by e-mail
    address, or, in a report about staff, by first name."""
    spoken = said if isinstance(said, Spoken) else Spoken.of(said)
    tokens = [token for token in plain_words(re.sub(r"\(.*?\)", "", name)) if len(token) > 1]
    if not tokens:
        return False
    first, last = tokens[0], tokens[-1]
    if email and any(email.casefold() in text for text in spoken.texts):
        return True
    for words, found in zip(spoken.words, spoken.found, strict=True):
        if last in found:
            return True
        if first in found:
            if about_staff or _STAFF_WORDS & found:
                return True
            after = (following for here, following in zip(words, words[1:], strict=False) if here == first)
            if any(SequenceMatcher(None, last, word).ratio() >= _CLOSE for word in after):
                return True
    return False
