"""The words of a message for the danger screen: typed, then put right; quickly, where nothing is disguised."""

from __future__ import annotations

import re

from casework.triage.rules import rule_book
from casework.triage.words import SIGNS, STOPS, plain

_SIGNS = (*STOPS, *',:()[]/"')
# What phones put in of their own accord.
_TYPED = [("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", " "), ("—", " "), ("£", " "), ("\xa0", " ")]
_MARKS = {sign: f" {sign} " for sign in (*_SIGNS, *SIGNS)} | dict.fromkeys("-&=~^|\\<>{}_%–—\t", " ")
# Letters that the whole reading takes for plain ones, and signs that it leaves out.
_FOREIGN = frozenset(
    chr(code) for code in (*range(0xAB, 0x180), 0x218, 0x219, 0x21A, 0x21B, *range(0x2000, 0x2070), 0xFE0F)
)
_TRIPLE = re.compile(r"(.)\1\1")
# So many words that no dictionary knows are looked at for a disguise; beyond that nobody is writing.
_MOST_ODD = 150


def typed_words(text: str) -> list[str]:
    """The words of a message as they were typed, in small letters."""
    low = text.lower()
    if not low.isascii():
        for mark, plainly in _TYPED:
            if mark in low:
                low = low.replace(mark, plainly)
        if not low.isascii() and not _FOREIGN.isdisjoint(low):
            low = plain(low)[0]
    for mark in _MARKS.keys() & set(low):
        low = low.replace(mark, _MARKS[mark])
    low = f" {low} ".replace("' ", " ").replace(" '", " ' ")
    return [word for word in low.split(" ") if word]


def put_right(words: list[str]) -> list[str]:
    """Typed words as the lexicon reads them; quickly, where nothing is disguised."""
    lexicon = rule_book().lexicon
    reading: dict[str, str] = {}
    odd = 0
    known, misspelt = lexicon.known, lexicon.misspelt
    for word in dict.fromkeys(words):
        if word in known:
            continue
        if word in misspelt:
            reading[word] = misspelt[word]
        elif "*" in word or "#" in word:
            reading[word] = "fucking"  # what hides behind stars is a curse: it fills, and tells of no danger
        elif odd < _MOST_ODD and (not word.isalpha() or word.endswith("in") or _TRIPLE.search(word)):
            odd += 1
            reading[word] = lexicon.read(word)
    return [reading.get(word, word) for word in words] if reading else words
