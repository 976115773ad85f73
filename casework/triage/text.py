"""One message, tagged, and the matcher of patterns.

All places of an element are one whole number with a bit for each word, so a step of a pattern costs a few shifts
whatever the text: there is no backtracking and nothing that could explode. Families made of patterns are looked for
only when something asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from casework.triage.lexicon import Lexicon
from casework.triage.patterns import Elements, Pattern
from casework.triage.words import STOPS

if TYPE_CHECKING:
    from casework.triage.waking import Owned

Span = tuple[int, int]


class Text:
    """For each family and word the places where it stands, as bits; ``conts`` the further words of phrases."""

    __slots__ = ("at", "blocked", "conts", "elements", "fill", "found", "hard", "lexicon", "made", "make",
                 "masks", "rules", "size", "words")  # fmt: skip

    def __init__(self, words: list[str], lexicon: Lexicon, elements: Elements) -> None:
        self.lexicon, self.elements = lexicon, elements
        self.size = len(words)
        self.words = words
        self.masks: dict[int, int] = {}
        self.conts: dict[int, int] = {}
        self.at: dict[str, int] = {}
        self.hard = 0
        self.found: dict[int, tuple[int, int]] = {}
        self.blocked: dict[str, int] = {}
        # The patterns that it may hold: of rules, and of families by their numbers.
        self.rules: list[Owned] = []
        self.made: dict[int, list[Owned]] = {}
        self.make: Callable[[Text, int], None] | None = None
        self._tag()
        self.fill = self.masks.get(lexicon.numbers["filler"], 0)

    def _note_words(self) -> list[int]:
        """Fill ``at``; returns the places where a phrase may start."""
        at, words, phrases = self.at, self.words, self.lexicon.phrases
        starts = []
        bit = 1
        for i, word in enumerate(words):
            at[word] = at.get(word, 0) | bit
            if word in phrases and i + 1 < self.size and words[i + 1] in phrases[word]:
                starts.append(i)
            bit <<= 1
        return starts

    def _tag(self) -> None:
        starts = self._note_words()
        words, phrases = self.words, self.lexicon.phrases
        masks, conts, tags = self.masks, self.conts, self.lexicon.words
        doing = self.lexicon.numbers["ing"]
        for word, places in self.at.items():
            for family in tags.get(word, ()):
                masks[family] = masks.get(family, 0) | places
            if word[0] in STOPS:
                self.hard |= places
            elif word.endswith("ing") and len(word) > 4:
                masks[doing] = masks.get(doing, 0) | places
        for i in starts:
            for rest, family in phrases[words[i]][words[i + 1]]:
                size = len(rest) + 1
                if size == 1 or tuple(words[i + 2 : i + 1 + size]) == rest:
                    masks[family] = masks.get(family, 0) | 1 << i
                    conts[family] = conts.get(family, 0) | ((1 << size) - 1) << (i + 1)

    def family(self, number: int) -> int:
        """Where a family stands; a family made of patterns is looked for now."""
        mask = self.masks.get(number)
        if mask is None:
            if self.make is None or number not in self.made:
                return 0
            self.masks[number] = 0
            self.make(self, number)
            mask = self.masks[number]
        return mask

    def named(self, name: str) -> int:
        """Where the family of this name stands."""
        return self.family(self.lexicon.numbers[name])

    def places(self, number: int) -> tuple[int, int]:
        """Where an element stands, and the further words of its phrases."""
        return self.found.get(number) or self._find(number)

    def _find(self, number: int) -> tuple[int, int]:
        item = self.elements.items[number]
        mask = cont = 0
        for family, without in item.families:
            part = self.family(family)
            if part:
                for other in without:
                    part &= ~self.family(other)
                if part:
                    mask |= part
                    cont |= self.conts.get(family, 0)
        if item.words:
            mask |= self._words_at(number)
        self.found[number] = (mask, cont)
        return mask, cont

    def _words_at(self, number: int) -> int:
        """Where a word that an element names stands."""
        mask, at = 0, self.at
        for word in self.elements.items[number].words:
            mask |= at.get(word, 0)
        return mask

    def _forward(self, here: int, gap: int) -> int:
        open_ = ~self.hard
        reach = here << 1
        for _ in range(gap):
            reach |= (reach & open_) << 1
        fill = self.fill
        if reach & fill:
            for _ in range(3):
                reach |= (reach & fill) << 1
        return reach

    @staticmethod
    def _ends(hit: int, cont: int) -> int:
        while True:
            more = hit | ((hit << 1) & cont)
            if more == hit:
                return hit
            hit = more

    def match(self, pattern: Pattern, blocked: int = 0) -> int:
        """The places where a match of the pattern ends (bits); none of its words stands in ``blocked``."""
        here = -1
        open_ = ~blocked
        known = self.found
        for number, gap in pattern.steps:
            mask, cont = known.get(number) or self._find(number)
            mask &= open_
            if here != -1:
                mask &= self._forward(here, gap)
            if not mask:
                return 0
            here = self._ends(mask, cont) if cont else mask
        return here

    def spans(self, pattern: Pattern, blocked: int = 0) -> list[Span]:
        """All matches, as first and last word, by their ends."""
        trail: list[int] = []
        here = -1
        for number, gap in pattern.steps:
            mask, cont = self.places(number)
            mask &= ~blocked
            if here != -1:
                mask &= self._forward(here, gap)
            here = self._ends(mask, cont)
            trail.append(here)
        out = []
        last_cont = self.places(pattern.steps[-1][0])[1]
        while here > 0:
            low = here & -here
            end = low.bit_length() - 1
            here ^= low
            start = self._back(pattern, trail, end)
            while (last_cont >> (end + 1)) & 1 and (here >> (end + 1)) & 1:
                end += 1
                here &= ~(1 << end)
            out.append((start, end))
        return out

    def _back(self, pattern: Pattern, trail: list[int], end: int) -> int:
        place = end
        for step in range(len(pattern.steps) - 1, -1, -1):
            mask = self.places(pattern.steps[step][0])[0]
            while place and not (mask >> place) & 1:
                place -= 1
            if not step:
                break
            earlier = trail[step - 1] & ((1 << place) - 1)
            if not earlier:
                break
            place = earlier.bit_length() - 1
        return place

    def sentence(self, place: int) -> int:
        """The bits of the sentence in which this word stands."""
        start = (self.hard & ((1 << place) - 1)).bit_length()
        above = self.hard >> place
        length = (above & -above).bit_length() - 1 if above else self.size - place
        return ((1 << (place + length)) - 1) & ~((1 << start) - 1)
