"""Languages that nobody speaks, made from the English texts: they show what would go wrong in a real one.

``en-XA`` is accented and longer: a text that stays plain never went through a catalogue, and a page that breaks has no
room for longer words. ``ar-XB`` runs from right to left. They are offered only where the settings name them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

# What is filled in, and addresses that the page makes links of, stay as they are.
_KEPT = re.compile(r"(\{[^{}]*\}|https?://\S+|\b\w+\.co\.uk\b)")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "\u00e5\u0180\u00e7\u00f0\u00e9\u0192\u011d\u0125\u00ee\u0135\u0137\u013c\u0271\u00f1\u00f6\u00fe\u01eb\u0155\u0161\u0163\u00fb\u1e7d\u0175\u1e8b\u00fd\u017e"
    "\u00c5\u0181\u00c7\u00d0\u00c9\u0191\u011c\u0124\u00ce\u0134\u0136\u013b\u1e40\u00d1\u00d6\u00de\u01ea\u0154\u0160\u0162\u00db\u1e7c\u0174\u1e8a\u00dd\u017d",
)
_VOWELS = re.compile("([aeiouAEIOU])")
# As much longer as German or Polish is, with words that can be broken between.
LONGER = 1.35
_FILLER = "\u013c\u00f6\u0155\u00e9\u0271 \u00ee\u00fe\u0161\u00fb\u0271 "
_RLM, _RLO, _PDF = "\u200f", "\u202e", "\u202c"


def accented(english: str) -> str:
    """Every letter carries a mark, vowels stand twice, more words follow, and brackets show the ends of the text."""
    marked = _outside(english, _marked)
    missing = max(0, round(len(english) * LONGER) - len(marked))
    more = (_FILLER * (missing // len(_FILLER) + 1))[:missing].rstrip()
    return f"[{marked} {more}]" if more else f"[{marked}]"


def _marked(part: str) -> str:
    return _VOWELS.sub(r"\1\1", part).translate(_ACCENTED)


def mirrored(english: str) -> str:
    """Every word runs from right to left; numbers, which do so in no language, stay as they are."""
    return _outside(english, lambda part: _WORD.sub(lambda word: f"{_RLM}{_RLO}{word.group()}{_PDF}{_RLM}", part))


def _outside(english: str, changed: Callable[[str], str]) -> str:
    parts = _KEPT.split(english)
    return "".join(part if at % 2 else changed(part) for at, part in enumerate(parts))


@dataclass(frozen=True)
class Pseudo:
    """A catalogue that is made text by text, each once."""

    tag: str
    direction: str
    made: Callable[[str], str] = field(repr=False)
    locale: str = "en_GB"

    def text(self, english: str) -> str:
        return self.made(english)

    def plural(self, one: str, many: str, count: int) -> str:
        return self.made(one if count == 1 else many)

    def knows(self, _: str) -> bool:
        return True


PSEUDO: Mapping[str, Pseudo] = {
    "en-XA": Pseudo("en-XA", "ltr", lru_cache(maxsize=4096)(accented)),
    "ar-XB": Pseudo("ar-XB", "rtl", lru_cache(maxsize=4096)(mirrored)),
}
