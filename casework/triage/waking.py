"""Which patterns a message may hold, told from its words alone.

Patterns are bits. Each is filed under the words that may bring about its rarest element, its second rarest and its
third: a message wakes only the patterns for which it has a word of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from functools import cache, reduce
from itertools import repeat
from operator import or_

from casework.triage.lexicon import Lexicon
from casework.triage.patterns import Element, Elements, Pattern
from casework.triage.rulefile import Rule

# Words so common that an element with one of them says little about a message.
_COMMON = ("filler", "self_word", "pronoun_agent", "be", "have")
_COMMON_WORDS = frozenset(
    ["to", "2", "in", "on", "and", "at", "of", "for", "it", "out", "up", "with", "that", "this", "so", "my", "the", "a"]
)
_COMMON_WEIGHT = 12.0

Key = tuple[float, frozenset[str], frozenset[int]]
# A pattern and the rule that it belongs to.
Owned = tuple[Rule, Pattern]


@dataclass(slots=True)
class Waking:
    """The patterns of some rules, in the order in which they are looked for.

    ``ranks`` holds for each word the patterns (bits) whose rarest element it may bring about, then those for which it
    is the second rarest, then the third (``phrases`` the same, with the words of the phrase); ``spare``, for patterns
    of fewer elements, those ranks that none must fill.
    """

    owners: list[Owned] = field(default_factory=list)
    ranks: dict[str, int] = field(default_factory=dict)
    phrases: dict[str, list[tuple[frozenset[str], int]]] = field(default_factory=dict)
    spare: int = 0

    def awake(self, here: Set[str]) -> int:
        """The patterns (bits) whose three rarest elements these words may bring about."""
        ranks = reduce(or_, map(self.ranks.get, here, repeat(0)), self.spare)
        for word in here & self.phrases.keys():
            for needed, bits in self.phrases[word]:
                if needed <= here:
                    ranks |= bits
        width = len(self.owners)
        return ranks & (ranks >> width) & (ranks >> 2 * width) & ((1 << width) - 1)

    def woken(self, awake: int) -> Iterator[Owned]:
        """These patterns (bits) with their rules, in order."""
        bits = bin(awake)[:1:-1]
        at = bits.find("1")
        while at >= 0:
            yield self.owners[at]
            at = bits.find("1", at + 1)

    def bits(self, numbers: Set[int]) -> int:
        """The patterns of these numbers, as bits."""
        return sum(1 << i for i, (_, pattern) in enumerate(self.owners) if pattern.number in numbers)


@cache
def common_words(words: Lexicon) -> frozenset[str]:
    """Words that are in nearly every message."""
    common = {words.numbers[name] for name in _COMMON}
    return _COMMON_WORDS | {word for word, tags in words.words.items() if common.intersection(tags)}


class Keys:
    """Which words and families may make an element stand in a message, and how rare that is."""

    def __init__(self, lexicon: Lexicon, elements: Elements, made: dict[int, list[Rule]]) -> None:
        self.elements, self.names, self.made = elements, lexicon.names, made
        self.common = common_words(lexicon)
        self.size: dict[int, float] = {}
        for word, tags in lexicon.words.items():
            for family in tags:
                self.size[family] = self.size.get(family, 0) + self._weight(word)
        for _, family in lexicon.all_phrases():
            self.size[family] = self.size.get(family, 0) + 0.2
        # Also made of patterns, though words alone bring them about (``family`` names only the words of the patterns).
        self.mixed = self.size.keys() & made.keys()
        self.doing = lexicon.numbers["ing"]
        self.size[self.doing] = 200.0
        self.families: dict[int, Key] = {}
        self.open: set[int] = set()
        self._known: dict[int, Key] = {}

    def _weight(self, word: str) -> float:
        return _COMMON_WEIGHT if word in self.common else 1.0

    def ranked(self, pattern: Pattern) -> list[int]:
        """The numbers of the elements of a pattern whose words are known, the rarest first."""
        steps = sorted({number for number, _ in pattern.steps}, key=self._rarity)
        return [one for place, one in enumerate(steps) if self._sure(one) and not (place and self._is_mixed(one))]

    def _rarity(self, number: int) -> float:
        return self.of(number)[0]

    def _sure(self, number: int) -> bool:
        return self.doing not in self.of(number)[2]

    def _is_mixed(self, number: int) -> bool:
        return any(family in self.mixed for family, _ in self.elements.items[number].families)

    def of(self, number: int) -> Key:
        """Every word and family that may make the element of this number stand in a message."""
        if number not in self._known:
            self._known[number] = self._element(self.elements.items[number])
        return self._known[number]

    def _element(self, item: Element) -> Key:
        weight = sum(map(self._weight, item.words))
        words, families = set(item.words), set[int]()
        for family, without in item.families:
            for other in without:
                self.family(other)
            size, some, more = self.family(family)
            weight += size
            words |= some
            families |= more
        return weight, frozenset(words), frozenset(families)

    def family(self, number: int) -> Key:
        """The keys of a family: itself, or those of the patterns it is made of, each by its rarest element."""
        rules = self.made.get(number)
        if rules is None:
            return self.size.get(number, 0.0), frozenset(), frozenset({number})
        if number not in self.families:
            if number in self.open:
                raise ValueError(f"family {self.names[number]} goes in a circle")
            self.open.add(number)
            keys = [
                min((self.of(one) for one, _ in pattern.steps), key=lambda key: key[0])
                for rule in rules
                for pattern in rule.patterns
            ]
            weight = sum(key[0] for key in keys)
            words = frozenset().union(*(key[1] for key in keys))
            self.families[number] = weight, words, frozenset[int]().union(*(key[2] for key in keys))
        return self.families[number]


def waking(rules: Iterable[Rule], keys: Keys, lexicon: Lexicon) -> Waking:
    """Files the patterns of these rules under the words of this lexicon."""
    made = Waking([(rule, pattern) for rule in rules for pattern in rule.patterns])
    width = len(made.owners)
    of_element: dict[int, int] = {}
    for i, (_, pattern) in enumerate(made.owners):
        steps = keys.ranked(pattern)
        for rank in range(3):
            bit = 1 << (i + rank * width)
            if rank < len(steps):
                of_element[steps[rank]] = of_element.get(steps[rank], 0) | bit
            else:
                made.spare |= bit
    of_family: dict[int, int] = {}
    for number, bits in of_element.items():
        _, words, families = keys.of(number)
        for word in words:
            made.ranks[word] = made.ranks.get(word, 0) | bits
        for family in families:
            of_family[family] = of_family.get(family, 0) | bits
    for word, tags in lexicon.words.items():
        for family in tags:
            made.ranks[word] = made.ranks.get(word, 0) | of_family.get(family, 0)
    for phrase, family in lexicon.all_phrases():
        if of_family.get(family):
            row = (frozenset(phrase), of_family[family])
            made.phrases.setdefault(_rarest(phrase, keys.common), []).append(row)
    return made


def _rarest(phrase: tuple[str, ...], common: frozenset[str]) -> str:
    """The word of a phrase that the fewest messages have: the longest that is not common."""
    return max(phrase, key=lambda word: (word not in common, len(word), word))
