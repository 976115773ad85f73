"""Accounts in eight other languages: what they tell, by tables of stems and one table of combinations.

They yield what the rules for English yield, so that an account in Polish is labelled, explained and screened as an
English one is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from casework.triage.abroad.signs import signs
from casework.triage.abroad.tables import LANGUAGES, LONGEST, Place, Places, places, read_tokens
from casework.triage.labels import STRANDS
from casework.triage.languages import ENGLISH, foreign
from casework.triage.words import split

__all__ = ["LANGUAGES", "PLAINLY_ENGLISH", "Abroad", "Sign", "read_abroad"]

_OWN = {name: code for code, name in LANGUAGES.items()}
_OWN["Russian"] = "uk"
_ARABIC, _CYRILLIC, _HAN = (re.compile(signs) for signs in ("[\u0600-\u06ff]", "[\u0400-\u04ff]", "[\u4e00-\u9fff]"))
_MARKED = re.compile("[ąćęłńóśźżăâîșțşţãõçáéíêôà]")
# Letters of one of the three: they settle between two that know as many of the words.
_LETTERS = {"pl": re.compile("[ąćęłńśźż]"), "ro": re.compile("[ăîșțşţ]"), "pt": re.compile("[ãõçáéíêôà]")}
_KURDISH, _PERSIAN = re.compile("[ڕڵێۆە]"), re.compile("[پچژگکی]")
# Words of English that are none of Polish, Romanian or Portuguese.
PLAINLY_ENGLISH = ENGLISH - frozenset(
    ["a", "i", "as", "do", "to", "no", "me", "on", "are", "so", "we", "or", "in", "it", "for", "be", "am", "my", "at"]
    + ["if", "were", "all", "he", "with"]
)
# So many words apart concepts speak of one thing; Chinese counts characters.
_NEAR, _NEAR_HAN = 8, 14
# A message of so few words says its danger in passing: it is told while it happens. Chinese counts characters.
_BRIEF, _BRIEF_HAN = 7, 14
# A longer message is screened by its beginning, its end and what stands around words of danger.
_WHOLE, _START, _END, _AROUND, _MOST = 1200, 500, 300, 90, 4
_SHORT = {
    "race_ethnicity": "race", "religion_belief": "religion", "sexual_orientation": "orientation",
    "gender_identity": "gender",
}  # fmt: skip
_OF_STRAND = frozenset({"slur", "group"})
# So many characters of an account are read, as the encoder reads of English ones.
_READ = 12_000
# Of no danger and no hostility: an account of these alone is understood as a question.
_HARMLESS = frozenset((
    "ask", "repair", "hypo", "neg", "denied", "idiom", "because", "now", "past", "over", "recur", "long_ago",
    "night", "daytime", "mild", "call", "everyday", "rubbish", "garden", "hallway", "vehicle", "parking", "letter",
    "animal", "loud", "smoke_gas", "at_door", "stands", "holds", "shout", "object", "debt", "collapsed", "elder",
    "school", "carer", "friends", "letterbox", "child", "group_sex", "group_age", "group_race", "group_disability",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sign:
    """A label that the tables found, its rule and clause, and the characters relied on."""

    label: str
    rule: str
    clause: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Abroad:
    """What an account in another language tells; nothing where it is in none of the eight."""

    code: str = ""
    signs: tuple[Sign, ...] = ()
    concepts: frozenset[str] = frozenset()

    def values(self, label: str) -> set[str]:
        """The values of one label."""
        start = label + ":"
        return {sign.label[len(start) :] for sign in self.signs if sign.label.startswith(start)}

    @property
    def harmless(self) -> bool:
        """Whether it is plainly a repair or a question, and nothing in it tells of hostility or danger."""
        return bool(self.concepts & {"ask", "repair", "hypo"}) and self.concepts <= _HARMLESS

    @property
    def settled(self) -> bool:
        """Whether the danger it speaks of is told as past, over, denied or only asked about."""
        return bool(self.concepts & {"past", "over", "hypo", "denied"}) and not self.concepts & {"now", "cry"}


@dataclass(slots=True)
class _Rule:
    label: str
    name: str
    clause: str
    near: list[tuple[str, ...]] = field(default_factory=list)
    anywhere: list[tuple[str, ...]] = field(default_factory=list)
    without: list[str] = field(default_factory=list)


@cache
def _rules() -> tuple[_Rule, ...]:
    made: list[_Rule] = []
    text = (Path(__file__).parent / "rules.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        head, clause, what = (part.strip() for part in line.split("|", 2))
        label, name = head.split()
        if label not in ("strand:*", "strand:+"):
            made.append(_rule(label, name, clause, what))
            continue
        for strand in STRANDS:
            if label.endswith("+") and strand in ("sex", "age"):
                continue
            made.append(_rule(f"strand:{strand}", name, clause, what, _SHORT.get(strand, strand)))
    return tuple(made)


def _rule(label: str, name: str, clause: str, what: str, strand: str = "") -> _Rule:
    rule = _Rule(label, name, clause)
    for part in what.split():
        bare = part.lstrip("@!").split("|")
        names = tuple(f"{one}_{strand}" if strand and one in _OF_STRAND else one for one in bare)
        if part.startswith("!"):
            rule.without += names
        elif part.startswith("@"):
            rule.anywhere.append(names)
        else:
            rule.near.append(names)
    return rule


class _Standing:
    """Where the concepts of one account stand, in order; several names count as one concept."""

    def __init__(self, found: Places, reach: int) -> None:
        self._found, self._reach = found, reach
        self._of: dict[tuple[str, ...], tuple[list[Place], list[int]]] = {}

    def of(self, names: tuple[str, ...]) -> tuple[list[Place], list[int]]:
        """The places of any of these names, and their first words."""
        if names not in self._of:
            all_ = sorted((place for name in names for place in self._found.get(name, ())), key=lambda one: one.first)
            self._of[names] = all_, [one.first for one in all_]
        return self._of[names]

    def near(self, place: Place, names: tuple[str, ...]) -> Place | None:
        """The first of these that stands near the place."""
        others, firsts = self.of(names)
        for at in range(bisect_left(firsts, place.first - self._reach - LONGEST), len(others)):
            other = others[at]
            if other.first - place.last > self._reach:
                return None
            if place.first - other.last <= self._reach:
                return other
        return None


def _fires(rule: _Rule, found: Places, standing: _Standing) -> tuple[int, int] | None:
    """The characters of the first place where a rule's concepts stand together."""
    if any(name in found for name in rule.without):
        return None
    if not all(any(name in found for name in names) for names in (*rule.near, *rule.anywhere)):
        return None
    for start in standing.of(rule.near[0])[0]:
        others = [standing.near(start, names) for names in rule.near[1:]]
        close = [start, *(one for one in others if one is not None)]
        if len(close) == len(rule.near):
            return min(one.span[0] for one in close), max(one.span[1] for one in close)
    return None


