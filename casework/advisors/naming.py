"""Whether a report names an advisor. In doubt it does: somebody else takes the case, and nothing is lost by
it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
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


def names_advisor(name: str, email: str, texts: Iterable[str], about_staff: bool = False) -> bool:
    """Whether any of these texts names this person: in full, by family name, misspelt after the first
    name, by e-mail address, or, in a report about staff, by first name."""
    tokens = [token for token in plain_words(re.sub(r"\(.*?\)", "", name)) if len(token) > 1]
    if not tokens:
        return False
    first, last = tokens[0], tokens[-1]
    for text in texts:
        if email and email.casefold() in text.casefold():
            return True
        words = plain_words(text)
        found = {word.removesuffix("'s") for word in words}
        if last in found:
            return True
        if first in found and (about_staff or _STAFF_WORDS & found):
            return True
        for here, following in zip(words, words[1:], strict=False):
            if here == first and SequenceMatcher(None, last, following).ratio() >= _CLOSE:
                return True
    return False
