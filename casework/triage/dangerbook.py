"""The part of the tables that tells of danger, made quick: the screening must answer within a millisecond.

It finds the same as the whole rule book. It leaves out every family that no danger rule uses, and drops at once each
pattern that needs a word which the message has not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, reduce
from itertools import repeat
from operator import or_

from casework.triage.guards import blocked
from casework.triage.lexicon import Lexicon
from casework.triage.patterns import Elements, Pattern
from casework.triage.rulefile import Rule
from casework.triage.rules import Found, Hit, RuleBook, _Keys, rule_book
from casework.triage.text import Text
from casework.triage.words import SIGNS, STOPS, plain

# In this order: what settles most comes first.
_ORDER = ("now", "live", "sure", "likely", "near", "weak", "sign", "doubt")
_SETTLING = frozenset({"now", "sure", "likely"})
LABELS = frozenset(_ORDER)
# Families that the judgement itself asks for by name; a guard's, too.
_JUDGED = ("small_help", "fire_word", "cry_abroad", "danger_abroad")
_ASKED = (
    *_JUDGED, "now_abroad", "past_abroad", "told_past", "filler", "ing", "kept_in_idioms", "past_word", "just_ago",
    "habit_word", "now_sign", "negator", "pseudo_negation", "thought_end", "them_noun", "supposing", "supposing_end",
    "greeting", "topic_question", "self_word", "pronoun_agent", "what_if", "happened_to_me", "panic_word", "denial",
    "gone_sign", "gone_not", "out_sign", "out_not", "well_sign", "well_not", "innocent_sign", "in_earnest",
    "cause_sign", "cause_not", "later_word", "speaks_of_it", "other_thought",
)  # fmt: skip
_ASKED_WORDS = ("if", "unless", "before", "but", "and", "now", ",", "'", '"')
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
# A message of so few words is read as a whole.
_SHORT = 80


class Message(Text):
    """A message of which only the words that some danger rule knows are tagged."""

    __slots__ = ("ranges",)

    def __init__(self, words: list[str], book: DangerBook, ranges: list[tuple[int, int]]) -> None:
        self.ranges = ranges
        super().__init__(words, book.lexicon, book.elements)

    def _words_at(self, number: int) -> int:
        mask, at = 0, self.at
        for word in danger_book().words_of[number] & at.keys():
            mask |= at[word]
        return mask

    def _note_words(self) -> list[int]:
        known, phrases = danger_book().known_words, self.lexicon.phrases
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
    """The danger rules with what they use. Patterns are bits; ``numbers`` leads back to the patterns.

    ``ranks`` holds for each word the patterns whose rarest element it may bring about, then those for which it is the
    second rarest, then the third (``phrases`` the same, with the words of the phrase); ``spare``, for patterns of fewer
    elements, those ranks that none must fill.
    """

    anchors: frozenset[str] = frozenset()
    known_words: frozenset[str] = frozenset()
    numbers: list[int] = field(default_factory=list)
    ranks: dict[str, int] = field(default_factory=dict)
    phrases: dict[str, list[tuple[frozenset[str], int]]] = field(default_factory=dict)
    spare: int = 0
    telling: int = 0
    whole: dict[int, list[Rule]] = field(default_factory=dict)
    words_of: dict[int, frozenset[str]] = field(default_factory=dict)

    def read(self, words: list[str]) -> Text:
        """The message tagged, with the words of idioms taken out; of a long one, only the sentences that may tell."""
        if len(words) > _SHORT:
            ranges, awake = self._may_tell(words)
        else:
            ranges, awake = [(0, len(words))], self._awake(set(words))
        text = Message(words, self, ranges)
        text.live = self._numbers(awake)
        text.make = self._make
        for rule in self.idioms:
            for pattern in rule.patterns:
                if pattern.number in text.live and text.match(pattern):
                    self._silence(text, rule, text.spans(pattern))
        return text

    def _awake(self, here: set[str]) -> int:
        """The patterns (bits) whose three rarest elements these words may bring about."""
        ranks = reduce(or_, map(self.ranks.get, here, repeat(0)), self.spare)
        for word in here & self.phrases.keys():
            for needed, bits in self.phrases[word]:
                if needed <= here:
                    ranks |= bits
        width = len(self.numbers)
        return ranks & (ranks >> width) & (ranks >> 2 * width) & ((1 << width) - 1)

    def _numbers(self, awake: int) -> set[int]:
        live: set[int] = set()
        while awake:
            low = awake & -awake
            awake ^= low
            live.add(self.numbers[low.bit_length() - 1])
        return live

    def _may_tell(self, words: list[str]) -> tuple[list[tuple[int, int]], int]:
        """The sentences in which all that some danger rule needs stands together, and what is awake in them."""
        ranges: list[tuple[int, int]] = []
        start = live = 0
        stops = [i for i, word in enumerate(words) if word[0] in STOPS]
        for end in [*stops, len(words) - 1]:
            awake = self._awake(set(words[start : end + 1]))
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
        over = False
        for rule in self.rules:
            if rule.label not in labels or (over and rule.label != "sign"):
                continue
            for pattern in rule.patterns:
                if pattern.number not in text.live:
                    continue
                stop = blocked(text, rule.silent)
                hit = self._first(text, rule, pattern, stop)
                if hit is not None:
                    found.setdefault(rule.target, []).append(hit)
                    over = over or (settled is not None and rule.label in _SETTLING and settled(found))
                    break
        return found

    def _first(self, text: Text, rule: Rule, pattern: Pattern, stop: int) -> Hit | None:
        inner = self.whole.get(pattern.number)
        if inner is None:
            if not text.match(pattern, stop):
                return None
            first, last = text.spans(pattern, stop)[0]
            return Hit(rule.name, rule.clause, first, last)
        # The pattern is one family made of patterns: the first of them is enough.
        for made in inner:
            within = blocked(text, made.silent)
            for one in made.patterns:
                if one.number in text.live and text.match(one, within):
                    for first, last in text.spans(one, within):
                        if not stop >> first & 1:
                            return Hit(rule.name, rule.clause, first, last)
        return None

    def _make(self, text: Text, number: int) -> None:
        mask = cont = 0
        for rule in self.made.get(number, ()):
            traps = rule.kind == "!"
            for pattern in rule.patterns:
                if pattern.number not in text.live:
                    continue
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


class _Used:
    """Gathers the families, elements and patterns that some rules use, and those that these use in turn."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.families = {book.lexicon.numbers[name] for name in _ASKED}
        self.elements: set[int] = set()
        self.patterns: dict[int, Pattern] = {}
        for family in tuple(self.families):
            self.take(book.made.get(family, ()))

    def take(self, rules: Iterable[Rule]) -> None:
        """Takes in all that these rules use."""
        for pattern in (pattern for rule in rules for pattern in rule.patterns):
            if pattern.number in self.patterns:
                continue
            self.patterns[pattern.number] = pattern
            for number, _ in pattern.steps:
                self.elements.add(number)
                for family, without in self.book.elements.items[number].families:
                    for one in (family, *without):
                        self.families.add(one)
                        self.take(self.book.made.get(one, ()))


