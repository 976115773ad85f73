"""The word families: reads ``concepts/*.txt`` once and finds the families of each word of a message.

Notation of a concept file, by line: ``[name]`` opens a family; then words parted by blanks. ``punch+v``
stands for a verb and its regular forms, ``grab++v`` doubles the last letter, ``knife+n`` adds the plural,
``kick_off`` is a phrase, ``kick+v_off`` a phrase with a verb in front, ``@other`` takes in another family.
``#`` starts a comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from casework.triage.words import variants

_HERE = Path(__file__).parent
_VOWELS = "aeiou"
MAX_PHRASE = 7


def _verb(stem: str, double: bool) -> list[str]:
    if stem.endswith("e"):
        past, doing = stem + "d", stem[:-1] + "ing"
        if stem.endswith("ee"):
            doing = stem + "ing"
    elif stem.endswith("y") and stem[-2] not in _VOWELS:
        past, doing = stem[:-1] + "ied", stem + "ing"
    else:
        root = stem + stem[-1] if double else stem
        past, doing = root + "ed", root + "ing"
    if stem.endswith(("s", "x", "z", "ch", "sh")):
        present = stem + "es"
    elif stem.endswith("y") and stem[-2] not in _VOWELS:
        present = stem[:-1] + "ies"
    else:
        present = stem + "s"
    return [stem, present, past, doing, doing[:-1]]


def _noun(stem: str) -> list[str]:
    if stem.endswith(("s", "x", "z", "ch", "sh")):
        return [stem, stem + "es"]
    if stem.endswith("y") and stem[-2] not in _VOWELS:
        return [stem, stem[:-1] + "ies"]
    return [stem, stem + "s"]


def straight(word: str) -> str:
    """A word as messages are read: without its apostrophe (but a quotation mark stays one)."""
    return word if word == "'" else word.replace("'", "")


def forms(entry: str) -> list[str]:
    """All written forms of one entry; phrases keep ``_`` between their words."""
    head, plus, tail = entry.partition("+")
    if not plus:
        return [entry]
    double = tail.startswith("+")
    tail = tail.lstrip("+")
    kind, rest = tail[:1], tail[1:]
    before, _, stem = head.rpartition("_")
    made = _verb(stem, double) if kind == "v" else _noun(stem)
    start = before + "_" if before else ""
    tails = forms(rest[1:]) if rest.startswith("_") else [""]
    return [start + one + ("_" + end if end else "") for one in made for end in tails]


@dataclass(slots=True, eq=False)
class Lexicon:
    """Families by word and by phrase (first word, second word, rest). ``names[i]`` is the name of family ``i``.

    The tables' own words are put right as a message's are, so no misspelling is ever ``known``: it is corrected
    wherever it stands, also where a table spells it as people do (``ur_dead``).
    """

    names: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    words: dict[str, tuple[int, ...]] = field(default_factory=dict)
    phrases: dict[str, dict[str, list[tuple[tuple[str, ...], int]]]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    starred: list[str] = field(default_factory=list)
    misspelt: dict[str, str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """The number of a family, given on first use."""
        if name not in self.numbers:
            self.numbers[name] = len(self.names)
            self.names.append(name)
        return self.numbers[name]

    def spelt(self, word: str) -> str:
        """The word, put right where it is a misspelling."""
        return self.misspelt.get(word, word)

    def add_phrase(self, first: str, rest: list[str], number: int) -> None:
        """Files a phrase under its first two words."""
        self.phrases.setdefault(first, {}).setdefault(rest[0], []).append((tuple(rest[1:]), number))

    def all_phrases(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """Every phrase with its family."""
        for first, seconds in self.phrases.items():
            for second, rows in seconds.items():
                for rest, number in rows:
                    yield (first, second, *rest), number

    def phrase(self, entry: str) -> int:
        """The number of the family that is just this phrase (``from_here`` in a pattern)."""
        name = "=" + entry
        if name not in self.numbers:
            first, *rest = map(self.spelt, entry.split("_"))
            if rest:
                self.add_phrase(first, rest, self.number(name))
            else:
                self.words[first] = (*self.words.get(first, ()), self.number(name))
            self.known.update((first, *rest))
        return self.numbers[name]

    def read(self, word: str) -> str:
        """The word as the lexicon knows it: itself, or what a disguise or misspelling stands for."""
        if word in self.known or not word:
            return word
        fixed = self.misspelt.get(word)
        if fixed is not None:
            return fixed
        if "*" in word or "#" in word:
            return self._unstar(word)
        for other in variants(word):
            if other in self.known:
                return other
            fixed = self.misspelt.get(other)
            if fixed is not None:
                return fixed
        return word.replace("'", "")

    def _unstar(self, word: str) -> str:
        shape = word.replace("#", "*")
        head, tail = shape[: shape.index("*")], shape[shape.rindex("*") + 1 :]
        if len(head) + len(tail) == 0:
            return "****"
        if head in ("p", "n") and not tail:
            return head + "***"  # which word is meant, its neighbours decide
        fits = [w for w in self.starred if w.startswith(head) and w.endswith(tail) and len(w) > len(head) + len(tail)]
        for candidate in fits:
            if len(candidate) == len(word):
                return candidate
        return fits[0] if fits else word.replace("*", "")


def _families() -> dict[str, list[str]]:
    families: dict[str, list[str]] = {}
    for path in sorted((_HERE / "concepts").glob("*.txt")):
        name = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            line = line.partition("#")[0].strip()
            if line.startswith("["):
                name, _, line = line[1:].partition("]")
                families.setdefault(name, [])
            if line:
                families[name].extend(line.split())
    return families


def _expand(name: str, families: dict[str, list[str]], seen: tuple[str, ...] = ()) -> list[str]:
    if name in seen:
        raise ValueError(f"family {name} takes in itself")
    made: list[str] = []
    for entry in families[name]:
        if entry.startswith("@"):
            made += _expand(entry[1:], families, (*seen, name))
        else:
            made += forms(entry)
    return made


@cache
def lexicon() -> Lexicon:
    """The lexicon, read on first use (well under 0.3 s)."""
    made = Lexicon()
    families = _families()
    for entry in families.pop("misspelt"):
        wrong, _, right = entry.partition("=")
        made.misspelt[wrong] = right
    made.starred = list(dict.fromkeys(_expand("starred", families)))
    del families["starred"]
    words: dict[str, list[int]] = {}
    for name in families:
        number = made.number(name)
        spelt = (tuple(map(made.spelt, straight(form).split("_"))) for form in _expand(name, families))
        for first, *rest in dict.fromkeys(spelt):
            if rest:
                made.add_phrase(first, rest, number)
                made.known.update((first, *rest))
            else:
                words.setdefault(first, []).append(number)
    made.words = {word: tuple(numbers) for word, numbers in words.items()}
    made.known.update(words)
    return made
