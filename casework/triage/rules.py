"""The rule book: all tables compiled, and applied to a message.

Each pattern is filed under its rarest element, so that a message wakes only the patterns it could match.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from casework.triage.guards import blocked
from casework.triage.lexicon import Lexicon, lexicon
from casework.triage.patterns import Element, Elements, Pattern, compile_pattern
from casework.triage.rulefile import Rule, written_rules
from casework.triage.text import Text

# Words so common that an element with one of them says little about a message.
_COMMON = ("filler", "self_word", "pronoun_agent", "be", "have")
_COMMON_WORDS = frozenset(
    ["to", "2", "in", "on", "and", "at", "of", "for", "it", "out", "up", "with", "that", "this", "so", "my", "the", "a"]
)
_COMMON_WEIGHT = 12.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired: its name, its clause, its first and last word; or the characters, where no words are."""

    rule: str
    clause: str
    first: int
    last: int
    span: tuple[int, int] | None = None


Found = dict[str, list[Hit]]
Keys = tuple[float, frozenset[str], frozenset[int]]


@dataclass(slots=True)
class RuleBook:
    """All rules, with the lexicon they speak of."""

    lexicon: Lexicon
    elements: Elements
    idioms: list[Rule] = field(default_factory=list)
    made: dict[int, list[Rule]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    by_word: dict[str, tuple[int, ...]] = field(default_factory=dict)
    by_family: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def read(self, words: list[str]) -> Text:
        """The message tagged, with the words of idioms taken out."""
        text = Text(words, self.lexicon, self.elements)
        live = text.live
        for word in text.at:
            live.update(self.by_word.get(word, ()))
        for family in text.masks:
            live.update(self.by_family.get(family, ()))
        text.make = self._make
        for rule in self.idioms:
            for pattern in rule.patterns:
                if pattern.number in live and text.match(pattern):
                    self._silence(text, rule, text.spans(pattern))
        return text

    def apply(self, text: Text, labels: frozenset[str]) -> Found:
        """What was found of these labels, by ``label:value``."""
        found: Found = {}
        live = text.live
        for rule in self.rules:
            if rule.label not in labels:
                continue
            if (rule.needs and rule.needs not in found) or rule.unless in found:
                continue
            for pattern in rule.patterns:
                if pattern.number not in live:
                    continue
                stop = blocked(text, rule.silent)
                if text.match(pattern, stop):
                    first, last = text.spans(pattern, stop)[0]
                    found.setdefault(rule.target, []).append(Hit(rule.name, rule.clause, first, last))
                    break
        return found

    def _silence(self, text: Text, rule: Rule, spans: list[tuple[int, int]]) -> None:
        keep = -1
        for first, last in spans:
            keep &= ~(((1 << (last - first + 1)) - 1) << first)
        keep |= text.named("kept_in_idioms")
        if rule.only:
            for name in rule.only:
                number = self.lexicon.numbers[name]
                text.masks[number] = text.masks.get(number, 0) & keep
        else:
            text.masks = {family: mask & keep for family, mask in text.masks.items()}
            text.at = {word: places & keep for word, places in text.at.items()}
        text.found.clear()

    def _make(self, text: Text, number: int) -> None:
        mask = cont = 0
        for rule in self.made.get(number, ()):
            for pattern in rule.patterns:
                if pattern.number not in text.live:
                    continue
                stop = blocked(text, rule.silent)
                if not text.match(pattern, stop):
                    continue
                for first, last in text.spans(pattern, stop):
                    if rule.kind == "!":
                        mask |= ((1 << (last - first + 1)) - 1) << first
                        continue
                    mask |= 1 << first
                    cont |= ((1 << (last - first)) - 1) << (first + 1)
        text.masks[number] = mask
        text.conts[number] = cont


@cache
def common_words(words: Lexicon) -> frozenset[str]:
    """Words that are in nearly every message."""
    common = {words.numbers[name] for name in _COMMON}
    return _COMMON_WORDS | {word for word, tags in words.words.items() if common.intersection(tags)}


class _Keys:
    """Chooses for each pattern the element that wakes it."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        words = book.lexicon.words
        self.common = common_words(book.lexicon)
        self.size: dict[int, float] = {}
        for word, tags in words.items():
            for family in tags:
                self.size[family] = self.size.get(family, 0) + self._weight(word)
        for _, family in book.lexicon.all_phrases():
            self.size[family] = self.size.get(family, 0) + 0.2
        self.size[book.lexicon.numbers["ing"]] = 200.0
        self.families: dict[int, Keys] = {}
        self.open: set[int] = set()

    def _weight(self, word: str) -> float:
        return _COMMON_WEIGHT if word in self.common else 1.0

    def pattern(self, pattern: Pattern) -> Keys:
        """The keys of a pattern: those of its lightest element."""
        return min((self.element(self.book.elements.items[number]) for number, _ in pattern.steps), key=_first)

    def element(self, item: Element) -> Keys:
        """Every word and family that may make this element stand in a message."""
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

    def family(self, number: int) -> Keys:
        """The keys of a family: itself, or those of the patterns it is made of."""
        rules = self.book.made.get(number)
        if rules is None:
            return self.size.get(number, 0.0), frozenset(), frozenset({number})
        if number not in self.families:
            if number in self.open:
                raise ValueError(f"family {self.book.lexicon.names[number]} goes in a circle")
            self.open.add(number)
            keys = [self.pattern(pattern) for rule in rules for pattern in rule.patterns]
            weight = sum(key[0] for key in keys)
            words = frozenset().union(*(key[1] for key in keys))
            self.families[number] = weight, words, frozenset[int]().union(*(key[2] for key in keys))
        return self.families[number]


def _first(keys: Keys) -> float:
    return keys[0]


def _index(book: RuleBook, patterns: Iterable[Pattern]) -> None:
    keys = _Keys(book)
    words: dict[str, list[int]] = {}
    families: dict[int, list[int]] = {}
    for number, pattern in enumerate(patterns):
        pattern.number = number
        _, some, more = keys.pattern(pattern)
        for word in some:
            words.setdefault(word, []).append(number)
        for family in more:
            families.setdefault(family, []).append(number)
    book.by_word = {word: tuple(numbers) for word, numbers in words.items()}
    book.by_family = {family: tuple(numbers) for family, numbers in families.items()}


@cache
def rule_book() -> RuleBook:
    """All tables, read and compiled on first use. Raises ``ValueError`` naming the rule that is wrong."""
    book = RuleBook(lexicon(), Elements())
    parts = written_rules()
    for rule, _ in parts:
        if rule.kind in "+!":
            book.made.setdefault(book.lexicon.number(rule.target), []).append(rule)
    for rule, lines in parts:
        for source in lines:
            try:
                rule.patterns += compile_pattern(source, book.lexicon, book.elements)
            except ValueError as wrong:
                raise ValueError(f"rule {rule.name}: {source}: {wrong}") from wrong
        if rule.kind == "-":
            book.idioms.append(rule)
        elif rule.kind == "=":
            book.rules.append(rule)
    # Rules that ask for other findings come after those that find them.
    book.rules.sort(key=lambda rule: bool(rule.needs or rule.unless))
    made = [rule for rules in book.made.values() for rule in rules]
    _index(book, [pattern for rule in (*book.idioms, *made, *book.rules) for pattern in rule.patterns])
    return book
