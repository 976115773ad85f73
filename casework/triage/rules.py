"""Reads ``rules/*.txt`` and applies them: what was found in a message, and where.

A rule file, by line: ``- name`` opens idioms (their words count for nothing), ``+ family`` a family made
of patterns, ``= label:value rule_id | clause | not neg hypo`` a rule; the patterns follow, one a line.
``#`` starts a comment. Files are read in the order of their names; each idiom and family is applied before
what follows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from casework.triage import guards
from casework.triage.lexicon import Lexicon, lexicon
from casework.triage.patterns import Elements, Pattern, Text, compile_pattern

_HERE = Path(__file__).parent


@dataclass(slots=True)
class Rule:
    """Patterns that mean one thing, and the guards under which they do not."""

    kind: str
    target: str
    name: str
    clause: str
    silent: tuple[str, ...]
    patterns: list[Pattern] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired: its name, its clause, its first and last word."""

    rule: str
    clause: str
    first: int
    last: int


Found = dict[str, list[Hit]]


@dataclass(slots=True)
class RuleBook:
    """All rules of one purpose, with the lexicon they speak of."""

    lexicon: Lexicon
    elements: Elements
    idioms: list[Rule]
    families: list[Rule]
    rules: list[Rule]
    timed: bool = False

    def read(self, words: list[str]) -> Text:
        """The message tagged, idioms taken out, guards set, made families marked."""
        text = Text(words, self.lexicon, self.elements)
        for rule in self.idioms:
            for pattern in rule.patterns:
                if text.match(pattern):
                    self._silence(text, text.spans(pattern))
        guards.mark(text)
        if self.timed:
            guards.mark_time(text)
        for rule in self.families:
            self._mark(text, rule)
        return text

    def apply(self, text: Text) -> Found:
        """What was found, by ``label:value``."""
        found: Found = {}
        blocked: dict[tuple[str, ...], int] = {}
        for rule in self.rules:
            if rule.silent not in blocked:
                blocked[rule.silent] = _blocked(text, rule.silent)
            stop = blocked[rule.silent]
            for pattern in rule.patterns:
                if text.match(pattern, stop):
                    first, last = text.span(pattern, stop)
                    found.setdefault(rule.target, []).append(Hit(rule.name, rule.clause, first, last))
                    break
        return found

    def _silence(self, text: Text, spans: list[tuple[int, int]]) -> None:
        keep = -1
        for first, last in spans:
            keep &= ~(((1 << (last - first + 1)) - 1) << first)
        text.masks = [mask & keep for mask in text.masks]
        text.found.clear()

    def _mark(self, text: Text, rule: Rule) -> None:
        stop = _blocked(text, rule.silent)
        number = self.lexicon.numbers[rule.target]
        changed = False
        for pattern in rule.patterns:
            if not text.match(pattern, stop):
                continue
            changed = True
            for first, last in text.spans(pattern, stop):
                text.masks[number] |= 1 << first
                if last > first:
                    text.cont |= ((1 << (last - first)) - 1) << (first + 1)
        if changed:
            for element, item in enumerate(self.elements.items):
                if item.speaks_of(number):
                    text.found.pop(element, None)


def _blocked(text: Text, silent: tuple[str, ...]) -> int:
    mask = 0
    for guard in silent:
        mask |= text.blocked[guard]
    return mask


def _header(line: str) -> tuple[str, str, str, str, tuple[str, ...]]:
    head, *rest = (part.strip() for part in line[1:].split("|"))
    target, _, name = head.partition(" ")
    clause, silent = "", ()
    for part in rest:
        if part.startswith("not "):
            silent = tuple(part.split()[1:])
        else:
            clause = part
    return line[0], target, name.strip() or target, clause, silent


def _book(*folders: str, timed: bool = False) -> RuleBook:
    words, elements = lexicon(), Elements()
    book = RuleBook(words, elements, [], [], [], timed)
    kinds = {"-": book.idioms, "+": book.families, "=": book.rules}
    headers: list[tuple[Rule, list[str]]] = []
    for path in (path for folder in folders for path in sorted((_HERE / folder).glob("*.txt"))):
        for line in path.read_text(encoding="utf-8").splitlines():
            line = line.partition("#")[0].strip()
            if not line:
                continue
            if line[0] in kinds and line[1:2] == " ":
                rule = Rule(*_header(line))
                if rule.kind == "+":
                    words.number(rule.target)
                headers.append((rule, []))
            else:
                headers[-1][1].append(line)
    for rule, lines in headers:
        for source in lines:
            try:
                rule.patterns += compile_pattern(source, words, elements)
            except ValueError as wrong:
                raise ValueError(f"rule {rule.name}: {source}: {wrong}") from wrong
        for guard in rule.silent:
            if guard not in guards.GUARDS:
                raise ValueError(f"rule {rule.name}: no guard {guard!r}")
        kinds[rule.kind].append(rule)
    return book


@cache
def _books() -> tuple[RuleBook, RuleBook]:
    # Both at once: a rule's own words join the lexicon, and reading must not depend on which was asked for first.
    return _book("idioms", "rules"), _book("idioms", "danger", timed=True)


def account_rules() -> RuleBook:
    """The rules for accounts."""
    return _books()[0]


def screening_rules() -> RuleBook:
    """The rules for the danger screening."""
    return _books()[1]
