"""The part of the tables that tells of danger, made quick: the screening must answer within a millisecond.

It finds the same as the whole rule book. It leaves out every family that no danger rule uses, and drops at once each
pattern that needs a word which the message has not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from casework.triage.guards import blocked
from casework.triage.patterns import Pattern
from casework.triage.rulefile import Rule
from casework.triage.rules import Found, Hit, RuleBook
from casework.triage.text import Text
from casework.triage.words import STOPS

# In this order: what settles most comes first.
ORDER = ("now", "live", "sure", "likely", "near", "weak", "sign", "doubt")
_SETTLING = frozenset({"now", "sure", "likely"})
LABELS = frozenset(ORDER)
# A message of so few words is read as a whole.
_SHORT = 80


class Message(Text):
    """A message of which only the words that some danger rule knows are tagged."""

    __slots__ = ("book", "ranges")

    def __init__(self, words: list[str], book: DangerBook, ranges: list[tuple[int, int]]) -> None:
        self.book, self.ranges = book, ranges
        super().__init__(words, book.lexicon, book.elements)

    def _words_at(self, number: int) -> int:
        mask, at = 0, self.at
        for word in self.book.words_of[number] & at.keys():
            mask |= at[word]
        return mask

    def _note_words(self) -> list[int]:
        known, phrases = self.book.known_words, self.lexicon.phrases
        at: dict[str, int] = self.at
        starts: list[int] = []
        words = self.words
        last = self.size - 1
        for begin, end in self.ranges:
            bit = 1 << begin
            for i in range(begin, end):
                word = words[i]
                if word in known:
                    at[word] = at.get(word, 0) | bit
                    if word in phrases and i < last and words[i + 1] in phrases[word]:
                        starts.append(i)
                elif word[0] in STOPS or not word.isascii():
                    at[word] = at.get(word, 0) | bit
                bit <<= 1
        return starts


@dataclass(slots=True)
class DangerBook(RuleBook):
    """The danger rules with what they use. ``telling`` are the patterns (bits) without which no danger is found."""

    anchors: frozenset[str] = frozenset()
    known_words: frozenset[str] = frozenset()
    telling: int = 0
    whole: dict[int, int] = field(default_factory=dict)
    words_of: dict[int, frozenset[str]] = field(default_factory=dict)

    def read(self, words: list[str]) -> Text:
        """The message tagged, with the words of idioms taken out; of a long one, only the sentences that may tell."""
        if len(words) > _SHORT:
            ranges, awake = self._may_tell(words)
        else:
            ranges, awake = [(0, len(words))], self.waking.awake(set(words))
        text = Message(words, self, ranges)
        self._wake(text, awake)
        return text

    def _may_tell(self, words: list[str]) -> tuple[list[tuple[int, int]], int]:
        """The sentences in which all that some danger rule needs stands together, and what is awake in them."""
        ranges: list[tuple[int, int]] = []
        start = live = 0
        stops = [i for i, word in enumerate(words) if word[0] in STOPS]
        for end in [*stops, len(words) - 1]:
            awake = self.waking.awake(set(words[start : end + 1]))
            if awake & self.telling:
                live |= awake
                ranges.append((start, end + 1))
            start = end + 1
        return ranges, live

    def apply(
        self, text: Text, labels: frozenset[str] = LABELS, settled: Callable[[Found], bool] | None = None
    ) -> Found:
        """The first match of each danger rule; once the danger is settled, only its signs are still looked for."""
        found: Found = {}
        done: Rule | None = None
        over = False
        for rule, pattern in text.rules:
            if rule is done or rule.label not in labels or (over and rule.label != "sign"):
                continue
            hit = self._first(text, rule, pattern, blocked(text, rule.silent))
            if hit is not None:
                found.setdefault(rule.target, []).append(hit)
                over = over or (settled is not None and rule.label in _SETTLING and settled(found))
                done = rule
        return found

    def _first(self, text: Text, rule: Rule, pattern: Pattern, stop: int) -> Hit | None:
        family = self.whole.get(pattern.number)
        if family is None:
            if not text.match(pattern, stop):
                return None
            first, last = text.spans(pattern, stop)[0]
            return Hit(rule.name, rule.clause, first, last)
        # The pattern is one family made of patterns: the first of them is enough.
        for made, one in text.made.get(family, ()):
            within = blocked(text, made.silent)
            if text.match(one, within):
                for first, last in text.spans(one, within):
                    if not stop >> first & 1:
                        return Hit(rule.name, rule.clause, first, last)
        return None

    def _make(self, text: Text, number: int) -> None:
        mask = cont = 0
        for rule, pattern in text.made[number]:
            traps = rule.kind == "!"
            stop = blocked(text, rule.silent)
            if len(pattern.steps) == 1 and not traps:
                here, more = text.places(pattern.steps[0][0])
                mask |= here & ~stop
                cont |= more
            elif text.match(pattern, stop):
                for first, last in text.spans(pattern, stop):
                    length = last - first
                    mask |= ((1 << (length + 1)) - 1) << first if traps else 1 << first
                    if not traps:
                        cont |= ((1 << length) - 1) << (first + 1)
        text.masks[number] = mask
        text.conts[number] = cont
