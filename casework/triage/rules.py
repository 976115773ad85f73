"""The rule book: all tables compiled, and applied to a message, which wakes only the patterns that it could match."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from casework.triage.guards import blocked
from casework.triage.lexicon import Lexicon, lexicon
from casework.triage.patterns import Elements, compile_pattern
from casework.triage.rulefile import Rule, written_rules
from casework.triage.text import Text
from casework.triage.waking import Keys, Owned, Waking, waking


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired: its name, its clause, its first and last word; or the characters, where no words are."""

    rule: str
    clause: str
    first: int
    last: int
    span: tuple[int, int] | None = None


Found = dict[str, list[Hit]]


@dataclass(slots=True)
class RuleBook:
    """All rules, with the lexicon they speak of."""

    lexicon: Lexicon
    elements: Elements
    idioms: list[Rule] = field(default_factory=list)
    made: dict[int, list[Rule]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    waking: Waking = field(default_factory=Waking)

    def read(self, words: list[str]) -> Text:
        """The message tagged, with the words of idioms taken out."""
        text = Text(words, self.lexicon, self.elements)
        self._wake(text, self.waking.awake(set(text.at)))
        return text

    def _wake(self, text: Text, awake: int) -> None:
        """Gives the message the patterns that it may hold, and takes the words of idioms out."""
        numbers = self.lexicon.numbers
        idioms: list[Owned] = []
        for owned in self.waking.woken(awake):
            kind = owned[0].kind
            if kind == "=":
                text.rules.append(owned)
            elif kind == "-":
                idioms.append(owned)
            else:
                text.made.setdefault(numbers[owned[0].target], []).append(owned)
        text.make = self._make
        for rule, pattern in idioms:
            if text.match(pattern):
                self._silence(text, rule, text.spans(pattern))

    def apply(self, text: Text, labels: frozenset[str]) -> Found:
        """What was found of these labels, by ``label:value``: the first match of each rule."""
        found: Found = {}
        done: Rule | None = None
        for rule, pattern in text.rules:
            if rule is done or rule.label not in labels:
                continue
            if (rule.needs and rule.needs not in found) or rule.unless in found:
                continue
            stop = blocked(text, rule.silent)
            if text.match(pattern, stop):
                first, last = text.spans(pattern, stop)[0]
                found.setdefault(rule.target, []).append(Hit(rule.name, rule.clause, first, last))
                done = rule
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
        for rule, pattern in text.made[number]:
            stop = blocked(text, rule.silent)
            if len(pattern.steps) == 1:
                here, more = text.places(pattern.steps[0][0])
                if not more:  # single words, most often: each a match by itself
                    mask |= here & ~stop
                    continue
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
    book.waking = waking([*book.idioms, *made, *book.rules], Keys(book.lexicon, book.elements, book.made), book.lexicon)
    for number, (_, pattern) in enumerate(book.waking.owners):
        pattern.number = number
    return book