@cache
def danger_book() -> DangerBook:
    """The danger rules, taken from the whole book on first use."""
    book = rule_book()
    rules = sorted((rule for rule in book.rules if rule.label in LABELS), key=lambda rule: _ORDER.index(rule.label))
    used = _Used(book)
    used.take(rules)
    numbers = book.lexicon.numbers
    idioms = [r for r in book.idioms if not r.only or any(numbers[name] in used.families for name in r.only)]
    telling = dict(used.patterns)
    used.take(idioms)
    made = DangerBook(_small(book.lexicon, used.families), book.elements, idioms, book.made, rules)
    made.words_of = {number: frozenset(book.elements.items[number].words) for number in used.elements}
    for pattern in (pattern for rule in rules for pattern in rule.patterns):
        families = book.elements.items[pattern.steps[0][0]].families
        if len(pattern.steps) == 1 and len(families) == 1 and not made.words_of[pattern.steps[0][0]]:
            family, without = families[0]
            if family in book.made and not without:
                made.whole[pattern.number] = book.made[family]
    _index_ranks(made, book.elements, used, rules)
    literal = {word for number in used.elements for word in book.elements.items[number].words}
    made.known_words = frozenset(literal | set(made.lexicon.words) | set(made.lexicon.phrases) | set(_ASKED_WORDS))
    made.anchors = _anchors(made, telling)
    return made


