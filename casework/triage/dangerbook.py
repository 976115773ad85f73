"""The part of the tables that tells of danger, made quick: the screening must answer within a millisecond.

It finds the same as the whole rule book. It leaves out every family that no danger rule uses, and drops at once each
pattern that needs a word which the message has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from casework.triage.guards import blocked
from casework.triage.lexicon import Lexicon
from casework.triage.patterns import Elements, Pattern
from casework.triage.rulefile import Rule
from casework.triage.rules import Found, Hit, RuleBook, rule_book
from casework.triage.text import Text
from casework.triage.words import plain, split_fast

LABELS = frozenset({"now", "sure", "likely", "weak", "live", "near", "sign", "doubt"})
# Families that the judgement itself asks for by name; a guard's, too.
_JUDGED = ("small_help", "fire_word", "cry_abroad", "danger_abroad")
_ASKED = (
    *_JUDGED, "now_abroad", "told_past", "filler", "ing", "kept_in_idioms", "past_word", "just_ago", "habit_word",
    "now_sign", "negator", "pseudo_negation", "thought_end", "them_noun", "supposing", "supposing_end", "greeting",
    "topic_question", "self_word", "pronoun_agent", "what_if", "happened_to_me", "panic_word", "denial",
)  # fmt: skip
_ASKED_WORDS = ("if", "unless", "before", ",", "'", '"')
_DISGUISE = re.compile(r"[*@$#+]")
_GAPS = [(sign, f" {sign} ") for sign in ".!?;\n\r"] + [(sign, " , ") for sign in ",:()"] + [("-", " "), ("/", " , ")]
_QUOTES = re.compile(r"(?<![a-z0-9])'|'(?![a-z0-9])")
# So many words that no dictionary knows are looked at for a disguise; beyond that nobody is writing.
_MOST_ODD = 150


class Message(Text):
    """A message of which only the words that some danger rule knows are tagged."""

    __slots__ = ()

    def _tag(self) -> None:
        book = danger_book()
        known, phrases, tags = book.known_words, self.lexicon.phrases, self.lexicon.words
        at: dict[str, int] = self.at
        starts: list[int] = []
        words = self.words
        last = self.size - 1
        for i, word in enumerate(words):
            if word in known:
                at[word] = at.get(word, 0) | 1 << i
                if word in phrases and i < last and words[i + 1] in phrases[word]:
                    starts.append(i)
            elif word[0] in ".?!;\n\r…" or not word.isascii():
                at[word] = at.get(word, 0) | 1 << i
        masks, conts = self.masks, self.conts
        doing = self.lexicon.numbers["ing"]
        for word, places in at.items():
            for family in tags.get(word, ()):
                masks[family] = masks.get(family, 0) | places
            if word[0] in ".?!;\n\r…":
                self.hard |= places
            elif word.endswith("ing") and len(word) > 4:
                masks[doing] = masks.get(doing, 0) | places
        for i in starts:
            for rest, family in phrases[words[i]][words[i + 1]]:
                size = len(rest) + 1
                if size == 1 or tuple(words[i + 2 : i + 1 + size]) == rest:
                    masks[family] = masks.get(family, 0) | 1 << i
                    conts[family] = conts.get(family, 0) | ((1 << size) - 1) << (i + 1)


class DangerBook(RuleBook):
    """The danger rules with what they use; ``needs`` the elements that a pattern cannot do without, as bits."""

    __slots__ = ("anchors", "by_element", "element_of_family", "element_of_word", "known_words", "needs")

    def read(self, words: list[str]) -> Text:
        """The message tagged, with the words of idioms taken out."""
        text = Message(words, self.lexicon, self.elements)
        live, present = set[int](), 0
        for word in text.at:
            live.update(self.by_word.get(word, ()))
            present |= self.element_of_word.get(word, 0)
        for family in text.masks:
            live.update(self.by_family.get(family, ()))
            present |= self.element_of_family.get(family, 0)
        needs = self.needs
        text.live = {number for number in live if needs[number] & present == needs[number]}
        text.make = self._make
        for rule in self.idioms:
            for pattern in rule.patterns:
                if pattern.number in text.live and text.match(pattern):
                    self._silence(text, rule, text.spans(pattern))
        return text

    def apply(self, text: Text, labels: frozenset[str] = LABELS) -> Found:
        """The first match of each danger rule."""
        found: Found = {}
        for rule in self.rules:
            for pattern in rule.patterns:
                if pattern.number not in text.live:
                    continue
                stop = blocked(text, rule.silent)
                hit = self._first(text, rule, pattern, stop)
                if hit is not None:
                    found.setdefault(rule.target, []).append(hit)
                    break
        return found

    def _first(self, text: Text, rule: Rule, pattern: Pattern, stop: int) -> Hit | None:
        if not text.match(pattern, stop):
            return None
        first, last = text.spans(pattern, stop)[0]
        return Hit(rule.name, rule.clause, first, last)


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
    rules = [rule for rule in book.rules if rule.label in LABELS]
    used = _Used(book)
    used.take(rules)
    numbers = book.lexicon.numbers
    idioms = [r for r in book.idioms if not r.only or any(numbers[name] in used.families for name in r.only)]
    telling = dict(used.patterns)
    used.take(idioms)
    made = DangerBook(_small(book.lexicon, used.families), book.elements, idioms, book.made, rules)
    made.by_word = {w: kept for w, n in book.by_word.items() if (kept := tuple(x for x in n if x in used.patterns))}
    made.by_family = {f: kept for f, n in book.by_family.items() if (kept := tuple(x for x in n if x in used.patterns))}
    _index_needs(made, book.elements, used)
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


def _index_needs(made: DangerBook, elements: Elements, used: _Used) -> None:
    """Which elements each pattern needs, and which words and families bring an element about."""
    made.element_of_word, made.element_of_family, made.needs = {}, {}, {}
    bits: dict[int, int] = {}
    doing = made.lexicon.numbers["ing"]
    for number in sorted(used.elements):
        item = elements.items[number]
        families = [family for family, _ in item.families]
        if doing in families or any(family in made.made for family in families):
            continue  # whether it stands, only its patterns tell
        bits[number] = bit = 1 << len(bits)
        for word in item.words:
            made.element_of_word[word] = made.element_of_word.get(word, 0) | bit
        for family in families:
            made.element_of_family[family] = made.element_of_family.get(family, 0) | bit
    for number, pattern in used.patterns.items():
        made.needs[number] = 0
        for element, _ in pattern.steps:
            made.needs[number] |= bits.get(element, 0)


def _anchors(made: DangerBook, telling: dict[int, Pattern]) -> frozenset[str]:
    """Words without one of which no rule of danger fires."""
    words = {word for word, numbers in made.by_word.items() if not telling.keys().isdisjoint(numbers)}
    families = {one for one, numbers in made.by_family.items() if not telling.keys().isdisjoint(numbers)}
    families |= {made.lexicon.numbers[name] for name in _JUDGED}
    words |= {word for word, tags in made.lexicon.words.items() if not families.isdisjoint(tags)}
    return frozenset(words | {phrase[0] for phrase, family in made.lexicon.all_phrases() if family in families})


def read_words(text: str) -> list[str]:
    """The words of a message as the lexicon reads them; quickly, where nothing is disguised."""
    lexicon = danger_book().lexicon
    low = text.lower() if text.isascii() else plain(text)[0]
    if low.isascii() and not _DISGUISE.search(low):
        for sign, gap in _GAPS:
            if sign in low:
                low = low.replace(sign, gap)
        low = low.replace('"', ' " ')
        if "'" in low:
            low = _QUOTES.sub(" ' ", low)
        words = low.split()
    else:
        words = split_fast(low)
    reading: dict[str, str] = {}
    odd = 0
    for word in set(words).difference(lexicon.known):
        if word in lexicon.misspelt:
            reading[word] = lexicon.misspelt[word]
        elif "*" in word or "#" in word:
            reading[word] = "fucking"  # what hides behind stars is a curse: it fills, and tells of no danger
        elif odd < _MOST_ODD and (not word.isalpha() or word.endswith("in") or len(word) > 3):
            odd += 1
            reading[word] = lexicon.read(word)
    return [reading.get(word, word) for word in words] if reading else words
