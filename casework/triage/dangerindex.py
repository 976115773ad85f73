"""Takes from the rule book what tells of danger, and files each pattern under the words that may bring it about."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from casework.triage.dangerbook import LABELS, ORDER, DangerBook
from casework.triage.lexicon import Lexicon
from casework.triage.patterns import Elements, Pattern
from casework.triage.rulefile import Rule
from casework.triage.rules import RuleBook, _Keys, rule_book

# Families that the judgement itself asks for by name; a guard's, too.
_JUDGED = ("small_help", "fire_word", "cry_abroad", "danger_abroad")
_ASKED = (
    *_JUDGED, "now_abroad", "past_abroad", "told_past", "filler", "ing", "kept_in_idioms", "past_word", "just_ago",
    "habit_word", "now_sign", "negator", "pseudo_negation", "thought_end", "them_noun", "supposing", "supposing_end",
    "greeting", "topic_question", "self_word", "pronoun_agent", "what_if", "happened_to_me", "panic_word", "denial",
    "gone_sign", "gone_not", "out_sign", "out_not", "well_sign", "well_not", "innocent_sign", "in_earnest",
    "cause_sign", "cause_not", "later_word", "speaks_of_it", "other_thought", "topic_case", "suppose_word",
    "purpose_sign", "purpose_not", "made_up_sign",
)  # fmt: skip
_ASKED_WORDS = ("if", "unless", "before", "but", "and", "now", "what", ",", "'", '"')


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
    rules = sorted((rule for rule in book.rules if rule.label in LABELS), key=lambda rule: ORDER.index(rule.label))
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
