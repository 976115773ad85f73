"""Reads ``rules/*.txt`` and applies them: what was found in a message, and where.

A rule file, by line: ``- name | only family`` opens idioms (their words count
for nothing, or not for these families), ``+ family`` a family made
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
    needs: str = ""
    unless: str = ""
    only: tuple[str, ...] = ()
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
                    self._silence(text, rule, text.spans(pattern))
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
        plain = [rule for rule in self.rules if not (rule.needs or rule.unless)]
        for rule in plain + [rule for rule in self.rules if rule.needs or rule.unless]:
            if (rule.needs and rule.needs not in found) or rule.unless in found:
                continue
            if rule.silent not in blocked:
                blocked[rule.silent] = _blocked(text, rule.silent)
            stop = blocked[rule.silent]
            for pattern in rule.patterns:
                if text.match(pattern, stop):
                    first, last = text.span(pattern, stop)
                    found.setdefault(rule.target, []).append(Hit(rule.name, rule.clause, first, last))
                    break
        return found

    def _silence(self, text: Text, rule: Rule, spans: list[tuple[int, int]]) -> None:
        keep = -1
        for first, last in spans:
            keep &= ~(((1 << (last - first + 1)) - 1) << first)
        keep |= text.masks[self.lexicon.numbers["kept_in_idioms"]]
        if rule.only:
            for name in rule.only:
                text.masks[self.lexicon.numbers[name]] &= keep
        else:
            text.masks = [mask & keep for mask in text.masks]
            text.at = {word: places & keep for word, places in text.at.items()}
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
                if rule.kind == "!":
                    text.masks[number] |= ((1 << (last - first + 1)) - 1) << first
                    continue
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


_STRANDS = {
    "race": "race_ethnicity",
    "religion": "religion_belief",
    "disability": "disability",
    "orientation": "sexual_orientation",
    "gender": "gender_identity",
    "sex": "sex",
    "age": "age",
}


def _header(line: str) -> Rule:
    head, *rest = (part.strip() for part in line[1:].split("|"))
    target, _, name = head.partition(" ")
    rule = Rule(line[0], target, name.strip() or target, "", ())
    for part in rest:
        if part.startswith("not "):
            rule.silent = tuple(part.split()[1:])
        elif part.startswith("with "):
            rule.needs = part[5:].strip()
        elif part.startswith("without "):
            rule.unless = part[8:].strip()
        elif part.startswith("only "):
            rule.only = tuple(part.split()[1:])
        else:
            rule.clause = part
    for guard in rule.silent:
        if guard not in guards.GUARDS:
            raise ValueError(f"rule {rule.name}: no guard {guard!r}")
    return rule


def _spread(rule: Rule, lines: list[str]) -> list[tuple[Rule, list[str]]]:
    """One rule for each strand that its target names."""
    label, _, value = rule.target.partition(":")
    if label not in ("strand", "id", "idself") or not (value == "*" or value in _STRANDS or "," in value):
        return [(rule, lines)]
    made = []
    for short in _STRANDS if value == "*" else value.split(","):
        target = f"{label}:{_STRANDS[short] if label == 'strand' else short}"
        needs = rule.needs.replace("*", short)
        one = Rule(rule.kind, target, f"{short}.{rule.name}", rule.clause, rule.silent, needs, rule.unless)
        made.append((one, [line.replace("_*}", f"_{short}}}") for line in lines]))
    return made


def _parts(*folders: str) -> list[tuple[Rule, list[str]]]:
    parts: list[tuple[Rule, list[str]]] = []
    for path in (path for folder in folders for path in sorted((_HERE / folder).glob("*.txt"))):
        for line in path.read_text(encoding="utf-8").splitlines():
            line = line.partition("#")[0].strip()
            if line[:2] in ("- ", "+ ", "! ", "= "):
                parts.append((_header(line), []))
            elif line:
                parts[-1][1].append(line)
    return [one for rule, lines in parts for one in _spread(rule, lines)]


def _book(*folders: str, timed: bool = False) -> RuleBook:
    words, elements = lexicon(), Elements()
    book = RuleBook(words, elements, [], [], [], timed)
    kinds = {"-": book.idioms, "+": book.families, "!": book.families, "=": book.rules}
    parts = _parts(*folders)
    for rule, _ in parts:
        if rule.kind in "+!":
            words.number(rule.target)
    for rule, lines in parts:
        for source in lines:
            try:
                rule.patterns += compile_pattern(source, words, elements)
            except ValueError as wrong:
                raise ValueError(f"rule {rule.name}: {source}: {wrong}") from wrong
        kinds[rule.kind].append(rule)
    book.families = _in_order(book.families, elements)
    return book


def _in_order(families: list[Rule], elements: Elements) -> list[Rule]:
    """Each made family after those it is made of. Raises ``ValueError`` where they go in a circle."""
    numbers = lexicon().numbers
    waiting = {rule.target for rule in families}
    uses: dict[str, set[str]] = {name: set() for name in waiting}
    by_number = {numbers[name]: name for name in waiting}
    for rule in families:
        for pattern in rule.patterns:
            for element, _ in pattern.steps:
                for family, without in elements.items[element].families:
                    uses[rule.target].update(by_number[one] for one in (family, *without) if one in by_number)
    order: list[Rule] = []
    done: set[str] = set()
    while len(done) < len(waiting):
        ready = {name for name in waiting if name not in done and uses[name] <= done}
        if not ready:
            raise ValueError(f"families in a circle: {sorted(waiting - done)}")
        order += [rule for rule in families if rule.target in ready]
        done |= ready
    return order


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
