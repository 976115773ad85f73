"""Whether a report names an advisor. In doubt it does: somebody else takes the case, and nothing is lost by
it.

Nicknames are not known: a roster's "Patricia" is not found in "Pat".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_STAFF_WORDS = frozenset(
    {"staff", "livv", "landlord", "officer", "advisor", "adviser", "manager", "housing", "caretaker"}
)
# How alike a misspelt family name is, after the first name and before it (where ordinary words stand more often).
_CLOSE_AFTER = 0.7
_CLOSE_BEFORE = 0.75
_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ß": "ss", "’": "'"})


def plain_words(text: str) -> list[str]:
    """The words of a text without case, accents and marks, so that "Zieliński" and "zielinski", "Nair's" and
    "nair" are the same. Two names that a hyphen joins are two words."""
    flat = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    flat = "".join(letter for letter in flat if not unicodedata.combining(letter)).casefold()
    return [word.removesuffix("'s").replace("'", "") for word in _WORD.findall(flat)]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The texts of a report, taken apart once to be held against every advisor. ``alone`` are the words that
    may be a whole name in the answer who is responsible: no family name stands after them there."""

    texts: tuple[str, ...] = field(repr=False)
    words: tuple[list[str], ...] = field(repr=False)
    found: tuple[frozenset[str], ...] = field(repr=False)
    alone: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, texts: Iterable[str], responsible: str = "") -> Spoken:
        kept = tuple(texts)
        words = tuple(plain_words(text) for text in kept)
        found = tuple(frozenset(one) for one in words)
        return cls(tuple(text.casefold() for text in kept), words, found, frozenset(_alone(responsible)))


def names_advisor(name: str, email: str, said: Spoken | Iterable[str], about_staff: bool = False) -> bool:
    """Whether a report names this person: in full, by family name, misspelt beside the first name, by e-mail
    address; by first name alone in a report about staff, or as the person responsible."""
    spoken = said if isinstance(said, Spoken) else Spoken.of(said)
    tokens = [plain_words(token) for token in re.sub(r"\(.*?\)", "", name).split()]
    tokens = [token for token in tokens if len("".join(token)) > 1]
    if not tokens:
        return False
    first, last = tokens[0], tokens[-1]
    if email and any(email.casefold() in text for text in spoken.texts):
        return True
    if first[0] in spoken.alone:
        return True
    for words, found in zip(spoken.words, spoken.found, strict=True):
        if "".join(last) in found or _stands_in(last, words):
            return True
        if first[0] in found and (about_staff or _STAFF_WORDS & found or _beside(first, last, words)):
            return True
    return False


def _stands_in(name: Sequence[str], words: list[str]) -> bool:
    """All parts of a name, one after the other."""
    return set(name) <= set(words) and any(
        words[place : place + len(name)] == list(name) for place in range(len(words))
    )


def _beside(first: Sequence[str], last: Sequence[str], words: list[str]) -> bool:
    """Whether something like a part of the family name stands beside the first name, in either order."""
    reach = len(first)
    for place, word in enumerate(words):
        if word != first[0]:
            continue
        after, before = words[place + 1 : place + 1 + reach], words[max(0, place - 1) : place]
        if any(_like(part, one) >= _CLOSE_AFTER for part in last for one in after):
            return True
        if any(_like(part, one) >= _CLOSE_BEFORE for part in last for one in before):
            return True
    return False


def _like(name: str, word: str) -> float:
    return SequenceMatcher(None, name, word).ratio()


def _alone(text: str) -> Iterator[str]:
    """Words after which no family name stands, so that they may be all that is known of somebody. Of a text
    without capitals each may be."""
    text = text.translate(_LETTERS)
    shown = not text.isupper()
    found = list(_WORD.finditer(text))
    for word, following in zip_longest(found, found[1:]):
        joined = following is not None and not text[word.end() : following.start()].strip(" -")
        if not (joined and shown and following is not None and following[0][0].isupper()):
            yield from plain_words(word[0])
