"""Takes from the rule book what tells of danger, and files each pattern under the words that may bring it about."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from casework.triage.dangerbook import LABELS, ORDER, DangerBook
from casework.triage.lexicon import Lexicon
from casework.triage.patterns import Pattern
from casework.triage.rulefile import Rule
from casework.triage.rules import RuleBook, rule_book
from casework.triage.waking import Keys, waking

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
    families = [rule for number, all_ in book.made.items() if number in used.families for rule in all_]
    keys = Keys(book.lexicon, book.elements, book.made)
    made.waking = waking([*idioms, *families, *rules], keys, made.lexicon)
    made.words_of = {number: frozenset(book.elements.items[number].words) for number in used.elements}
    for pattern in (pattern for rule in rules for pattern in rule.patterns):
        alone = book.elements.items[pattern.steps[0][0]].families
        if len(pattern.steps) == 1 and len(alone) == 1 and not made.words_of[pattern.steps[0][0]]:
            family, without = alone[0]
            if family in book.made and not without:
                made.whole[pattern.number] = family
    made.telling = made.waking.bits(frozenset(_telling(made, rules)))
    literal = {word for number in used.elements for word in book.elements.items[number].words}
    made.known_words = frozenset(literal | set(made.lexicon.words) | set(made.lexicon.phrases) | set(_ASKED_WORDS))
    made.anchors = _anchors(made, made.waking.bits(telling.keys()))
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


def _telling(made: DangerBook, rules: list[Rule]) -> Iterable[int]:
    """The patterns of the rules, and those of a family that is a rule's whole pattern or its first part."""
    for pattern in (pattern for rule in rules for pattern in rule.patterns):
        inner = made.made.get(made.whole.get(pattern.number, -1))
        if inner is None and len(pattern.steps) == 1:
            families = made.elements.items[pattern.steps[0][0]].families
            inner = [rule for family, _ in families for rule in made.made.get(family, ())]
        if not inner or len(pattern.steps) > 1:
            yield pattern.number
        yield from (one.number for rule in inner or () for one in rule.patterns)


def _anchors(made: DangerBook, telling: int) -> frozenset[str]:
    """Words without one of which no rule of danger fires."""
    waking = made.waking
    words = {word for word, ranks in waking.ranks.items() if ranks & telling}
    words |= {word for word, rows in waking.phrases.items() if any(ranks & telling for _, ranks in rows)}
    judged = {made.lexicon.numbers[name] for name in _JUDGED}
    words |= {word for word, tags in made.lexicon.words.items() if not judged.isdisjoint(tags)}
    return frozenset(words | {phrase[0] for phrase, family in made.lexicon.all_phrases() if family in judged})