def _codes(text: str, name: str | None) -> list[str]:
    if name == "Japanese":
        return []
    if _HAN.search(text):
        return ["zh"]
    if _CYRILLIC.search(text):
        return ["uk"]
    if _ARABIC.search(text):
        if _KURDISH.search(text):
            return ["ku"]
        return ["fa", "ar", "ku"] if _PERSIAN.search(text) else ["ar", "fa"]
    if name in _OWN:
        return [_OWN[name]]
    if name is None and PLAINLY_ENGLISH.isdisjoint(split(text[:2000]).words):
        return ["pl", "ro", "pt"]
    return []


def _parts(text: str) -> tuple[tuple[int, int], ...]:
    """The parts of a long message that are screened: its beginning, its end, and around the words of danger."""
    low, size = text.lower(), len(text)
    parts = [(0, _START), (size - _END, size)]
    for alarm in signs("alarm"):
        at = low.find(alarm, _START, size - _END)
        if at >= 0 and not any(first <= at < last for first, last in parts):
            parts.append((max(at - _AROUND, _START), min(at + _AROUND, size - _END)))
        if len(parts) > _MOST + 1:
            break
    return tuple(sorted(parts))


def read_abroad(text: str, *, bounded: bool = False) -> Abroad:
    """What the first 12,000 characters of a text in another language tell. Total.

    ``bounded`` reads, of a long text, only what may be danger.
    """
    name = foreign(text)
    codes = _codes(text, name)
    if not codes:
        return Abroad()
    parts = _parts(text) if bounded and len(text) > _WHOLE else ()
    reading = read_tokens(text if parts else text[:_READ], parts)
    best: tuple[int, str, Places] = (0, "", {})
    for code in codes:
        found = places(reading, code)
        own = _OWN.get(name or "") == code or (name is None and code in _LETTERS and bool(_LETTERS[code].search(text)))
        weight = len({place.span for all_ in found.values() for place in all_}) * 2 + own
        if weight > best[0]:
            best = (weight, code, found)
    _, code, found = best
    if not code or (
        name is None and len(codes) == 3 and "pl" in codes and best[0] < (2 if _MARKED.search(text) else 4)
    ):
        return Abroad()
    concepts = frozenset(found)
    size = len(reading.words)
    if 0 < size <= (_BRIEF_HAN if code == "zh" else _BRIEF):
        found["brief"] = [Place(0, reading.steps[-1], (reading.spans[0][0], reading.spans[-1][1]))]
    if "hypo" in found and not ("now" in found and concepts & {"at_door", "call", "cry"}):
        return Abroad(code, (), concepts)
    standing = _Standing(found, _NEAR_HAN if code == "zh" else _NEAR)
    signs: dict[str, Sign] = {}
    for rule in _rules():
        if rule.label in signs:
            continue
        span = _fires(rule, found, standing)
        if span is not None:
            signs[rule.label] = Sign(rule.label, f"abroad.{code}.{rule.name}", rule.clause, span)
    return Abroad(code, tuple(signs.values()), concepts)