def _small(full: Lexicon, families: set[int]) -> Lexicon:
    """The lexicon with these families alone."""
    small = Lexicon(full.names, full.numbers, known=full.known, starred=full.starred, misspelt=full.misspelt)
    for word, tags in full.words.items():
        kept = tuple(family for family in tags if family in families)
        if kept:
            small.words[word] = kept
    for (first, *rest), family in full.all_phrases():
        if family in families:
            small.add_phrase(first, rest, family)
    return small


def _index_ranks(made: DangerBook, elements: Elements, used: _Used, rules: list[Rule]) -> None:
    """For each word, the patterns whose rarest, second and third rarest element it may bring about."""
    full = _Keys(rule_book())
    doing = made.lexicon.numbers["ing"]
    keys = {number: full.element(elements.items[number]) for number in used.elements}
    sure = [number for number in sorted(used.elements) if doing not in keys[number][2]]
    of_element = dict.fromkeys(sure, 0)
    made.numbers = sorted(used.patterns)
    width = len(made.numbers)
    for i, number in enumerate(made.numbers):
        steps = sorted(
            {one for one, _ in used.patterns[number].steps if one in of_element}, key=lambda one: keys[one][0]
        )
        for rank in range(3):
            if rank < len(steps):
                of_element[steps[rank]] |= 1 << (i + rank * width)
            else:
                made.spare |= 1 << (i + rank * width)
    of_family: dict[int, int] = {}
    for number in sure:
        _, words, families = keys[number]
        for word in words:
            made.ranks[word] = made.ranks.get(word, 0) | of_element[number]
        for family in families:
            of_family[family] = of_family.get(family, 0) | of_element[number]
    for word, tags in made.lexicon.words.items():
        for family in tags:
            made.ranks[word] = made.ranks.get(word, 0) | of_family.get(family, 0)
    for phrase, family in made.lexicon.all_phrases():
        if of_family.get(family):
            row = (frozenset(phrase), of_family[family])
            made.phrases.setdefault(_rarest(phrase, full.common), []).append(row)
    telling = frozenset(_telling(made, rules))
    made.telling = sum(1 << i for i, number in enumerate(made.numbers) if number in telling)


def _telling(made: DangerBook, rules: list[Rule]) -> Iterable[int]:
    """The patterns of the rules, and those of a family that is a rule's whole pattern or its first part."""
    for pattern in (pattern for rule in rules for pattern in rule.patterns):
        inner = made.whole.get(pattern.number)
        if inner is None and len(pattern.steps) == 1:
            families = made.elements.items[pattern.steps[0][0]].families
            inner = [rule for family, _ in families for rule in made.made.get(family, ())]
        if not inner or len(pattern.steps) > 1:
            yield pattern.number
        yield from (one.number for rule in inner or () for one in rule.patterns)


def _rarest(phrase: tuple[str, ...], common: frozenset[str]) -> str:
    """The word of a phrase that the fewest messages have: the longest that is not common."""
    return max(phrase, key=lambda word: (word not in common, len(word), word))


def _anchors(made: DangerBook, telling: dict[int, Pattern]) -> frozenset[str]:
    """Words without one of which no rule of danger fires."""
    bits = sum(1 << i for i, number in enumerate(made.numbers) if number in telling)
    words = {word for word, ranks in made.ranks.items() if ranks & bits}
    words |= {word for word, rows in made.phrases.items() if any(ranks & bits for _, ranks in rows)}
    judged = {made.lexicon.numbers[name] for name in _JUDGED}
    words |= {word for word, tags in made.lexicon.words.items() if not judged.isdisjoint(tags)}
    return frozenset(words | {phrase[0] for phrase, family in made.lexicon.all_phrases() if family in judged})


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
    lexicon = danger_book().lexicon
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
