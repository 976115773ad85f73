"""A message read once: its words with their places, and what the rules find in it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import lru_cache

from casework.triage.abroad import Abroad, read_abroad
from casework.triage.rules import Found, rule_book
from casework.triage.text import Text
from casework.triage.words import Words, split

# A turn asks several things of the same words: they are read once. No more messages than these stay in memory.
_LAST = 4


@dataclass(frozen=True, slots=True)
class Account:
    """A message ready for the rules.

    ``script`` is its text where it may hold another script, ``abroad`` what the tables of other languages find in it.
    """

    words: Words
    tagged: Text
    script: str
    abroad: Abroad
    _found: dict[frozenset[str], Found] = field(default_factory=dict)

    def find(self, labels: frozenset[str]) -> Found:
        """What the rules of these labels find; not to be changed."""
        if labels not in self._found:
            self._found[labels] = rule_book().apply(self.tagged, labels)
        return self._found[labels]


def _read(text: str) -> Account:
    book = rule_book()
    words = split(text)
    reading = {word: book.lexicon.read(word) for word in set(words.words)}
    tagged = book.read([reading[word] for word in words.words])
    return Account(words, tagged, "" if text.isascii() else text, read_abroad(text))


class _ReadLast(threading.local):
    """What this thread read last. A message notes its matches while it is searched, so threads share none."""

    def __init__(self) -> None:
        self.read = lru_cache(maxsize=_LAST)(_read)


_read_last = _ReadLast()


def read_account(text: str) -> Account:
    """Any text, as an account."""
    return _read_last.read(text)
