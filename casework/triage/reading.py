"""A message read once: its words with their places, and what the rules find in it."""

from __future__ import annotations

from dataclasses import dataclass

from casework.triage.rules import Found, rule_book
from casework.triage.text import Text
from casework.triage.words import Words, split


@dataclass(frozen=True, slots=True)
class Account:
    """A message ready for the rules; ``abroad`` is its text where it may hold another script."""

    words: Words
    tagged: Text
    abroad: str

    def find(self, labels: frozenset[str]) -> Found:
        """What the rules of these labels find."""
        return rule_book().apply(self.tagged, labels)


def read_account(text: str) -> Account:
    """Any text, as an account."""
    book = rule_book()
    words = split(text)
    reading = {word: book.lexicon.read(word) for word in set(words.words)}
    return Account(words, book.read([reading[word] for word in words.words]), "" if text.isascii() else text)
